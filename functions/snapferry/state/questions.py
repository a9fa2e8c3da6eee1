"""Open questions: who was asked what, and which task token waits for the answer. A token never leaves this account."""

from dataclasses import dataclass
from typing import Final

from snapferry.state.table import Table

_KEPT: Final = 8 * 24 * 3600  # for a late answer to be told from one that nobody asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """One question of one transfer.

    Attributes:
        token: The waiting task's token.
        account: The only account whose answer counts.
        closed: It has been answered.
    """

    transfer: str
    question: str
    account: str
    token: str
    closed: bool = False


class Questions:
    """The questions that this stack has asked."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, question: OpenQuestion, *, lasts: float) -> None:
        """Write a question down before it is asked; a repeat brings a new token and overwrites the old one."""
        item = _attributes(question, closed=False)
        self._table.put(_id(question.transfer, question.question), item, lasts=lasts + _KEPT)

    def find(self, transfer: str, question: str) -> OpenQuestion | None:
        """Return a question, open or closed, or None if nobody asked it."""
        found = self._table.get(_id(transfer, question))
        if found is None:
            return None
        return OpenQuestion(
            transfer=transfer,
            question=question,
            account=found["account"],
            token=found["waiting_token"],
            closed=found["closed"],
        )

    def close(self, question: OpenQuestion) -> None:
        """Note that a question is answered, unless it has been asked anew meanwhile."""
        self._table.put_if(
            "attribute_not_exists(id) OR waiting_token = :token",
            {":token": question.token},
            _id(question.transfer, question.question),
            _attributes(question, closed=True),
            lasts=_KEPT,
        )


def _id(transfer: str, question: str) -> str:
    return f"question#{transfer}#{question}"


def _attributes(question: OpenQuestion, *, closed: bool) -> dict[str, str | bool]:
    # `token` is a reserved word in DynamoDB's expressions
    return {"account": question.account, "waiting_token": question.token, "closed": closed}
