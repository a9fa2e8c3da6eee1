"""Outcomes: what the target has answered, so that a question asked again gets the same answer again."""

from typing import Final

from snapferry.contracts import Answer
from snapferry.state.table import Table

_KEPT: Final = 35 * 24 * 3600  # longer than any transfer may take


class Outcomes:
    """The answers that this stack has given."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def store(self, answer: Answer) -> None:
        """Keep an answer."""
        item = {"answer": answer.model_dump_json()}
        self._table.put(_id(answer.transfer, answer.question), item, lasts=_KEPT)

    def find(self, transfer: str, question: str) -> Answer | None:
        """Return the answer that was given to a question, or None."""
        found = self._table.get(_id(transfer, question))
        return Answer.model_validate_json(found["answer"]) if found else None


def _id(transfer: str, question: str) -> str:
    return f"outcome#{transfer}#{question}"
