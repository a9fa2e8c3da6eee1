"""What a transfer that failed behind its copy leaves to start again from: for a while, shared with nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.functions.function import BEGINNING
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.functions import FunctionSpec
    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

HOUR = 3600.0
GONE = -99  # no point
ASKING = "Ask the target to take its copy"
SHARING_ROLE = "snapferry-source-EditShareFunctionRole"


@pytest.fixture(scope="module")
def shared_story(simulator: Simulator) -> Iterator[Story]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Story(set_stage(sandbox, "aurora-mysql", source_parameters={"SweepMinutes": "60"}))


@pytest.fixture
def story(shared_story: Story) -> Story:
    """Nothing is kept; copies that earlier tests have left in the target are the administrator's to delete."""
    rds = shared_story.sandbox.client("rds", TARGET)
    for name in snapshots_of(shared_story, "target"):
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)
    assert snapshots_of(shared_story, "source") == []
    assert shared_story.state_rows("kept") == []
    return shared_story


def test_the_input_that_the_error_prints_carries_on_from_the_copy(story: Story) -> None:
    failed = fail_behind_the_copy(story)
    assert failed.error == "SnapshotNotFound"
    (copy,) = snapshots_of(story, "source")
    assert copy.endswith("-c")
    assert shared_with(story, copy) == []
    story.assert_nothing_is_open()
    again = printed_input(failed)
    assert again == {"database": "example-db", "snapshot": copy, "restore": False}
    second = story.execute(story.stage.machine_arn, again)
    assert second.status == "SUCCEEDED", second.cause
    entered = [state for _, state in second.path]
    assert "Create the snapshot" not in entered
    assert "Copy under the transfer key" not in entered
    assert second.output["fresh"] is False
    assert [arn.rpartition(":")[2] for arn in second.output["deleted_snapshots"]] == [copy]
    assert "left behind" in second.output["remarks"][0]
    assert snapshots_of(story, "source") == []
    assert story.state_rows("kept") == []
    story.assert_nothing_is_open()


def test_a_copy_of_a_transfer_that_is_stopped_is_kept_too_and_goes_when_its_time_is_over(story: Story) -> None:
    stopped = story.run(restore=False, when=ASKING, then=lambda: stop(story))
    assert stopped.status == "ABORTED"
    story.sandbox.clock.run(limit=HOUR / 2)
    (copy,) = snapshots_of(story, "source")
    assert shared_with(story, copy) == []
    story.assert_nothing_is_open()
    (kept,) = story.state_rows("kept")
    assert kept["identifier"]["S"] == copy
    story.sandbox.clock.run(limit=23 * HOUR)
    assert snapshots_of(story, "source") == [copy]
    story.sandbox.clock.run(limit=2 * HOUR)
    assert snapshots_of(story, "source") == []
    assert story.state_rows("kept") == []


@pytest.mark.long
def test_a_second_failure_keeps_the_first_ones_copy_for_longer(story: Story) -> None:
    again = printed_input(fail_behind_the_copy(story))
    (first,) = story.state_rows("kept")
    story.sandbox.clock.run(limit=10 * HOUR)
    second = fail_behind_the_copy(story, **again)
    assert second.status == "FAILED"
    assert printed_input(second) == again
    (kept,) = story.state_rows("kept")
    assert kept["until"]["S"] > first["until"]["S"]
    assert kept["transfer"] == first["transfer"]
    story.sandbox.clock.run(limit=23 * HOUR)
    assert snapshots_of(story, "source") == [again["snapshot"]]
    story.sandbox.clock.run(limit=2 * HOUR)
    assert snapshots_of(story, "source") == []


def test_a_copy_that_a_transfer_uses_outlives_its_time(story: Story) -> None:
    again = printed_input(fail_behind_the_copy(story))
    (row,) = story.state_rows("kept")
    expire(story, row)
    run = story.execute(story.stage.machine_arn, again, when=ASKING)
    assert run.status == "SUCCEEDED", run.cause
    assert snapshots_of(story, "source") == []


def test_nothing_is_kept_of_a_copy_that_is_not_finished(story: Story) -> None:
    run = story.run(restore=False, when="Wait for the copy", then=lambda: stop(story))
    assert run.status == "ABORTED"
    story.sandbox.clock.run(limit=HOUR)
    assert snapshots_of(story, "source") == []
    assert story.state_rows("kept") == []


def test_a_copy_that_cannot_be_taken_back_is_not_kept(story: Story) -> None:
    """It would stay open: deleting it is the last way of closing it."""
    run = fail_behind_the_copy(story, keep_shared_and_break)
    assert run.error == "AccessNotClosed"
    assert snapshots_of(story, "source") == []
    story.sandbox.client("kms", TARGET).enable_key(KeyId=story.stage.own_key)
    story.sandbox.client("iam", SOURCE).delete_role_policy(RoleName=SHARING_ROLE, PolicyName="denied")


@pytest.mark.parametrize("call", [BEGINNING, 5, 9])
def test_a_stop_while_the_lease_of_a_kept_copy_is_opened_leaves_nothing_open(story: Story, call: int) -> None:
    """The transfer has made no snapshot of its own by which it could be found; the sweeper comes once in an hour."""
    again = printed_input(fail_behind_the_copy(story))
    point = Point(story, "snapferry-source-EditKeyPolicyFunction", call)
    run = story.execute(story.stage.machine_arn, again)
    point.forget()
    assert run.status == "ABORTED"
    story.assert_nothing_is_open()
    (row,) = story.state_rows("kept")
    expire(story, row)
    story.sandbox.clock.run(limit=2 * HOUR)


def test_what_somebody_tags_like_a_kept_copy_is_not_deleted_by_a_transfer_from_it(story: Story) -> None:
    """Only what is on the books is; a snapshot that a person has made stays."""
    rds = story.sandbox.client("rds", SOURCE)
    rds.create_db_cluster_snapshot(
        DBClusterIdentifier="example-db",
        DBClusterSnapshotIdentifier="sf-by-hand",
        Tags=[{"Key": "snapferry:transfer", "Value": "0123456789abcdef"}],
    )
    story.sandbox.clock.run(limit=HOUR)
    run = story.run(restore=False, snapshot="sf-by-hand")
    assert run.status == "SUCCEEDED", run.cause
    assert snapshots_of(story, "source") == ["sf-by-hand"]
    rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="sf-by-hand")


class Point:
    """Stops what runs once a function comes to a point, and lets it go on when all who close have come.

    Args:
        story: The stage.
        function: Its name.
        call: The number of the API call before which it lingers; or BEGINNING.
    """

    def __init__(self, story: Story, function: str, call: int) -> None:
        self._story, self._function, self._call = story, function, call
        story.sandbox.functions.at_points.append(self._comes_to)

    def forget(self) -> None:
        self._story.sandbox.functions.at_points.remove(self._comes_to)

    def _comes_to(self, spec: FunctionSpec, point: int) -> bool:
        if (spec.name, point) == (self._function, self._call):
            self._call = GONE
            stop(self._story)
            self._story.sandbox.clock.sleep(20.0)
        return False


def fail_behind_the_copy(story: Story, spoil: Callable[[Story], object] | None = None, **given: Any) -> Run:
    """A transfer that breaks once its copy is shared: somebody takes the share back."""
    spoiling = spoil or unshare
    return story.run(**{"restore": False, **given}, when=ASKING, then=lambda: spoiling(story))


def unshare(story: Story) -> None:
    (copy,) = [name for name in snapshots_of(story, "source") if name.endswith("-c")]
    story.sandbox.client("rds", SOURCE).modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier=copy, AttributeName="restore", ValuesToRemove=[TARGET.id]
    )


def printed_input(run: Run) -> dict[str, Any]:
    """The last line of the cause, pasted."""
    return dict(json.loads(str(run.cause).splitlines()[-1]))


def snapshots_of(story: Story, profile: str) -> list[str]:
    """Manual ones; RDS's nightly backups come and go by themselves."""
    return [name for account, name in story.snapshots() if account == profile and not name.startswith("rds:")]


def shared_with(story: Story, snapshot: str) -> list[str]:
    return story.stage.databases(SOURCE).shared_with(snapshot)


def stop(story: Story) -> None:
    states = story.sandbox.client("stepfunctions", SOURCE)
    running = states.list_executions(stateMachineArn=story.stage.machine_arn, statusFilter="RUNNING")["executions"]
    for execution in running:
        states.stop_execution(executionArn=execution["executionArn"])


def expire(story: Story, row: dict[str, Any]) -> None:
    story.sandbox.client("dynamodb", SOURCE).put_item(
        TableName=story.stage.source.outputs["StateTableName"], Item={**row, "until": {"S": "2026-01-01T00:00:00Z"}}
    )


def keep_shared_and_break(story: Story) -> None:
    """The share cannot be taken back any more, and the target cannot encrypt its copy."""
    denied = {"Effect": "Deny", "Action": "rds:ModifyDBClusterSnapshotAttribute", "Resource": "*"}
    story.sandbox.client("iam", SOURCE).put_role_policy(
        RoleName=SHARING_ROLE,
        PolicyName="denied",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [denied]}),
    )
    story.sandbox.client("kms", TARGET).disable_key(KeyId=story.stage.own_key)
