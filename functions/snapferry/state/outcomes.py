"""Outcomes: what the target has answered, so that a question asked again gets the same answer again."""

import time
from typing import Final

from snapferry.contracts.incoming import Answer
from snapferry.state.table import Table

_KEPT: Final = 35 * 24 * 3600  # longer than any transfer may take


class Outcomes:
    """The answers that this stack has given."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def store(self, answer: Answer) -> bool:
        """Keep an answer, unless there is one to that question; tell whether it was kept."""
        return self._table.put_if(
            "attribute_not_exists(id) OR expires < :now",
            {":now": int(time.time())},
            _id(answer.transfer, answer.question),
            {"answer": answer.model_dump_json()},
            lasts=_KEPT,
        )

    def find(self, transfer: str, question: str) -> Answer | None:
        """Return the answer that was given to a question, or None."""
        found = self._table.get(_id(transfer, question))
        return Answer.model_validate_json(found["answer"]) if found else None


def _id(transfer: str, question: str) -> str:
    return f"outcome#{transfer}#{question}"
