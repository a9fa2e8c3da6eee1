"""Access ends although the transfer's own machine cannot end it: by which means, and after how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import SOURCE, TARGET

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


@pytest.fixture(autouse=True)
def tidy(story: Story) -> Iterator[None]:
    """What the target has taken meanwhile goes: it is the target's own."""
    yield
    delete_the_targets(story)


@pytest.mark.parametrize("state", STATES)
def test_a_transfer_that_is_stopped_is_closed_by_the_status_event(story: Story, state: str) -> None:
    stopped_at = stop(story, state)
    seconds = seconds_until_closed(story, stopped_at)
    assert seconds < 900
    assert closings(story, since=stopped_at) <= 1
    story.assert_nothing_is_open()


def stop(story: Story, state: str) -> float:
    """Start a transfer, and stop it as soon as it has entered a state; when that was."""
    sandbox = story.sandbox
    entered: list[str] = []

    def listener(event: StateEvent) -> None:
        if event.kind == "entered":
            entered.append(event.state)

    sandbox.on_state.append(listener)
    arn = story.stage.start(f"stop-{state.lower().replace(' ', '-')}", restore=False)
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
