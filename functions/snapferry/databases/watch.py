"""One look at work that RDS does for us. Four ends: ready, broken, too slow, cannot look (an error that flies).

AWS publishes no complete list of statuses, so one that nobody knows counts as in progress, until the deadline.
"""

from datetime import timedelta
from typing import Final

from snapferry import waits
from snapferry.databases.family import DatabaseFamily
from snapferry.databases.records import Database, Snapshot
from snapferry.databases.snapshots import Snapshots
from snapferry.errors import DatabaseFailed, DatabaseTooSlow, GiveUp, SnapshotFailed, SnapshotNotFound, SnapshotTooSlow
from snapferry.waits import Seen, Span, Wait

READY: Final = frozenset({"available", "storage-optimization", "storage-initialization"})
"""Statuses in which a database can be connected to; the last two are AWS moving blocks behind the scenes."""

_SNAPSHOT_BROKEN: Final = frozenset(
    {"failed", "deleting", "deleted", "incompatible-restore", "incompatible-parameters"}
)
_DATABASE_BROKEN: Final = frozenset(
    {
        "cloning-failed",
        "deleting",
        "failed",
        "insufficient-capacity",
        "migration-failed",
        "restore-error",
        "stopped",
        "storage-full",
        "upgrade_failed",
    }
)
_DATABASE_BROKEN_KINDS: Final = ("incompatible-", "inaccessible-encryption-credentials")
_SHOWN_AFTER: Final = timedelta(minutes=1)  # RDS may not show at once what it has just begun (aws-facts 2.3)


def look_at_snapshot(snapshots: Snapshots, name: str, span: Span, before: Seen | None = None) -> Wait:
    """Look once at a snapshot that is being made.

    Args:
        snapshots: Of its family.
        name: Its name.
        span: Since when, until when.
        before: What the looks before have seen of its progress.

    Raises:
        SnapshotFailed, SnapshotTooSlow, SnapshotNotFound: It will not be ready.
    """
    found = snapshots.find(name)
    if found is None:
        if span.now - span.begun > _SHOWN_AFTER:
            raise SnapshotNotFound(
                f"Snapshot {name} is gone", resource=name, remedy="find out who deleted it; run again"
            )
        return waits.not_yet("not shown yet", None, span)
    if found.available:
        return waits.done(found.status)
    if found.status in _SNAPSHOT_BROKEN:
        raise SnapshotFailed(
            f"RDS reports {found.status} for snapshot {name}", resource=found.arn, remedy=_REMEDY_FAILED
        )
    _check_deadline(span, f"Snapshot {name}", found, SnapshotTooSlow)
    return waits.not_yet(found.status, found.percent, span, before)


def look_at_database(family: DatabaseFamily, identifier: str, span: Span, *, secured: bool) -> Wait:
    """Look once at a database that is coming up, with all its members.

    Args:
        family: The verbs of its family.
        identifier: Its name.
        span: Since when, until when.
        secured: Its master password must be managed by RDS, and its secret be active.

    Raises:
        DatabaseFailed, DatabaseTooSlow: It will not be ready.
    """
    found = family.find(identifier)
    if found is None:
        if span.now - span.begun > _SHOWN_AFTER:
            raise DatabaseFailed(
                f"Database {identifier} is gone", resource=identifier, remedy="find out who deleted it"
            )
        return waits.not_yet("not shown yet", None, span)
    broken = [status for status in found.statuses if _is_broken(status)]
    if broken:
        raise DatabaseFailed(
            f"RDS reports {broken[0]} for {identifier}",
            resource=found.arn,
            remedy="see the events of RDS for its reason",
        )
    busy = _busy_with(found, secured=secured)
    if busy is None:
        return waits.done(found.status)
    _check_deadline(span, f"Database {identifier}", found, DatabaseTooSlow)
    return waits.not_yet(busy, None, span)


_REMEDY_FAILED: Final = "see the events of RDS for its reason, and run again"


def _busy_with(database: Database, *, secured: bool) -> str | None:
    for status in database.statuses:
        if status not in READY:
            return status
    if database.pending:
        return "applying changes"
    if secured and (database.secret is None or database.secret.status != "active"):
        return f"secret {database.secret.status if database.secret else 'missing'}"
    return None


def _is_broken(status: str) -> bool:
    return status in _DATABASE_BROKEN or status.startswith(_DATABASE_BROKEN_KINDS)


def _check_deadline(span: Span, what: str, found: Snapshot | Database, error: type[GiveUp]) -> None:
    if span.now < span.deadline:
        return
    percent = f" at {found.percent}%" if isinstance(found, Snapshot) and found.percent is not None else ""
    raise error(
        f"{what} was still {found.status}{percent} when the transfer's deadline passed",
        resource=found.arn,
        remedy="deploy with a longer DeadlineHours, and run again",
    )
