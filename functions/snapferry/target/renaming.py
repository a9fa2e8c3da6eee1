"""Renaming on top: a new database is given the name that a previous one had, and the previous one is moved away.

Each step looks at which database has which name now, and asks RDS for the one change that is due; so it may run twice,
and the way back is found from wherever the way there has stopped. Only databases that Snapferry made are renamed.
"""

from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.databases import NAME_IS_THERE, NOT_IN_THIS_STATE, Database, DatabaseFamily
from snapferry.databases.watch import READY
from snapferry.errors import NotOurs
from snapferry.names import LONGEST, MANAGED_TAG, TRANSFER_TAG
from snapferry.vocabulary import Family

PAUSE_SECONDS: Final = 20
_ACTIVE: Final = "active"
_NOT_YET: Final = NOT_IN_THIS_STATE | NAME_IS_THERE  # busy, or the name of one that was renamed is not free yet

type Step = dict[str, Any]
"""``done``, and ``wait_seconds`` until the next look."""
_DONE: Final[Step] = {"done": True, "wait_seconds": 0}
_WAIT: Final[Step] = {"done": False, "wait_seconds": PAUSE_SECONDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Which database shall have a name.

    Attributes:
        name: The name that it shall have.
        away: The name that whoever has it now is given instead.
        identifier: Its own name until then.
        transfer: The transfer that made it; None if it is known by ``resource_id``.
        resource_id: What AWS knows it by.
    """

    family: Family
    name: str
    away: str
    identifier: str
    transfer: str | None = None
    resource_id: str | None = None

    def is_meant(self, database: Database) -> bool:
        """Tell whether a database is the one that shall have the name."""
        if self.transfer is not None:
            return database.tags.get(TRANSFER_TAG) == self.transfer
        return database.resource_id == self.resource_id


def away_name(name: str, suffix: str) -> str:
    """Return what a database is called that had a name until now."""
    return f"{name[: LONGEST - len(suffix) - len('-old--16')].rstrip('-')}-old-{suffix}"


def take_name(family: DatabaseFamily, naming: Naming) -> Step:
    """Bring the meant database a step nearer to its name.

    Raises:
        NotOurs: A database that Snapferry did not make has the name.
    """
    holder = family.find(naming.name)
    if holder is None:
        own = family.find(naming.identifier)
        return _rename(family, own, naming.name) if own and naming.is_meant(own) else _WAIT
    if naming.is_meant(holder):
        return _DONE if _is_ready(holder) else _WAIT
    _check_managed(holder)
    return _rename(family, holder, naming.away)


def give_name_back(family: DatabaseFamily, naming: Naming) -> Step:
    """Bring both databases a step nearer to the names that they had.

    Raises:
        NotOurs: Somebody has replaced one of them meanwhile.
    """
    holder = family.find(naming.name)
    if holder is not None and naming.is_meant(holder):
        return _rename(family, holder, naming.identifier)
    moved = family.find(naming.away)
    if moved is None:
        return _DONE if holder is None or _is_ready(holder) else _WAIT
    if holder is not None:  # the one that was to be moved is still on its way, or back already
        return _WAIT
    _check_managed(moved)
    return _rename(family, moved, naming.name)


def _check_managed(database: Database) -> None:
    if not database.managed:
        raise NotOurs(
            f"Database {database.identifier} lacks the tag {MANAGED_TAG}, so it is not renamed",
            resource=database.arn,
            remedy="rename it yourself, or choose another rename_to in the restore profile",
        )


def _rename(family: DatabaseFamily, database: Database, name: str) -> Step:
    if _is_ready(database):
        try:
            family.rename(database.identifier, name)
        except ClientError as error:
            if aws.code(error) not in _NOT_YET:
                raise
    return _WAIT


def _is_ready(database: Database) -> bool:
    """A renamed database has a new secret, which RDS makes after the renaming (DESIGN: a rename means a new secret)."""
    secret = database.secret is None or database.secret.status == _ACTIVE
    return secret and not database.pending and all(status in READY for status in database.statuses)
