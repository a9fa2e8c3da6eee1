"""Words that both accounts, and every room of this package, use alike."""

from enum import StrEnum
from typing import Final, Literal

type Family = Literal["instance", "cluster"]
"""Whether a database is an RDS instance or an Aurora cluster: two APIs with the same verbs."""
FAMILIES: Final[tuple[Family, ...]] = ("instance", "cluster")

SOURCE_SIDE: Final = "snapferry.source"
"""``source`` of the events that the source account sends."""
TARGET_SIDE: Final = "snapferry.target"
"""``source`` of the events that the target account sends."""


class Question(StrEnum):
    """What the source asks; the detail type of the event that asks it."""

    OFFER = "Transfer Offered"
    RECEIVE = "Snapshot Shared"
    RESTORE = "Restore Requested"


class Reply(StrEnum):
    """What the target answers; the detail type of the event that answers."""

    ACCEPTED = "Accepted"
    DECLINED = "Declined"
    RECEIVED = "Received"
    RESTORED = "Restored"
    FAILED = "Failed"
