"""Open leases: which transfer has opened which key, until when. The closers go by it."""

from dataclasses import asdict, dataclass
from typing import Final

from snapferry.state.table import Table

_KEPT: Final = 90 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRecord:
    """One transfer's lease on one key.

    Attributes:
        ends: When the statements end by themselves; UTC, ISO 8601.
        opened_at: Just before the statements were first written to the key policy; UTC, ISO 8601.
        fingerprint: SHA-256 of the policy without our statements, when the lease was opened.
    """

    transfer: str
    execution_arn: str
    key_arn: str
    copy_arn: str
    target_account: str
    ends: str
    opened_at: str
    fingerprint: str


class Leases:
    """The leases that this stack has opened and not yet closed."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, lease: LeaseRecord) -> None:
        """Write a lease down; before the policy is written, so that no lease can be forgotten."""
        self._table.put(_id(lease.transfer), asdict(lease), lasts=_KEPT)

    def find(self, transfer: str) -> LeaseRecord | None:
        """Return a transfer's lease, or None if it has none open."""
        found = self._table.get(_id(transfer))
        return LeaseRecord(**{name: found[name] for name in LeaseRecord.__dataclass_fields__}) if found else None

    def close(self, transfer: str) -> None:
        """Strike a lease out; only once the policy is seen without it."""
        self._table.delete_if("transfer = :transfer", {":transfer": transfer}, _id(transfer))


def _id(transfer: str) -> str:
    return f"lease#{transfer}"
