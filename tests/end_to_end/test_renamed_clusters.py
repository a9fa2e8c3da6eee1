"""A cluster that takes the name of another one, and gives it back, also after StopExecution; see `test_renaming`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import TARGET
from sandbox.stage import CONNECTION, set_stage, write_profile
from sandbox.world import Sandbox
from tests.end_to_end.restores import PROFILE_OF_TESTS, Restores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

NAME = "staging"


@pytest.fixture(scope="module")
def restores(simulator: Simulator) -> Iterator[Restores]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Restores.on(set_stage(sandbox, "aurora-mysql"))


def test_a_cluster_takes_the_name_and_gives_it_back_where_its_restore_fails(restores: Restores) -> None:
    first = named(restores)
    assert (first.status, restores.databases()) == ("SUCCEEDED", [NAME]), first.cause
    serves = named(restores)
    assert serves.status == "SUCCEEDED", serves.cause
    before = clusters(restores)
    assert sorted(before) == sorted([NAME, published(restores)["previous"][0]["identifier"]])
    faults = restores.story.sandbox.faults
    faults.call("ssm", "PutParameter", by="PublishConnection", times=None).denied()
    failed = named(restores)
    faults.clear()
    assert (failed.status, failed.error) == ("FAILED", "AwsRefused")
    assert "Give the name back" in failed.states_of("restore-database")
    assert clusters(restores) == before
    assert published(restores)["resource_id"] == before[NAME]


@pytest.mark.parametrize("heard", [True, False], ids=["heard", "swept"])
def test_going_back_that_is_stopped_while_names_change_leaves_the_one_that_serves(
    restores: Restores,
    heard: bool,  # noqa: FBT001
) -> None:
    sandbox, before = restores.story.sandbox, clusters(restores)
    states = sandbox.client("stepfunctions", TARGET)
    machine = restores.story.stage.target.outputs["SwitchBackMachineArn"]

    def stop() -> None:
        while clusters(restores) == before:
            sandbox.clock.run(limit=30.0)
        (row,) = states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
        states.stop_execution(executionArn=row["executionArn"])

    if not heard:
        sandbox.faults.event("Step Functions Execution Status Change", times=None).lost()
    run = restores.story.execute(machine, {"name": "example-db"}, when="Take the name", then=stop)
    assert run.status == "ABORTED"
    sandbox.clock.run(limit=3 * 3600.0)
    sandbox.faults.clear()
    assert clusters(restores) == before
    assert published(restores)["resource_id"] == before[NAME]


def named(restores: Restores) -> Run:
    stage = restores.story.stage
    write_profile(stage.sandbox, stage.target_network, **PROFILE_OF_TESTS, rename_to=NAME)
    given = {"snapshot_arn": restores.snapshot_arn, "database": "example-db"}
    return restores.story.execute(stage.target.outputs["RestoreDatabaseMachineArn"], given)


def clusters(restores: Restores) -> dict[str, str]:
    """What AWS knows each restored cluster by, by its name."""
    rows = restores.story.sandbox.client("rds", TARGET).describe_db_clusters()["DBClusters"]
    known = {row["DBClusterIdentifier"]: str(row["DbClusterResourceId"]) for row in rows}
    return {name: known[name] for name in restores.databases()}


def published(restores: Restores) -> dict[str, Any]:
    ssm = restores.story.sandbox.client("ssm", TARGET)
    found: dict[str, Any] = json.loads(ssm.get_parameter(Name=CONNECTION)["Parameter"]["Value"])
    return found
