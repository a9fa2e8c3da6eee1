"""Open leases: which transfer has opened which key, until when. The closers go by it."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from snapferry.state.table import Table

_KIND: Final = "lease"
_KEPT: Final = 90 * 24 * 3600
_REMEMBERED: Final = 35 * 24 * 3600  # longer than Step Functions lets anybody redrive an execution that has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRecord:
    """One transfer's lease on one key.

    Attributes:
        family: Of the snapshot; empty in a row that an older version has written.
        ends: When the statements end by themselves; UTC, ISO 8601.
        opened_at: Just before the statements were first written to the key policy; UTC, ISO 8601.
        fingerprint: SHA-256 of the policy without our statements, when the lease was opened.
        seen: Its statements have been seen in the policy.
    """

    transfer: str
    execution_arn: str
    key_arn: str
    copy_arn: str
    target_account: str
    ends: str
    opened_at: str
    fingerprint: str
    seen: bool = False
    family: str = ""


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
        return _record(found) if found else None

    def all(self) -> list[LeaseRecord]:
        """Return every lease that is open, or was noted to be opened."""
        return [_record(found) for found in self._table.of_kind(_KIND)]

    def close(self, transfer: str) -> None:
        """Strike a lease out; only once the policy is seen without it."""
        self._table.delete_if("transfer = :transfer", {":transfer": transfer}, _id(transfer))

    def close_for_good(self, over: str) -> None:
        """Note, before anything is looked at, that a transfer, or its execution, is over: a function may still work.

        Args:
            over: The transfer's id, or the execution's ARN.
        """
        self._table.put(_closed(over), {"over": over}, lasts=_REMEMBERED)

    def is_closed_for_good(self, transfer: str, execution_arn: str) -> bool:
        """Tell whether a transfer or its execution is over, so that nothing may be opened for it any more."""
        return any(self._table.get(_closed(each)) is not None for each in (transfer, execution_arn))


def _record(found: dict[str, Any]) -> LeaseRecord:
    return LeaseRecord(**{name: found[name] for name in LeaseRecord.__dataclass_fields__ if name in found})


def _id(transfer: str) -> str:
    return f"{_KIND}#{transfer}"


def _closed(over: str) -> str:
    return f"closed#{over}"
