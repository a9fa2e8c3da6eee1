"""Retention in the target: what goes after its time, and what stays whatever its age."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import CONNECTION, set_stage
from sandbox.world import Sandbox
from tests.end_to_end.restores import SNAPSHOT, Restores
from tests.end_to_end.story import stop_sweeping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

DAY = 86_400.0


@pytest.fixture(scope="module")
def restores(simulator: Simulator) -> Iterator[Restores]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        stage = set_stage(sandbox, "aurora-mysql")
        stop_sweeping(sandbox)
        yield Restores.on(stage)


def test_a_previous_database_goes_after_its_time_and_not_before(restores: Restores) -> None:
    first = restores.run([]).output["identifier"]
    second = restores.run([]).output["identifier"]
    assert apply(restores).output == {"deleted": []}
    assert set(restores.databases()) == {first, second}
    arn = published(restores)["previous"][0]["arn"]
    restores.story.sandbox.clock.run(limit=3 * DAY + 60)  # the schedule comes round meanwhile
    restores.story.sandbox.clock.run(limit=DAY)
    assert restores.databases() == [second]
    connection = published(restores)
    assert (connection["identifier"], connection["previous"]) == (second, [])
    assert arn.endswith(first)


def test_it_stays_while_the_one_that_serves_is_not_there(restores: Restores) -> None:
    (second,) = restores.databases()
    third = restores.run([]).output["identifier"]
    rds = restores.story.sandbox.client("rds", TARGET)
    rds.modify_db_cluster(DBClusterIdentifier=third, DeletionProtection=False, ApplyImmediately=True)
    restores.story.sandbox.clock.run(limit=600)
    for member in rds.describe_db_clusters(DBClusterIdentifier=third)["DBClusters"][0]["DBClusterMembers"]:
        rds.delete_db_instance(DBInstanceIdentifier=member["DBInstanceIdentifier"], SkipFinalSnapshot=True)
    restores.story.sandbox.clock.run(limit=1800)
    rds.delete_db_cluster(DBClusterIdentifier=third, SkipFinalSnapshot=True)
    restores.story.sandbox.clock.run(limit=5 * DAY)
    assert restores.databases() == [second]
    assert (
        restores.story.execute(
            restores.story.stage.target.outputs["SwitchBackMachineArn"], {"name": "example-db"}
        ).output["identifier"]
        == second
    )


def test_what_lost_its_tag_stays_and_the_run_says_so(restores: Restores) -> None:
    (second,) = restores.databases()
    fourth = restores.run([]).output["identifier"]
    rds = restores.story.sandbox.client("rds", TARGET)
    arn = rds.describe_db_clusters(DBClusterIdentifier=second)["DBClusters"][0]["DBClusterArn"]
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["snapferry:managed"])
    restores.story.sandbox.clock.run(limit=4 * DAY)
    run = apply(restores)
    assert (run.status, run.error) == ("FAILED", "NotTidiedUp")
    assert arn in str(run.cause)
    assert "lacks the tag snapferry:managed" in str(run.cause)
    assert set(restores.databases()) == {second, fourth}


@pytest.mark.long
def test_copies_go_by_count_and_age_and_only_those_of_transfers(restores: Restores) -> None:
    rds = restores.story.sandbox.client("rds", TARGET)
    names = [f"sf-example-db-{number:016x}" for number in range(5)]
    for name in names:
        rds.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=SNAPSHOT,
            TargetDBClusterSnapshotIdentifier=name,
            KmsKeyId=restores.story.stage.own_key,
            Tags=[{"Key": "snapferry:transfer", "Value": name[-16:]}],
        )
        restores.story.sandbox.clock.run(limit=DAY)
    restores.story.sandbox.clock.run(limit=33 * DAY)  # the first two are older than 35 days then
    assert set(snapshots(restores)) == {SNAPSHOT, *names[2:]}
    restores.story.sandbox.clock.run(limit=60 * DAY)
    assert set(snapshots(restores)) == {SNAPSHOT, *names[2:]}


@pytest.mark.long
def test_a_copy_whose_transfer_died_after_the_hand_over_goes_like_any_other(restores: Restores) -> None:
    story = restores.story

    def stop() -> None:
        states = story.sandbox.client("stepfunctions", SOURCE)
        running = states.list_executions(stateMachineArn=story.stage.machine_arn, statusFilter="RUNNING")["executions"]
        states.stop_execution(executionArn=running[0]["executionArn"])

    before = set(snapshots(restores))
    assert story.run(when="Stop sharing", then=stop).status == "ABORTED"
    story.sandbox.clock.run(limit=DAY)
    (left,) = set(snapshots(restores)) - before
    for _ in range(3):
        assert story.run(restore=False).status == "SUCCEEDED"
    story.sandbox.clock.run(limit=30 * DAY)
    assert left in snapshots(restores)
    story.sandbox.clock.run(limit=6 * DAY)
    assert left not in snapshots(restores)


def apply(restores: Restores) -> Run:
    return restores.story.execute(restores.story.stage.target.outputs["ApplyRetentionMachineArn"], {})


def snapshots(restores: Restores) -> list[str]:
    rds = restores.story.sandbox.client("rds", TARGET)
    rows = rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    return [row["DBClusterSnapshotIdentifier"] for row in rows]


def published(restores: Restores) -> dict[str, Any]:
    ssm = restores.story.sandbox.client("ssm", TARGET)
    found: dict[str, Any] = json.loads(ssm.get_parameter(Name=CONNECTION)["Parameter"]["Value"])
    return found
