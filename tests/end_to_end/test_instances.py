"""What other tests show of a cluster, of an instance: waits for quotas, a kept copy, a drill, its end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import CONNECTION, DATABASE, set_stage, write_profile
from sandbox.world import Sandbox
from tests.end_to_end.story import Story, stop_sweeping
from tests.end_to_end.test_kept_copies import printed_input, snapshots_of
from tests.end_to_end.test_quotas import reasons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.interpreter import StateEvent
    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

DAY = 86_400.0
QUOTAS = {  # the state that is entered, and how many snapshots the accounts may have from then on
    "Wait for the database": 1,
    "Wait for RDS to copy": 100,
    "Ask the target to take its copy": 0,
    "Wait to copy": 100,
}


@pytest.fixture(scope="module")
def story(simulator: Simulator) -> Iterator[Story]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        stage = set_stage(sandbox, "postgres")
        stop_sweeping(sandbox)
        yield Story(stage)


@pytest.fixture(scope="module")
def copy(story: Story) -> str:
    """The copy in the target of a transfer that had to wait for each of its snapshots."""
    quotas = story.sandbox.rds.settings.quotas

    def change(event: StateEvent) -> None:
        if event.kind == "entered":
            quotas.manual_instance_snapshots = QUOTAS.get(event.state, quotas.manual_instance_snapshots)

    quotas.manual_instance_snapshots = 0
    story.sandbox.on_state.append(change)
    run = story.run(restore=False)
    story.sandbox.on_state.remove(change)
    assert (run.status, run.error) == ("SUCCEEDED", None), run.cause
    return str(run.output["target_snapshot"])


def test_no_room_for_a_snapshot_is_waited_for_in_both_accounts(story: Story, copy: str) -> None:
    assert f":{TARGET.id}:snapshot:sf-{DATABASE}-" in copy
    full = "the account has {0} of {0} manual instance snapshots"
    in_the_source = reasons(story, story.stage.machine_arn, SOURCE)
    assert list(dict.fromkeys(in_the_source)) == [full.format(0), full.format(1)]
    in_the_target = reasons(story, story.stage.target.outputs["ReceiveSnapshotMachineArn"], TARGET)
    assert set(in_the_target) == {"the account has 0 of 0 manual instance snapshots"}
    story.assert_nothing_is_open()


def test_a_transfer_carries_on_from_the_copy_that_a_failed_one_left(story: Story) -> None:
    story.sandbox.faults.rds("sf-*", account=TARGET).ends_failed()
    failed = story.run(restore=False)
    story.sandbox.faults.clear()
    assert (failed.status, failed.error) == ("FAILED", "SnapshotFailed")
    (kept,) = snapshots_of(story, "source")
    rds = story.sandbox.client("rds", SOURCE)
    (shared,) = rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=kept)["DBSnapshotAttributesResult"][
        "DBSnapshotAttributes"
    ]
    assert shared["AttributeValues"] == []
    again = story.execute(story.stage.machine_arn, printed_input(failed))
    assert again.status == "SUCCEEDED", again.cause
    assert "Create the snapshot" not in again.states_of("ferry-snapshot")
    assert snapshots_of(story, "source") == []
    story.assert_nothing_is_open()


def test_a_drill_leaves_no_instance(story: Story, copy: str) -> None:
    run = restore(story, copy, drill=True)
    assert (run.status, run.error) == ("SUCCEEDED", None), run.cause
    assert run.output["snapshot"] == copy
    assert story.restored() == []


def test_one_that_served_goes_after_its_time_with_its_password_and_though_it_is_protected(
    story: Story, copy: str
) -> None:
    first, second = (restore(story, copy).output for _ in range(2))
    rds = story.sandbox.client("rds", TARGET)
    rows = rds.describe_db_instances()["DBInstances"]
    assert {row["DBInstanceIdentifier"]: row["DeletionProtection"] for row in rows} == {
        first["identifier"]: True,
        second["identifier"]: True,
    }
    story.sandbox.clock.run(limit=4 * DAY)
    assert story.restored() == [second["identifier"]]
    assert published(story)["previous"] == []
    secrets = story.sandbox.client("secretsmanager", TARGET)
    assert "DeletedDate" in secrets.describe_secret(SecretId=first["secret_arn"])
    assert "DeletedDate" not in secrets.describe_secret(SecretId=second["secret_arn"])


def restore(story: Story, snapshot: str, **more: Any) -> Run:
    stage = story.stage
    named = {"identifier": "{database}-{transfer}", "instance_class": "db.t3.medium", "managed_password": False}
    write_profile(stage.sandbox, stage.target_network, **named)
    given = {"snapshot_arn": snapshot, "database": DATABASE, **more}
    return story.execute(stage.target.outputs["RestoreDatabaseMachineArn"], given)


def published(story: Story) -> dict[str, Any]:
    ssm = story.sandbox.client("ssm", TARGET)
    found: dict[str, Any] = json.loads(ssm.get_parameter(Name=CONNECTION)["Parameter"]["Value"])
    return found
