"""A transfer dies at each state, in every way, and its access ends; `docs/closing.md` tells by which means and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.closing.cases import Case, Off, Way, cases, states
from tests.end_to_end.closing.outcome import Means, Outcome
from tests.end_to_end.closing.page import cell, is_as_told, told
from tests.end_to_end.closing.scenery import DEADLINE_HOURS
from tests.end_to_end.closing.theatre import Theatre
from tests.end_to_end.closing.watch import STEPS_OF_CLOSING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

SOON = 75 * 60  # the executions of a deleted machine first go on to their next state: till the target has its copy
MINUTE = 60
PAUSES = 4 * MINUTE  # between the tries of a function that is killed: at random, so many seconds at most
# Each way at least once, and each means by which it may be closed.
SAMPLE = [
    Case("Share the copy", Way.STOPPED, Off.NOBODY),
    Case("Ask the target to take its copy", Way.STOPPED, Off.EVENT),
    Case("Share the copy", Way.STOPPED, Off.SWEEPER),
    Case("Open the lease", Way.WORKING, Off.NOBODY),
    Case("Open the lease", Way.WORKING, Off.SWEEPER),
    Case("Share the copy", Way.KILLED, Off.SWEEPER),
    Case("Close the lease", Way.KILLED, Off.NOBODY),
    Case("Close the lease", Way.KILLED, Off.EVENT),
    Case("Open the lease", Way.SILENCED, Off.SWEEPER),
    Case("Is the lease open?", Way.DELETED, Off.EVENT),
    Case("Is the lease open?", Way.DELETED, Off.SWEEPER),
    Case("Share the copy", Way.LEAPT, Off.SWEEPER),
]


class Stage:
    """One theatre for many cases; one that broke is not used again."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._theatre: Theatre | None = None

    def play(self, case: Case) -> Outcome:
        self._theatre = self._theatre or Theatre(self._simulator)
        try:
            return self._theatre.play(case)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._theatre is not None:
            self._theatre.sandbox.close()
        self._theatre = None


@pytest.fixture(scope="module")
def stage(simulator: Simulator) -> Iterator[Stage]:
    stage = Stage(simulator)
    yield stage
    stage.close()


def test_the_page_tells_every_state_and_every_way() -> None:
    assert set(told()) == {case for way in Way for case in cases(way)}
    assert {case.state for case in told()} == set(states())


@pytest.mark.parametrize("case", SAMPLE, ids=str)
def test_access_ends(stage: Stage, case: Case) -> None:
    check(case, stage.play(case))


@pytest.mark.long
@pytest.mark.parametrize("case", [case for way in Way for case in cases(way)], ids=str)
def test_access_ends_wherever_a_transfer_dies(stage: Stage, case: Case) -> None:
    check(case, stage.play(case))


def check(case: Case, outcome: Outcome) -> None:
    if case.off is not Off.SWEEPER:
        assert outcome.left == ()
        assert outcome.tidied is None or outcome.tidied.seconds < SOON
    if outcome.access is not None:
        assert outcome.access.seconds <= DEADLINE_HOURS * 3600
        by_itself = case.off is Off.SWEEPER or case.way is Way.LEAPT
        assert outcome.access.means is not Means.END_TIME or by_itself
    closing_is_prevented = case.way in (Way.KILLED, Way.SILENCED) and case.state in STEPS_OF_CLOSING
    assert (outcome.alarms > 0) == closing_is_prevented
    within = PAUSES if case.way in (Way.KILLED, Way.SILENCED) else MINUTE
    assert is_as_told(told()[case], outcome, within=within), (
        f"docs/closing.md says {told()[case]!r}, seen was {cell(outcome)!r}"
    )
