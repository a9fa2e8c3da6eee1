"""One situation that ends an execution red: how it comes about, and what a person finds left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.runbook.scene import Scene

type Arrange = Callable[[Scene], Iterator[Attempt]]

NOTHING: frozenset[str] = frozenset()
KEPT_COPY = frozenset({"kept copy"})


@dataclass(frozen=True)
class Attempt:
    """An execution that is going to fail.

    Attributes:
        given: its input; None: example-db shall cross, and not be restored.
        machine: name of the machine's output in its stack, such as `RestoreDatabaseMachine`; empty: the main one.
        when, then: once this state is entered, something happens.
    """

    given: dict[str, Any] | None = None
    machine: str = ""
    when: str | None = None
    then: Callable[[], object] = field(default=lambda: None)


@dataclass(frozen=True)
class Case:
    """What happens, and what is found afterwards.

    Attributes:
        error: how the execution ends.
        situation: in words; the test's name.
        left: what is there half an hour later that was not there before (`Scene.left`).
        stays: what of it starting again has no business with; its own time ends it.
        arrange: spoils something, gives the attempt, and mends it again.
        again: started again with the input that the error has printed, it ends well.
        hurried: played on a stage whose transfers may take an hour only.
    """

    error: str
    situation: str
    left: frozenset[str]
    arrange: Callable[[Scene], AbstractContextManager[Attempt]]
    again: bool = True
    hurried: bool = False
    stays: frozenset[str] = NOTHING

    @property
    def title(self) -> str:
        """For the test's name."""
        return f"{self.error}: {self.situation}"


@dataclass(frozen=True)
class Cases:
    """Gathers cases, in the order in which they are written."""

    all: list[Case]

    def __call__(  # noqa: PLR0913 - each by its name
        self,
        error: str,
        situation: str,
        left: frozenset[str] = NOTHING,
        *,
        again: bool = True,
        hurried: bool = False,
        stays: frozenset[str] = NOTHING,
    ) -> Callable[[Arrange], Arrange]:
        """Register a generator that yields one attempt; what comes after the yield mends."""

        def register(arrange: Arrange) -> Arrange:
            self.all.append(Case(error, situation, left, contextmanager(arrange), again, hurried, stays))
            return arrange

        return register
