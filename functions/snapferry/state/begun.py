"""What the target's executions have begun: on the books before anything is made, until it is known to have ended well.

An execution that is stopped, or whose machine is deleted, writes nothing down any more, and Step Functions forgets it
after 90 days; so what it would leave behind is written down first.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, Self

from snapferry.state.table import Table
from snapferry.vocabulary import Family

_KIND: Final = "begun"
_REMEMBERED: Final = 35 * 24 * 3600  # longer than any execution may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """One execution of the target's, and what it may leave behind.

    Attributes:
        since: When it was written down; UTC, ISO 8601.
        copy: Name of the snapshot that goes if it ends badly; None if there is none.
        identifier: Name of the database that it brings up; None for a copy, and for one that only changes names.
        naming: The name that a database is given in the end (``renaming.Naming``); None if it keeps its own.
        connection: Parameter under which that database would be published.
        question, source_account: Who waits for an answer to what; None if a person started it.
    """

    execution_arn: str
    transfer: str
    work: Literal["receive", "restore", "switch"]
    since: str
    family: Family
    copy: str | None = None
    identifier: str | None = None
    naming: dict[str, Any] | None = None
    connection: str | None = None
    question: str | None = None
    source_account: str | None = None

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Return what a row, or an execution's input, says."""
        return cls(**{each.name: told[each.name] for each in fields(cls)})


class BegunWork:
    """The executions of this stack that have not been seen to end well."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, begun: Begun) -> None:
        """Write down what an execution is about to make; over what was known of it before."""
        self._table.put(_id(begun.execution_arn), asdict(begun), lasts=_REMEMBERED)

    def find(self, execution_arn: str) -> Begun | None:
        """Return what an execution has begun, or None."""
        found = self._table.get(_id(execution_arn))
        return Begun.read(found) if found else None

    def all(self) -> list[Begun]:
        """Return everything that is on the books."""
        return [Begun.read(found) for found in self._table.of_kind(_KIND)]

    def strike(self, execution_arn: str) -> None:
        """Strike an execution out: it has ended well, or everything that it left is gone."""
        self._table.delete_if("execution_arn = :arn", {":arn": execution_arn}, _id(execution_arn))


def _id(execution_arn: str) -> str:
    return f"{_KIND}#{execution_arn}"
