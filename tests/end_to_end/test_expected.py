"""What a plan expects of a database whose size AWS tells comes true."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator


@pytest.fixture(scope="module")
def instance(simulator: Simulator) -> Iterator[Story]:
    """An RDS instance of 100 GB, whose size AWS tells."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Story(set_stage(sandbox, "postgres"))


def test_what_was_expected_comes_true(instance: Story) -> None:
    """The sandbox's durations lie in the ranges; states are counted as they are entered, in both accounts."""
    expected: dict[str, Any] = instance.run(plan_only=True).output["expected"]
    begun, entered = instance.sandbox.clock.now, {"source": 0, "target": 0}

    def count(event: Any) -> None:
        if event.kind == "entered":
            entered[event.machine.split("-")[1]] += 1

    instance.sandbox.on_state.append(count)
    run = instance.run()
    assert run.status == "SUCCEEDED", run.cause
    seconds = run.output["seconds"]
    assert expected["seconds"]["least"] <= seconds <= expected["seconds"]["most"]
    assert begun + seconds <= instance.sandbox.clock.now
    for side, number in entered.items():
        least, most = (expected["state_transitions"][side][bound] for bound in ("least", "most"))
        assert least <= number <= most, (side, number, expected["state_transitions"][side])
    assert json.dumps(expected).count("null") == 0
    instance.clear_target()
