"""Names that follow from the transfer, so that a repeat of any step finds its own work.

RDS allows 255 letters for an instance's snapshot but 63 for a cluster's, a database and a restored copy: all of ours
stay within 63, begin with a letter, and hold neither ``--`` nor a hyphen at the end (aws-facts 2.1).
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Final

PREFIX: Final = "sf"
LONGEST: Final = 63
TRANSFER_TAG: Final = "snapferry:transfer"
EXECUTION_TAG: Final = "snapferry:execution"
DATABASE_TAG: Final = "snapferry:database"  # of a copy in the target: ARN of the database that it is of
MANAGED_TAG: Final = "snapferry:managed"
SECRET_TAG: Final = "snapferry:secret"  # noqa: S105 - of a database with a master password of ours: the secret's ARN

_DATABASE_LETTERS: Final = 40
_EXECUTION_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
# what a transfer starts: "...-receive-snapshot:<transfer>-receive", "...-close-access:<transfer>-close-0"
_FOR_TRANSFER: Final = re.compile(r"-(?:receive-snapshot|restore-database|close-access|take-back):([0-9a-f]{16})-")
_DATABASE_NAME: Final = re.compile(r"[a-z](?:-?[a-z0-9])*", re.IGNORECASE | re.ASCII)


def transfer_id(execution_arn: str, started_at: str) -> str:
    """Return the transfer's id, 16 hex digits that follow from one execution.

    The start time counts too: an execution's name may be used again 90 days later.
    """
    return hashlib.sha256(f"{execution_arn}|{started_at}".encode()).hexdigest()[:16]


def transfer_of(execution_arn: str, started_at: str) -> str:
    """Return the id of the transfer that an execution works for: its name begins with it, or the id is its own."""
    named = _FOR_TRANSFER.search(execution_arn)
    return named[1] if named else transfer_id(execution_arn, started_at)


def moment(started: datetime) -> str:
    """Return the start of an execution as its own states see it: UTC, milliseconds, ``Z``."""
    return started.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def suffix(execution_arn: str) -> str:
    """Return 16 hex digits that follow from one execution."""
    return hashlib.sha256(execution_arn.encode()).hexdigest()[:16]


def snapshot_name(database: str, transfer: str) -> str:
    """Return the name of the fresh snapshot in the source, and of the copy in the target."""
    return f"{PREFIX}-{_shortened(database)}-{transfer}"


def copy_name(database: str, transfer: str) -> str:
    """Return the name of the copy under the transfer key."""
    return f"{snapshot_name(database, transfer)}-c"


def is_of(snapshot: str, transfer: str) -> bool:
    """Tell whether a snapshot is named as one that a transfer made in the source."""
    return bool(transfer) and snapshot.startswith(f"{PREFIX}-") and snapshot.removesuffix("-c").endswith(f"-{transfer}")


def tags(transfer: str, execution_arn: str) -> dict[str, str]:
    """Return the tags by which a later step, and nobody else's resource, is known as this transfer's."""
    return {TRANSFER_TAG: transfer, EXECUTION_TAG: execution_arn}


def can_be_carried(execution_name: str) -> bool:
    """Tell whether an execution's name may be part of names in the other account."""
    return _EXECUTION_NAME.fullmatch(execution_name) is not None


def is_database_name(name: str) -> bool:
    """Tell whether RDS takes this as the name of an instance or a cluster."""
    return len(name) <= LONGEST and _DATABASE_NAME.fullmatch(name) is not None


def _shortened(database: str) -> str:
    return database.lower()[:_DATABASE_LETTERS].rstrip("-")
