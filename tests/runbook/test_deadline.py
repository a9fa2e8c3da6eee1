"""The errors of what is not done at its deadline, on a stage where that is an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.world import Sandbox
from tests.runbook.checking import cases, check
from tests.runbook.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator
    from tests.runbook.case import Case


@pytest.fixture(scope="module")
def hurried(simulator: Simulator) -> Iterator[Scene]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Scene(sandbox, hurried=True)


@pytest.mark.parametrize(("case", "again"), cases(hurried=True))
def test_it_ends_as_its_entry_says(hurried: Scene, case: Case, again: bool) -> None:  # noqa: FBT001
    check(hurried, case, again=again)
