"""Of which moment the newest data is that has got across whole, by database: what its age is counted from."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from snapferry.state.table import Table

_KIND: Final = "good"
_REMEMBERED: Final = 90 * 24 * 3600  # a database that is carried no more is forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodCopy:
    """The newest data of one database that is in the target account.

    Attributes:
        database: ARN of the source database.
        data_time: Of which moment the data is; UTC, ISO 8601.
        transfer: Which brought it.
    """

    database: str
    data_time: str
    transfer: str


class GoodCopies:
    """What this stack's transfers have brought across."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, copy: GoodCopy) -> None:
        """Write down that data has got across, unless newer data has already."""
        self._table.put_if(
            "attribute_not_exists(id) OR data_time <= :data_time",
            {":data_time": copy.data_time},
            f"{_KIND}#{copy.database}",
            asdict(copy),
            lasts=_REMEMBERED,
        )

    def all(self) -> list[GoodCopy]:
        """Return the newest of every database."""
        return [_record(found) for found in self._table.of_kind(_KIND)]


def _record(found: dict[str, Any]) -> GoodCopy:
    return GoodCopy(**{name: found[name] for name in GoodCopy.__dataclass_fields__})
