"""Ends that have no name of ours: what the runbook tells of them is seen here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import SOURCE, TARGET
from tests.runbook.page import entries

if TYPE_CHECKING:
    from tests.runbook.scene import Scene

CARRIED = {"database": "example-db", "restore": False}
HOUR, MONTH = 3600.0, 31 * 86_400.0


@pytest.mark.parametrize("said", ["Runtime.ExitError", "Sandbox.Timedout"])
def test_a_function_that_is_killed_or_too_slow_each_time(scene: Scene, said: str) -> None:
    fault = scene.faults.function("*CreateSnapshotFunction", times=None)
    _ = fault.killed_before_it_begins() if said == "Runtime.ExitError" else fault.too_slow_to_begin()
    run = scene.story.execute(scene.stage.machine_arn, CARRIED)
    scene.faults.clear()
    assert run.error == "StepFailed"
    assert said in str(run.cause)
    assert said in entries()["Lambda.Unknown"].fields["Happened"]


def test_lambda_has_no_room(scene: Scene) -> None:
    """Not even to explain the failure."""
    scene.faults.call("lambda", "Invoke", times=None).throttled()
    run = scene.story.execute(scene.stage.machine_arn, CARRIED)
    scene.faults.clear()
    assert (run.status, run.error) == ("FAILED", "StepFailed")
    assert "Lambda.TooManyRequestsException" in str(run.cause)
    assert "First: " in str(run.cause)


def test_a_state_that_waits_too_long_is_in_the_history(scene: Scene) -> None:
    scene.faults.event("Transfer Offered").lost()
    run = scene.story.execute(scene.stage.machine_arn, CARRIED)
    assert run.error == "NobodyAnswered"
    states = scene.client("stepfunctions")
    latest = states.list_executions(stateMachineArn=scene.stage.machine_arn)["executions"][0]["executionArn"]
    events = states.get_execution_history(executionArn=latest, maxResults=1000)["events"]
    assert "States.Timeout" in {each["taskTimedOutEventDetails"]["error"] for each in events
                                if "taskTimedOutEventDetails" in each}  # fmt: skip


def test_an_execution_that_a_person_stops(scene: Scene) -> None:
    before = scene.left()
    run = scene.story.execute(
        scene.stage.machine_arn, CARRIED, when="Share the copy", then=lambda: scene.stop("", SOURCE)
    )
    assert (run.status, run.error) == ("ABORTED", None)
    scene.sandbox.clock.run(limit=HOUR)
    left = {kind for kind, there in scene.left().items() if there - before[kind]}
    assert left == {"kept copy"}
    assert left <= entries()["ABORTED"].may_leave
    assert scene.invariants.wait_for_rest(scene.told) == []


@pytest.mark.long
def test_an_execution_that_outlives_its_machines_limit(scene: Scene) -> None:
    """A month in one leap; nobody closes for so long but the lease's own end."""
    for account in (SOURCE, TARGET):
        scheduler = scene.client("scheduler", account)
        for schedule in scheduler.list_schedules()["Schedules"]:
            scheduler.delete_schedule(Name=schedule["Name"])
    run = scene.story.execute(
        scene.stage.machine_arn, CARRIED, when="Wait for the copy", then=lambda: scene.sandbox.clock.leap(MONTH)
    )
    assert (run.status, run.error) == ("TIMED_OUT", "States.Timeout")
    scene.sandbox.clock.run(limit=HOUR)
    assert scene.ours.statements() == []
    assert not any(each.shared_with for each in scene.ours.snapshots(SOURCE))
