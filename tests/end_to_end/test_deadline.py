"""The transfer's one deadline: every wait ends by it, in both accounts, and so does all access."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from sandbox.permissions import Simulator


@pytest.mark.parametrize(
    ("hours", "error", "side"),
    [
        (1, "SnapshotTooSlow", "source"),  # while the source copies
        (2, "SnapshotTooSlow", "target"),  # while the target copies
    ],
)
def test_what_is_too_slow_ends_red_at_the_deadline(simulator: Simulator, hours: int, error: str, side: str) -> None:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        parameters = {"DeadlineHours": str(hours), "KeepCopyHours": "0"}
        story = Story(set_stage(sandbox, "aurora-mysql", source_parameters=parameters))
        begun = sandbox.clock.now
        run = story.run()
        assert (run.status, run.error) == ("FAILED", error)
        assert f"In the {side} account" in (run.cause or "")
        assert "was still copying" in (run.cause or "")
        assert hours * 3600 <= sandbox.clock.now - begun < hours * 3600 + 900
        story.assert_nothing_happened()
