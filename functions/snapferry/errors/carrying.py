"""A snapshot could not be made, copied, shared or tidied up; or nobody answered."""

from snapferry.errors.base import GiveUp


class SnapshotQuotaReached(GiveUp):
    """The account had as many manual snapshots as RDS allows it, until the transfer's deadline."""


class TooManyCopies(GiveUp):
    """RDS was making as many copies as it makes at once for an account, until the transfer's deadline."""


class NameTaken(GiveUp):
    """Something that this transfer did not make has the name that it needs."""


class NotOurs(GiveUp):
    """A resource lacks the transfer's own tag, so it is not touched."""


class NotTidiedUp(GiveUp):
    """Something that the transfer made could not be deleted; the message says what."""


class SnapshotNotFound(GiveUp):
    """A snapshot is not there, or not visible to this account."""


class SnapshotFailed(GiveUp):
    """RDS gave a snapshot or a copy up."""


class SnapshotTooSlow(GiveUp):
    """A snapshot or a copy was not done before the transfer's deadline."""


class SnapshotNotShared(GiveUp):
    """RDS would not share the copy with the target account, or does not show that it did."""


class NobodyAnswered(GiveUp):
    """The target account got the question, as far as this account can tell, and did not answer in time."""


class EventNotDelivered(GiveUp):
    """A question never left this account: it lies in the dead-letter queue."""


class NoDatabasesFound(GiveUp):
    """A fleet's input means no database of this account and Region that can be carried."""


class FleetNotFound(GiveUp):
    """The fleet whose failed databases shall be carried again is not known, still runs, or has none."""


class FleetNotComplete(GiveUp):
    """More databases of a fleet did not cross than its input tolerates; the others did."""
