"""Each error of the runbook is produced, leaves what its entry says, and is started again from with what it printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.runbook.checking import cases, check

if TYPE_CHECKING:
    from tests.runbook.case import Case
    from tests.runbook.scene import Scene


@pytest.mark.parametrize(("case", "again"), cases(hurried=False))
def test_it_ends_as_its_entry_says(scene: Scene, case: Case, again: bool) -> None:  # noqa: FBT001
    check(scene, case, again=again)
