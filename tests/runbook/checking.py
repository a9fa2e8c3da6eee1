"""Holding a case against the runbook and its own error, as every test of a case does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.runbook.cases import CASES, SAMPLE
from tests.runbook.page import entries
from tests.runbook.playing import made_anew, play, printed_input

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

    from tests.runbook.case import Case
    from tests.runbook.scene import Scene

SIDES = ("In the source account 111111111111: ", "In the target account 222222222222: ")


def cases(*, hurried: bool) -> list[ParameterSet]:
    """Those of one scene, each with whether it is started again: a sample is; the others are in a run that is long."""
    chosen = [case for case in CASES if case.hurried is hurried]
    quick = [pytest.param(case, case in SAMPLE, id=case.title) for case in chosen]
    rest = [case for case in chosen if case.again and case not in SAMPLE]
    return quick + [pytest.param(case, True, id=f"{case.title}; again", marks=pytest.mark.long) for case in rest]


def check(scene: Scene, case: Case, *, again: bool) -> None:
    """Play a case: it ends by its name, tells what to do, leaves what its entry says, and is started again."""
    seen, second = play(scene, case, again=again)
    cause = str(seen.failed.cause)
    assert (seen.failed.status, seen.failed.error) == ("FAILED", case.error), cause
    assert cause.startswith(SIDES)
    assert "What to do: " in cause.splitlines()[0]
    assert cause.splitlines()[1] == f"See docs/runbook.md#{case.error.lower()}"
    assert seen.left == case.left
    assert case.left <= entries()[case.error].may_leave
    if second is None:
        return
    assert second.run.status == "SUCCEEDED", second.run.cause
    assert second.left == case.stays
    assert not second.broken, [str(each) for each in second.broken]
    if "kept copy" in case.left and "database" in printed_input(seen.failed):
        assert made_anew(second.run) == set()  # it has carried on from the copy
