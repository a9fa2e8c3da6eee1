"""What the stack's table knows of the leases on one key, held against a document that KMS shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from snapferry.leasing import lease
from snapferry.leasing.lease import Policy
from snapferry.state.leases import LeaseRecord


@dataclass(frozen=True, slots=True)
class Books:
    """The leases on one key that the stack's table knows, by their transfers.

    Attributes:
        open: Have been seen in the policy, and have not ended: a read without one of them is an old one.
        noted: May be in the policy. A statement of any other transfer is an old one's, or nobody's.
    """

    open: frozenset[str] = frozenset()
    noted: frozenset[str] = frozenset()

    def agree_with(self, policy: Policy) -> bool:
        """Tell whether a document can be the latest one."""
        return self.open <= lease.transfers_in(policy) <= self.noted


def books_of(records: Iterable[LeaseRecord], key_arn: str, *, including: str, now: str) -> Books:
    """Return what is known of one key's leases.

    Args:
        records: All of the stack's.
        key_arn: The key.
        including: The transfer that asks; its statements may be there whatever the table says.
        now: UTC, ISO 8601.
    """
    known = [each for each in records if each.key_arn == key_arn]
    return Books(
        open=frozenset(each.transfer for each in known if each.seen and each.ends > now),
        noted=frozenset({including, *(each.transfer for each in known)}),
    )
