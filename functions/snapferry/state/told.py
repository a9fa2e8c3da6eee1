"""Which ends of executions a person has been told of: an event may come twice."""

from typing import Final

from snapferry.state.table import Table

_REMEMBERED: Final = 7 * 24 * 3600  # EventBridge tries for a day at most


class ToldEnds:
    """The executions whose bad end this stack has told of."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def has(self, execution_arn: str) -> bool:
        """Tell whether an execution's end has been told."""
        return self._table.get(_id(execution_arn)) is not None

    def note(self, execution_arn: str) -> None:
        """Write down that it has; only afterwards: rather told twice than never."""
        self._table.put(_id(execution_arn), {}, lasts=_REMEMBERED)


def _id(execution_arn: str) -> str:
    return f"told#{execution_arn}"
