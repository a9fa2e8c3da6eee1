"""One transfer of a database at a time: the second is refused, or waits, as its input says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import SOURCE, TARGET

if TYPE_CHECKING:
    from tests.end_to_end.story import Story

DAY = 86_400.0


def start(story: Story, name: str, **fields: object) -> str:
    return story.stage.start(name, restore=False, **fields)


def until(story: Story, arn: str, state: str) -> None:
    """Let time pass until an execution has entered a state."""
    states = story.sandbox.client("stepfunctions", SOURCE)

    def entered() -> bool:
        events = states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        return any(event.get("stateEnteredEventDetails", {}).get("name") == state for event in events)

    story.sandbox.clock.wait_until(entered, DAY)


def test_a_second_one_is_refused_while_the_first_runs_and_not_afterwards(story: Story) -> None:
    first = start(story, "first")
    until(story, first, "Wait for the snapshot")
    second = story.run(restore=False)
    assert (second.status, second.error) == ("FAILED", "AnotherTransferRuns")
    assert f"Execution {first} carries example-db already" in (second.cause or "")
    assert '"overlap": "wait"' in (second.cause or "")
    assert story.sandbox.wait_for(first)["status"] == "SUCCEEDED"
    assert story.run(plan_only=True).output["possible"]
    delete_received(story)


def test_two_at_the_very_same_moment_are_one_and_a_refusal(story: Story) -> None:
    """Both plans see nobody: the turn decides, by one conditional write."""
    ended = [story.sandbox.wait_for(arn) for arn in [start(story, "one"), start(story, "other")]]
    assert sorted(each["status"] for each in ended) == ["FAILED", "SUCCEEDED"]
    assert {each.get("error") for each in ended} == {None, "AnotherTransferRuns"}
    delete_received(story)


@pytest.mark.long
def test_a_second_one_that_waits_comes_after_the_first(story: Story) -> None:
    first = start(story, "earlier")
    until(story, first, "Wait for the snapshot")
    second = start(story, "later", overlap="wait")
    until(story, second, "Wait for the other transfer")
    ended = [story.sandbox.wait_for(arn) for arn in (first, second)]
    assert [each["status"] for each in ended] == ["SUCCEEDED", "SUCCEEDED"]
    receipts = [json.loads(each["output"]) for each in ended]
    assert receipts[1]["access"]["opened_at"] > receipts[0]["finished_at"]
    delete_received(story)


def test_a_turn_ends_with_its_execution_however_that_ends(story: Story) -> None:
    stopped = start(story, "stopped")
    until(story, stopped, "Take the database's turn")
    story.sandbox.clock.run(limit=30)
    assert [row["execution_arn"]["S"] for row in story.state_rows("turn")] == [stopped]
    story.sandbox.client("stepfunctions", SOURCE).stop_execution(executionArn=stopped)
    story.sandbox.clock.run(limit=3600)
    assert story.run(restore=False).status == "SUCCEEDED"
    delete_received(story)


def delete_received(story: Story) -> None:
    """Delete what a transfer without a restore leaves in the target, so that the next test finds nothing."""
    rds = story.sandbox.client("rds", TARGET)
    for row in rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]:
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=row["DBClusterSnapshotIdentifier"])
    story.sandbox.clock.run(limit=600)
