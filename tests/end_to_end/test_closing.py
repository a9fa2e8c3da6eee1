"""Access ends although the transfer's own machine cannot end it: by which means, and after how long."""

from __future__ import annotations

import itertools
import json
import sys
from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import SOURCE, TARGET
from snapferry import lease
from tests.unit import policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.interpreter import StateEvent
    from tests.end_to_end.story import Story

# Every state in which a transfer can be met: it has made something by then, or asks for it.
STATES = [
    "Offer the transfer",
    "Create the snapshot",
    "Look at the snapshot",
    "Wait for the snapshot",
    "Copy under the transfer key",
    "Look at the copy",
    "Wait for the copy",
    "Open the lease",
    "Share the copy",
    "Ask the target to take its copy",
    "Stop sharing",
    "Delete the snapshots",
    "Close the lease",
]


STATUS_EVENT = "Step Functions Execution Status Change"
MINUTE = 60
FUNCTIONS = ["CreateSnapshot", "LookAtSnapshot", "CopySnapshot", "EditKeyPolicy", "EditShare", "DeleteSnapshots"]
STRAY = lease.statements(policies.lease("fedcba9876543210"))
_numbers = itertools.count(1)
_seconds: list[tuple[str, str, float]] = []


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """What happened, by which means access ended, and after how many virtual seconds; `pytest -s` shows it."""
    yield
    rows = [f"| {what} | {means} | {seconds:.0f} |" for what, means, seconds in _seconds]
    sys.stdout.write("\n".join(["", "| what happened | closed by | after seconds |", "| --- | --- | --- |", *rows, ""]))


@pytest.fixture(autouse=True)
def tidy(story: Story) -> Iterator[None]:
    """Faults are mended, and what the target has taken meanwhile goes: it is the target's own."""
    yield
    story.sandbox.faults.clear()
    delete_the_targets(story)


@pytest.mark.parametrize("state", STATES)
def test_a_transfer_that_is_stopped_is_closed_by_the_status_event(story: Story, state: str) -> None:
    stopped_at = stop(story, state)
    seconds = seconds_until_closed(story, stopped_at)
    assert seconds < 15 * MINUTE
    assert closings(story, since=stopped_at) <= 1
    note(f"StopExecution in {state}", "status event", seconds)


@pytest.mark.parametrize("state", ["Wait for the snapshot", "Share the copy", "Ask the target to take its copy"])
def test_where_the_status_event_is_lost_the_sweeper_closes(story: Story, state: str) -> None:
    lost = story.sandbox.faults.event(STATUS_EVENT, times=None).lost()
    stopped_at = stop(story, state)
    seconds = seconds_until_closed(story, stopped_at)
    assert lost.strokes
    assert 5 * MINUTE < seconds < 45 * MINUTE
    note(f"StopExecution in {state}, event lost", "sweeper", seconds)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_is_killed_is_run_again(story: Story, function: str) -> None:
    fault = story.sandbox.faults.function(f"*{function}Function*").killed_when_done()
    run = story.run(restore=False)
    assert fault.strokes
    assert (run.status, run.cause) == ("SUCCEEDED", None)
    assert is_closed(story)
    note(f"{function} killed once", "the machine, retrying", run.output["access"]["exposure_seconds"])


@pytest.mark.parametrize("function", ["CopySnapshot", "EditShare", "EditKeyPolicy"])
def test_a_function_that_is_killed_every_time_keeps_access_open_no_longer_than_it_is_dead(
    story: Story, function: str
) -> None:
    fault = story.sandbox.faults.function(f"*{function}Function*", times=None, seconds=3600.0).killed_when_done()
    begun = story.sandbox.clock.now
    run = story.run(restore=False)
    assert run.status == "FAILED"
    assert is_closed(story) or seconds_until_closed(story, begun) < 4 * 3600
    closed_at = max(story.sandbox.clock.now, fault.strokes[0])
    assert fault.strokes
    note(f"{function} killed for an hour", "the machine, or the sweeper once it lives", closed_at - fault.strokes[0])


def test_a_killed_sweeper_is_tried_again(story: Story) -> None:
    story.sandbox.faults.event(STATUS_EVENT, times=None).lost()
    killed = story.sandbox.faults.function("*SweepLeases*", times=2).killed_before_call(1)
    seconds = seconds_until_closed(story, stop(story, "Ask the target to take its copy"))
    assert len(killed.strokes) == 2
    note("StopExecution, event lost, sweeper killed twice", "sweeper", seconds)


def test_what_an_execution_that_runs_holds_open_is_never_touched(story: Story) -> None:
    swept: list[list[str]] = []

    def let_the_sweeper_look() -> None:
        story.sandbox.clock.run(limit=25 * MINUTE)
        swept.append(story.sids())

    run = story.run(when="Ask the target to take its copy", then=let_the_sweeper_look, restore=False)
    assert len(swept[0]) == 4  # the lease stands
    assert (run.status, run.cause) == ("SUCCEEDED", None)


def test_what_is_not_ours_is_never_touched(story: Story) -> None:
    """Snapshots that only look like ours, and statements with a similar Sid, outlive every sweep."""
    rds, kms = story.sandbox.client("rds", SOURCE), story.sandbox.client("kms", SOURCE)
    names = ("sf-example-db-0123456789abcdef", "sf-of-somebody")
    for name in names:
        rds.create_db_cluster_snapshot(DBClusterIdentifier="example-db", DBClusterSnapshotIdentifier=name)
        story.sandbox.clock.run(limit=1800)  # RDS makes one at a time
    before = kms.get_key_policy(KeyId=story.stage.transfer_key, PolicyName="default")["Policy"]
    theirs = json.loads(before)
    theirs["Statement"].append({**theirs["Statement"][0], "Sid": "Snapferry0123456789abcdefTheirs"})
    kms.put_key_policy(KeyId=story.stage.transfer_key, PolicyName="default", Policy=json.dumps(theirs))
    story.sandbox.clock.run(limit=3600)
    assert story.sids()[1:] == ["Snapferry0123456789abcdefTheirs"]
    assert sorted(name for _, name in story.snapshots()) == sorted(names)
    kms.put_key_policy(KeyId=story.stage.transfer_key, PolicyName="default", Policy=before)
    for name in names:
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)
    story.sandbox.clock.run(limit=600)


def test_a_statement_that_no_lease_stands_for_is_taken_out(story: Story) -> None:
    kms = story.sandbox.client("kms", SOURCE)
    policy = json.loads(kms.get_key_policy(KeyId=story.stage.transfer_key, PolicyName="default")["Policy"])
    policy["Statement"] += json.loads(json.dumps(STRAY))
    kms.put_key_policy(KeyId=story.stage.transfer_key, PolicyName="default", Policy=json.dumps(policy))
    seconds = seconds_until_closed(story, story.sandbox.clock.now)
    assert seconds < 20 * MINUTE
    note("A statement of ours that the table does not know", "sweeper", seconds)


def note(what: str, means: str, seconds: float) -> None:
    _seconds.append((what, means, seconds))


def stop(story: Story, state: str) -> float:
    """Start a transfer, and stop it as soon as it has entered a state; when that was."""
    sandbox = story.sandbox
    entered: list[str] = []

    def listener(event: StateEvent) -> None:
        if event.kind == "entered":
            entered.append(event.state)

    sandbox.on_state.append(listener)
    arn = story.stage.start(f"stopped-{next(_numbers)}", restore=False)
    sandbox.clock.wait_until(lambda: state in entered, 86_400.0)
    sandbox.client("stepfunctions", SOURCE).stop_execution(executionArn=arn)
    sandbox.on_state.remove(listener)
    return sandbox.clock.now


def seconds_until_closed(story: Story, begin: float, limit: float = 86_400.0) -> float:
    """Let time pass until nobody else may use the key or a snapshot, and nothing is left; how long it took."""
    story.sandbox.clock.wait_until(lambda: is_closed(story), limit)
    seconds = story.sandbox.clock.now - begin
    story.sandbox.clock.run(limit=3600)
    assert is_closed(story)
    return seconds


def is_closed(story: Story) -> bool:
    source = [name for account, name in story.snapshots() if account == "source"]
    return story.sids() == ["AccountAdministersTheKey"] and not source and not story.state_rows("lease")


def closings(story: Story, *, since: float) -> int:
    """How many executions of `close_access` have been started."""
    arn = story.stage.source.outputs["CloseAccessMachineArn"]
    rows = story.sandbox.client("stepfunctions", SOURCE).list_executions(stateMachineArn=arn)["executions"]
    return sum(row["startDate"].timestamp() >= since for row in rows)


def delete_the_targets(story: Story) -> None:
    rds = story.sandbox.client("rds", TARGET)
    story.sandbox.clock.run(limit=4 * 3600)
    for row in rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]:
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=row["DBClusterSnapshotIdentifier"])
