"""Answering the source: kept, so that a question asked again gets the same answer again, then put as an event."""

from typing import TYPE_CHECKING

from snapferry import aws
from snapferry.contracts.incoming import Answer
from snapferry.messaging.messages import put_event
from snapferry.settings import Settings
from snapferry.state.outcomes import Outcomes
from snapferry.state.table import Table
from snapferry.vocabulary import TARGET_SIDE

if TYPE_CHECKING:
    from snapferry.vocabulary import Question


def give(answer: Answer) -> None:
    """Keep an answer and send it; where one was given before, that one is sent again: a question has one answer."""
    outcomes = _outcomes()
    kept = None if outcomes.store(answer) else outcomes.find(answer.transfer, answer.question)
    send(kept or answer)


def given(transfer: str, question: "Question") -> Answer | None:
    """Return the answer that was given before, or None."""
    return _outcomes().find(transfer, question)


def send(answer: Answer) -> None:
    """Put the event of an answer on the own bus; a rule carries it to the source."""
    put_event(
        aws.client("events"),
        bus=Settings().bus,
        source=TARGET_SIDE,
        detail_type=answer.reply,
        detail=answer.model_dump_json(),
    )


def _outcomes() -> Outcomes:
    return Outcomes(Table(aws.client("dynamodb"), Settings().table))
