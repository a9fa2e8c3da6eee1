"""Starting again where more matters than the printed input: twice at once, after the hand-over, and not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET
from tests.runbook.in_the_target import FAILING
from tests.runbook.playing import made_anew, printed_input
from tests.runbook.scene import ASKING

if TYPE_CHECKING:
    from tests.end_to_end.story import Run
    from tests.runbook.scene import Scene

CARRIED = {"database": "example-db", "restore": False}


def test_two_that_start_again_at_once_carry_the_kept_copy_once(scene: Scene) -> None:
    given = printed_input(fail_behind_the_copy(scene))
    sandbox, machine = scene.sandbox, scene.stage.machine_arn
    both = [sandbox.start_execution(machine, name, given) for name in ("at-once", "at-the-same-time")]
    ended = [sandbox.wait_for(arn) for arn in both]
    assert sorted(end["status"] for end in ended) == ["FAILED", "SUCCEEDED"]
    assert [end["error"] for end in ended if "error" in end] == ["AnotherTransferRuns"]
    (done,) = (json.loads(end["output"]) for end in ended if "output" in end)
    assert [arn.endswith(f":{given['snapshot']}") for arn in done["deleted_snapshots"]] == [True]
    scene.told.add(done["target_snapshot"])
    assert scene.ours.snapshots(SOURCE) == []
    assert scene.invariants.wait_for_rest(scene.told) == []


def test_a_kept_copy_that_is_across_is_not_named_any_more_when_the_restore_fails(scene: Scene) -> None:
    first = fail_behind_the_copy(scene, restore=True)
    assert "snapshot" in printed_input(first)
    scene.profile(hooks=[FAILING])
    second = scene.story.execute(scene.stage.machine_arn, printed_input(first))
    assert (second.error, made_anew(second)) == ("HookFailed", set())
    scene.profile()
    assert printed_input(second) == {"database": "example-db", "restore": True}
    assert "which takes a new snapshot" in str(second.cause)
    third = scene.story.execute(scene.stage.machine_arn, printed_input(second))
    assert (third.status, third.cause) == ("SUCCEEDED", None)
    assert scene.invariants.wait_for_rest(scene.told) == []


def test_the_kept_copy_is_named_again_when_it_fails_before_the_copy_is_shared(scene: Scene) -> None:
    """The target declines: nothing was tidied up, and the copy is where it was."""
    given = printed_input(fail_behind_the_copy(scene))
    kms = scene.client("kms", TARGET)
    kms.disable_key(KeyId=scene.stage.own_key)
    declined = scene.story.execute(scene.stage.machine_arn, given)
    kms.enable_key(KeyId=scene.stage.own_key)
    assert (declined.error, printed_input(declined)) == ("TransferDeclined", given)
    done = scene.story.execute(scene.stage.machine_arn, given)
    assert (done.status, made_anew(done)) == ("SUCCEEDED", set())
    scene.told.add(done.output["target_snapshot"])
    assert scene.ours.snapshots(SOURCE) == []


def test_what_has_got_across_is_not_to_be_started_again(scene: Scene) -> None:
    """Only the receipt could not be written."""
    scene.faults.function("*WriteReceiptFunction", times=None).killed_before_it_begins()
    run = scene.story.execute(scene.stage.machine_arn, CARRIED)
    scene.faults.clear()
    assert run.error == "StepFailed"
    assert str(run.cause).splitlines()[-1] == "See docs/runbook.md#stepfailed"
    assert len(scene.ours.snapshots(SOURCE)) == 0
    scene.told |= {str(each.arn) for each in scene.ours.snapshots(TARGET)}
    assert scene.invariants.wait_for_rest(scene.told) == []


def test_what_the_target_was_asked_to_do_is_for_the_source_to_start_again(scene: Scene) -> None:
    """An input is a question's there, and the source's answer is gone."""
    scene.profile(hooks=[FAILING])
    run = scene.story.execute(scene.stage.machine_arn, {"database": "example-db"})
    scene.profile()
    states = scene.client("stepfunctions", TARGET)
    latest = states.list_executions(stateMachineArn=scene.machine("RestoreDatabaseMachine"))["executions"][0]
    cause = states.describe_execution(executionArn=latest["executionArn"])["cause"]
    assert cause.splitlines()[1:] == ["See docs/runbook.md#hookfailed"]
    assert printed_input(run) == {"database": "example-db"}


def test_a_moment_of_awss_is_in_the_history_alone(scene: Scene) -> None:
    """AwsBusy: the step is tried again, and nobody has to do anything."""
    scene.faults.call("rds", "CreateDBClusterSnapshot", times=1).fails()
    scene.faults.call("events", "PutEvents", by="AskTarget", times=6).throttled()
    run = scene.story.execute(scene.stage.machine_arn, CARRIED)
    scene.faults.clear()
    assert (run.status, run.error) == ("SUCCEEDED", None)
    scene.told.add(run.output["target_snapshot"])
    assert "AwsBusy" in errors_in_history(scene)


def fail_behind_the_copy(scene: Scene, **more: Any) -> Run:
    """A transfer whose share somebody takes back before the target copies."""

    def unshare() -> None:
        for each in scene.ours.snapshots(SOURCE):
            each.shared_with.discard(TARGET.id)

    run = scene.story.execute(scene.stage.machine_arn, {**CARRIED, **more}, when=ASKING, then=unshare)
    assert (run.status, run.error) == ("FAILED", "SnapshotNotFound")
    return run


def errors_in_history(scene: Scene) -> set[str]:
    """Of the latest transfer: what its tasks failed with, on the way."""
    states = scene.client("stepfunctions")
    latest = states.list_executions(stateMachineArn=scene.stage.machine_arn)["executions"][0]["executionArn"]
    events = states.get_execution_history(executionArn=latest, maxResults=1000)["events"]
    return {event["taskFailedEventDetails"]["error"] for event in events if "taskFailedEventDetails" in event}
