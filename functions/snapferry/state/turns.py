"""Turns: which execution a thing belongs to, such as a database, for as long as that execution runs.

Nobody has to give a turn back: it ends with its execution, whichever way that ends, and the next one takes it over.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from snapferry import waits
from snapferry.errors import AwsBusy
from snapferry.executions import RUNNING, SUCCEEDED, Standing
from snapferry.state.table import Table

_KEPT: Final = 35 * 24 * 3600  # longer than any execution may run
_ATTEMPTS: Final = 3
_SHOWN_AFTER: Final = timedelta(minutes=5)  # DescribeExecution is eventually consistent


class Turns:
    """Who has the turn.

    Args:
        table: The stack's table.
        standing: Tells what became of an execution, by its ARN.
    """

    def __init__(self, table: Table, standing: Callable[[str], Standing]) -> None:
        self._table = table
        self._standing = standing

    def holder(self, thing: str, *, besides: str) -> str | None:
        """Return the execution that has the turn and runs, if it is another one. Reads only."""
        row = self._table.get(_id(thing))
        if row is None or row["execution_arn"] == besides:
            return None
        return str(row["execution_arn"]) if self._holds(row, RUNNING) else None

    def take(self, thing: str, execution_arn: str) -> str | None:
        """Take the turn; return None, or the other execution that has it and runs.

        Raises:
            AwsBusy: Others were quicker, again and again; nobody has been seen to have it.
        """
        return self._take(thing, execution_arn, RUNNING)

    def claim(self, thing: str, execution_arn: str) -> str | None:
        """Take what one execution shall do once; return None, or the other one that does it or has done it.

        An execution that failed has not done it.

        Raises:
            AwsBusy: As ``take``.
        """
        return self._take(thing, execution_arn, RUNNING | {SUCCEEDED})

    def _take(self, thing: str, execution_arn: str, holding: frozenset[str]) -> str | None:
        own = {"execution_arn": execution_arn, "taken_at": waits.show_time(waits.now())}
        for _ in range(_ATTEMPTS):  # somebody may be quicker at taking over from one that ended
            free = "attribute_not_exists(id) OR execution_arn = :own"
            if self._table.put_if(free, {":own": execution_arn}, _id(thing), own, lasts=_KEPT):
                return None
            row = self._table.get(_id(thing))
            if row is None:
                continue
            other = str(row["execution_arn"])
            if self._holds(row, holding):
                return other
            if self._table.put_if("execution_arn = :ended", {":ended": other}, _id(thing), own, lasts=_KEPT):
                return None
        raise AwsBusy(f"The turn of {thing} changed hands {_ATTEMPTS} times at once")

    def _holds(self, row: dict[str, Any], holding: frozenset[str]) -> bool:
        found = self._standing(row["execution_arn"])
        if found.status is None:
            return waits.now() - waits.parse_time(row["taken_at"]) < _SHOWN_AFTER
        return found.status in holding


def _id(thing: str) -> str:
    return f"turn#{thing}"
