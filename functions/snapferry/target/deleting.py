"""Deleting a database that Snapferry has restored: only one that carries the tag, and only the one that is meant."""

from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.databases import NOT_IN_THIS_STATE, Database, DatabaseFamily
from snapferry.target import passwords

PAUSE_SECONDS: Final = 30
"""Until the next look at one that is being deleted."""


type Tidy = dict[str, Any]
"""``done``, ``wait_seconds`` until the next look, and ``kept``: it is there and is not the one that is meant."""


def delete_managed(family: DatabaseFamily, identifier: str, *, is_meant: Callable[[Database], bool]) -> Tidy:
    """Ask RDS to delete a database, and tell whether it is gone; to be repeated until it is.

    Args:
        family: The verbs of its family.
        identifier: Its name.
        is_meant: Tells whether the database of that name is the one to be deleted.
    """
    database = family.find(identifier)
    if database is None:
        return _done(kept=False)
    if not database.managed or not is_meant(database):
        return _done(kept=True)
    if any(status != "deleting" for status in database.statuses):
        passwords.forget(database)
        try:
            family.delete(identifier)
        except ClientError as error:
            if aws.code(error) not in NOT_IN_THIS_STATE:  # it is busy: the next look asks again
                raise
    return {"done": False, "wait_seconds": PAUSE_SECONDS, "kept": False}


def _done(*, kept: bool) -> Tidy:
    return {"done": True, "wait_seconds": 0, "kept": kept}
