"""Tidying snapshots up: what a transfer has made is deleted, but for the finished copy of one that failed.

What lacks the tag of its transfer stays, whatever its name; so does a snapshot that somebody else has made and that was
carried as it was.
"""

from dataclasses import dataclass
from datetime import timedelta

from snapferry import names, waits
from snapferry.databases import Snapshot, Snapshots
from snapferry.names import TRANSFER_TAG
from snapferry.state.kept import KeptCopies, KeptCopy


@dataclass(frozen=True, slots=True)
class Tidying:
    """One transfer's snapshots, and the copies that failed ones have left behind.

    Args:
        snapshots: Of the transfer's family.
        kept: The books of the kept copies; None in the target, which keeps none.
        transfer: Whose snapshots these are.
    """

    snapshots: Snapshots
    kept: KeptCopies | None
    transfer: str

    def keep(self, name: str, hours: float) -> KeptCopy | None:
        """Note that a copy under the transfer key is kept, if it is finished, Snapferry's, and shared with nobody.

        Args:
            name: The copy, made by this transfer or by an earlier one that it has started from.
            hours: From now on; 0 keeps nothing.
        """
        found = self.snapshots.find(name)
        if self.kept is None or found is None or hours <= 0 or not found.available:
            return None
        owner = self._owner(found)
        if owner is None or self.snapshots.shared_with(name):
            return None
        before = self.kept.find(owner)
        until = waits.show_time(waits.now() + timedelta(hours=hours))
        copy = KeptCopy(
            transfer=owner,
            identifier=found.identifier,
            arn=found.arn,
            family=found.family,
            database=found.database,
            until=max(until, before.until) if before else until,
        )
        self.kept.note(copy)
        return copy

    def delete(self, name: str) -> bool:
        """Delete a snapshot if it is one of Snapferry's, and tell whether nothing is left to do about it.

        Raises:
            NotOurs: It is named like this transfer's own and lacks its tag.
        """
        owner = self.transfer if names.is_of(name, self.transfer) else self._owner_of(name)
        if owner is None:
            return True
        gone = self.snapshots.delete(name, owner)
        if gone and self.kept is not None:
            self.kept.strike(owner, name)
        return gone

    def _owner_of(self, name: str) -> str | None:
        found = self.snapshots.find(name)
        return self._owner(found) if found else None

    def _owner(self, found: Snapshot) -> str | None:
        """Return the transfer that made a snapshot: this one, or one on the books with this very copy; else None."""
        tagged = found.tags.get(TRANSFER_TAG, "")
        if tagged == self.transfer and names.is_of(found.identifier, tagged):
            return tagged
        before = self.kept.find(tagged) if self.kept and tagged else None
        return tagged if before and before.arn == found.arn else None
