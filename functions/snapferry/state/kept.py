"""Kept copies: what transfers that failed have left behind to start again from, until when."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from snapferry.state.table import Table
from snapferry.vocabulary import Family

_KIND: Final = "kept"
_REMEMBERED: Final = 90 * 24 * 3600  # far longer than any copy is kept: the sweeper has to find the row


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCopy:
    """One finished copy under the transfer key, shared with nobody.

    Attributes:
        transfer: The transfer that made it, whose tag it carries.
        identifier: The copy's name.
        arn: The copy's.
        database: Name of the database that it is a copy of.
        until: When it may be deleted; UTC, ISO 8601.
    """

    transfer: str
    identifier: str
    arn: str
    family: Family
    database: str
    until: str

    @property
    def database_arn(self) -> str:
        """ARN of the database that it is a copy of."""
        place = self.arn.split(":")[:5]
        return ":".join([*place, "db" if self.family == "instance" else "cluster", self.database])


class KeptCopies:
    """The copies that this stack keeps."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, copy: KeptCopy) -> None:
        """Write down that a copy is kept; over an earlier time."""
        self._table.put(_id(copy.transfer), asdict(copy), lasts=_REMEMBERED)

    def find(self, transfer: str) -> KeptCopy | None:
        """Return the copy that a transfer has left behind, or None."""
        found = self._table.get(_id(transfer))
        return _record(found) if found else None

    def all(self) -> list[KeptCopy]:
        """Return every copy that is kept."""
        return [_record(found) for found in self._table.of_kind(_KIND)]

    def strike(self, transfer: str, identifier: str) -> None:
        """Strike a copy out, if it is this one; only once it is gone."""
        self._table.delete_if("identifier = :identifier", {":identifier": identifier}, _id(transfer))


def _record(found: dict[str, Any]) -> KeptCopy:
    return KeptCopy(**{name: found[name] for name in KeptCopy.__dataclass_fields__})


def _id(transfer: str) -> str:
    return f"{_KIND}#{transfer}"
