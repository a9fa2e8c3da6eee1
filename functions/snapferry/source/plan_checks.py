"""What the plan checks of the execution, the route, the names and the tags; nothing here asks for a database."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from snapferry import names
from snapferry.databases import Snapshots
from snapferry.errors import InvalidExecutionName, InvalidRoute, NameTaken
from snapferry.source.route import Route
from snapferry.transfers import Execution
from snapferry.vocabulary import Family

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_NOT_CARRIED: Final = ("aws:", "snapferry:")
_MOST_TAGS: Final = 50  # of a resource, those that begin with aws: not counted (aws-facts 9.1)


def check_execution(execution: Execution) -> None:
    """Make sure that the other account can name what it does after this execution.

    Raises:
        InvalidExecutionName: It cannot.
    """
    if not names.can_be_carried(execution.name):
        raise InvalidExecutionName(
            f"The execution's name {execution.name!r} cannot be carried to the other account",
            resource=execution.arn,
            remedy="start again with a name of letters, digits, - and _ only, or leave the name out",
        )


def check_route(route: Route) -> bool:
    """Make sure that there is another account to go to; always true.

    Raises:
        InvalidRoute: There is none.
    """
    if not _ACCOUNT.fullmatch(route.target_account):
        raise InvalidRoute(
            f"The target account {route.target_account!r} is not 12 digits",
            resource="TargetAccountId",
            remedy="deploy the source stack again with the right account",
        )
    if route.target_account == route.source_account:
        raise InvalidRoute(
            "The target account is the source account itself",
            resource="TargetAccountId",
            remedy="deploy the source stack again with another account; within one account, copy the snapshot directly",
        )
    return True


def check_name(rds: "RDSClient", family: Family, name: str, transfer: str) -> None:
    """Make sure that a snapshot's name is free, or stands for what this very transfer has made.

    Raises:
        NameTaken: Somebody else's snapshot has it.
    """
    found = Snapshots(rds, family).find(name)
    if found is not None and found.tags.get(names.TRANSFER_TAG) != transfer:
        raise NameTaken(
            f"A snapshot that this transfer did not make is called {name}", resource=found.arn, remedy="rename it"
        )


def carried_tags(tags: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the database's tags that its snapshots get, and what is to be said of the others.

    AWS sets those that begin with ``aws:`` itself and lets nobody else do so; ours have a meaning of their own.
    """
    own_room = _MOST_TAGS - len(names.tags("", ""))
    allowed = {key: value for key, value in sorted(tags.items()) if not key.startswith(_NOT_CARRIED)}
    kept = dict(list(allowed.items())[:own_room])
    dropped = sorted(set(tags) - set(kept))
    said = f"tags of the database that its snapshots do not get: {', '.join(dropped)}"
    return kept, [said] if dropped else []
