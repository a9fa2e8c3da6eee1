"""How many snapshots RDS lets an account have, and how many copies it makes at once: two quotas with one error.

``SnapshotQuotaExceeded`` means either. Which one is told by what is there, never by the message: the first is in
DescribeAccountAttributes, the second nobody can ask for (aws-facts 11). Both pass: snapshots are deleted, copies end.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from snapferry import waits
from snapferry.databases import Snapshots
from snapferry.errors import GiveUp, SnapshotQuotaReached, TooManyCopies
from snapferry.vocabulary import Family
from snapferry.waits import Span

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

EXCEEDED: Final = "SnapshotQuotaExceeded"
"""RDS's code, the same for both meanings and both families (aws-facts 1.3)."""

COPIES_AT_ONCE: Final[dict[Family, int]] = {"instance": 20, "cluster": 5}
"""As documented for instances, and seen for clusters (aws-facts 2.4, 7); an account may have been given more."""

_QUOTA: Final[dict[Family, str]] = {"instance": "ManualSnapshots", "cluster": "ManualClusterSnapshots"}
_BEING_MADE: Final = frozenset({"creating", "copying", "pending"})
_SOONEST: Final = 60  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotQuota:
    """How many manual snapshots of one family an account has, and may have.

    Attributes:
        used, most: Manual snapshots that are there, and that may be.
    """

    family: Family
    used: int
    most: int

    @property
    def is_full(self) -> bool:
        """Whether the account has as many manual snapshots as it may have."""
        return self.used >= self.most

    def reason(self) -> str:
        """Return why RDS makes no further snapshot or copy now."""
        return self.how_full() if self.is_full else "RDS makes no more copies at once for this account"

    def how_full(self) -> str:
        """Return both numbers in words."""
        return f"the account has {self.used} of {self.most} manual {self.family} snapshots"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRoom(SnapshotQuota):
    """How much room an account has for another snapshot of one family.

    Attributes:
        being_made: Names of the manual snapshots that RDS is making, copies and others: it does not tell them apart.
    """

    being_made: tuple[str, ...]

    def refusal(self) -> GiveUp:
        """Return the error that names which of the two quotas stood in the way until the deadline."""
        if self.is_full:
            return SnapshotQuotaReached(
                f"Until the transfer's deadline {self.how_full()}",
                resource=f"RDS quota {_QUOTA[self.family]}",
                remedy="delete snapshots that nobody needs, or ask AWS for a higher quota, and run again",
            )
        named = f": {', '.join(self.being_made)}" if self.being_made else ""
        return TooManyCopies(
            f"Until the transfer's deadline {self.reason()}; {len(self.being_made)} are being made{named}",
            resource=f"{self.family} snapshot copies in flight",
            remedy="run fewer transfers at once, or find out who else copies snapshots in this account",
        )

    def remarks(self, needed: int) -> list[str]:
        """Say what a transfer that needs so many snapshots will have to wait for."""
        said = []
        if self.used + needed > self.most:
            said.append(f"{self.how_full()}, and {needed} more are needed: the transfer waits for room")
        if len(self.being_made) >= COPIES_AT_ONCE[self.family]:
            said.append(f"RDS is making {len(self.being_made)} {self.family} snapshots: the copy may have to wait")
        return said


def room_for_snapshots(rds: "RDSClient", family: Family) -> SnapshotRoom:
    """Ask RDS how much room there is. Reads only."""
    quota = _quota(rds, family)
    being_made = [each.identifier for each in Snapshots(rds, family).manual() if each.status in _BEING_MADE]
    return SnapshotRoom(family=family, used=quota.used, most=quota.most, being_made=tuple(being_made))


def wait_for_room(rds: "RDSClient", family: Family, span: Span) -> tuple[str, int]:
    """Return why RDS makes no snapshot now, and the seconds until it is worth to try again: more, the longer it takes.

    Which copies it makes is said at the end alone: where many wait, all would list all snapshots again and again.

    Raises:
        SnapshotQuotaReached, TooManyCopies: The deadline has passed.
    """
    if span.now >= span.deadline:
        raise room_for_snapshots(rds, family).refusal()
    wait = waits.not_yet("", None, span)
    return _quota(rds, family).reason(), max(_SOONEST, wait.wait_seconds)


def _quota(rds: "RDSClient", family: Family) -> SnapshotQuota:
    rows = {row["AccountQuotaName"]: row for row in rds.describe_account_attributes()["AccountQuotas"]}
    row = rows[_QUOTA[family]]
    return SnapshotQuota(family=family, used=row["Used"], most=row["Max"])
