"""Going back: the database that served before serves again, in one write. Nothing is restored, and nothing deleted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from snapferry import names, waits
from snapferry.contracts.incoming import SwitchBack, parsed
from snapferry.databases import Database, family_of
from snapferry.databases.watch import READY
from snapferry.errors import ConnectionChanged, NothingToGoBackTo
from snapferry.target.connections import Connection, Connections, Replaced, Serving
from snapferry.target.renaming import Naming, away_name
from snapferry.vocabulary import Family

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

_ACTIVE: Final = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPlan:
    """One switch, decided before it is made: a step that runs twice cannot switch there and back again.

    Attributes:
        parameter: Name of the connection's parameter.
        from_id, from_arn: The database that serves now: its resource id, and its ARN for people.
        to_id: Resource id of the one that shall serve.
        to_identifier: Its name once it serves.
        family: Of both.
        naming: The name that it is given (``renaming.Naming``); None if each keeps its own.
    """

    execution_arn: str
    parameter: str
    from_id: str
    from_arn: str
    to_id: str
    to_identifier: str
    family: Family
    naming: dict[str, Any] | None
    keep_hours: int


def plan_switch_back(
    value: Mapping[str, Any], execution_arn: str, prefix: str, *, connections: Connections, rds: "RDSClient"
) -> SwitchPlan:
    """Find the database to go back to. Reads only.

    Args:
        value: The execution's input (``contracts.SwitchBack``).
        execution_arn: Of the machine.
        prefix: Below it connections are published.
        connections: The stack's.
        rds: A client.

    Raises:
        InvalidInput, NothingToGoBackTo.
    """
    asked = parsed(SwitchBack, value, what="The execution's input")
    parameter = f"{prefix}/{asked.name}/connection"
    found = connections.find(parameter)
    if found is None:
        raise NothingToGoBackTo(
            f"No connection is published under {asked.name}",
            resource=parameter,
            remedy=f"see what is: aws ssm get-parameters-by-path --recursive --path {prefix}",
        )
    chosen = _chosen(asked, found, parameter)
    database = family_of(rds, chosen.serving.family).find(chosen.serving.identifier)
    _check_can_serve(chosen, database)
    naming = _naming(found, chosen.serving, execution_arn)
    return SwitchPlan(
        execution_arn=execution_arn,
        parameter=parameter,
        from_id=found.now.resource_id,
        from_arn=found.now.arn,
        to_id=chosen.serving.resource_id,
        to_identifier=naming.name if naming else chosen.serving.identifier,
        family=chosen.serving.family,
        naming=asdict(naming) if naming else None,
        keep_hours=asked.keep_hours,
    )


def switch(plan: SwitchPlan, connections: Connections, rds: "RDSClient") -> Connection:
    """Let the planned database serve; one that serves already stays.

    Raises:
        ConnectionChanged: Neither the one that served when this was planned nor the planned one serves.
    """
    found, family = connections.find(plan.parameter), family_of(rds, plan.family)
    database = family.find(plan.to_identifier)
    if found is None or database is None or found.now.resource_id not in {plan.from_id, plan.to_id}:
        raise ConnectionChanged(
            f"{plan.parameter} no longer publishes {plan.from_arn}",
            resource=found.now.arn if found else plan.parameter,
            remedy="see who switched it; run again if you still want to go back",
        )
    moved = family.find(plan.naming["away"]) if plan.naming else None
    if moved is not None:
        found = found.refreshed(moved)
    to = Serving.of(database, now=waits.now())
    switched = found.switched(to, keep=timedelta(hours=plan.keep_hours), now=waits.now())
    connections.publish(plan.parameter, switched)
    return switched


def _naming(found: Connection, to: Serving, execution_arn: str) -> Naming | None:
    """Return the name that the previous database is given, where the one that serves was given it."""
    if found.renamed_to is None or found.renamed_to == to.identifier:
        return None
    return Naming(
        family=to.family,
        name=found.renamed_to,
        away=away_name(found.renamed_to, names.suffix(execution_arn)),
        identifier=to.identifier,
        resource_id=to.resource_id,
    )


def _chosen(asked: SwitchBack, found: Connection, parameter: str) -> Replaced:
    for each in found.previous:
        if asked.to in {None, each.serving.identifier}:
            return each
    there = ", ".join(each.serving.identifier for each in found.previous) or "none"
    raise NothingToGoBackTo(
        f"{parameter} knows no previous database {asked.to or ''}".rstrip() + f"; it knows {there}",
        resource=parameter,
        remedy="restore one from a snapshot with restore_database",
    )


def _check_can_serve(chosen: Replaced, database: Database | None) -> None:
    """A database of the same name that somebody else has made since is none to go back to."""
    identifier, arn = chosen.serving.identifier, chosen.serving.arn
    why = None
    if database is None or database.resource_id != chosen.serving.resource_id:
        why = "is gone"
    elif not database.managed:
        why = f"lacks the tag {names.MANAGED_TAG}, so it is not one that Snapferry has restored"
    elif any(status not in READY for status in database.statuses):
        why = f"is {', '.join(database.statuses)}"
    elif database.secret is not None and database.secret.status != _ACTIVE:
        why = f"has a secret that is {database.secret.status}"
    if why:
        raise NothingToGoBackTo(
            f"The previous database {identifier} {why}",
            resource=arn,
            remedy="wait until it is available, or restore one from a snapshot with restore_database",
        )
