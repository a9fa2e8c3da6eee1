"""One wrong set-up: how it comes about, and what is to be found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from tests.end_to_end.wrong_setups.scene import Attempt, Scene

type Arrange = Callable[[Scene], Iterator[Attempt]]

PLAN, OFFER = "plan", "offer"


@dataclass(frozen=True)
class Case:
    """What is wrong, in which account, and who finds it.

    Attributes:
        side: the account in which it is wrong.
        found_by: the plan (in the source account) or the offer (by the target's answer).
        error: how the execution ends.
        says: a part of the message.
        arrange: makes it wrong, gives the attempt, and puts it right again.
    """

    side: str
    wrong: str
    found_by: str
    error: str
    says: str
    arrange: Callable[[Scene], AbstractContextManager[Attempt]]


@dataclass(frozen=True)
class Cases:
    """Gathers cases of one side, in the order in which they are written."""

    side: str
    found_by: str
    all: list[Case]

    def __call__(self, wrong: str, error: str, says: str, found_by: str = "") -> Callable[[Arrange], Arrange]:
        """Register a generator that yields one attempt."""

        def register(arrange: Arrange) -> Arrange:
            found = found_by or self.found_by
            self.all.append(Case(self.side, wrong, found, error, says, contextmanager(arrange)))
            return arrange

        return register

    def given(self, wrong: str, given: object, error: str, says: str) -> None:
        """Register a mistake in the input alone."""
        self(wrong, error, says)(lambda _: iter([Attempt(given)]))
