"""Restore drills: a copy is brought up, verified and deleted again; nobody reaches it, and the receipt is evidence."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import TARGET
from sandbox.stage import CONNECTION, set_stage, write_profile
from sandbox.world import Sandbox
from snapferry.target.drills import DrillReceipt
from tests.end_to_end.restores import SNAPSHOT, Restores
from tests.statemachine import machines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

HOUR = 3600.0
AT_NIGHT_IN_INDIA = {
    "DrillSchedule": "cron(0 4 * * ? *)",  # 22:30 UTC
    "DrillTimezone": "Asia/Kolkata",
    "DrillDatabase": "original",
}
VERIFY = {"name": "snapferry-hook-first", "input": {"says": {"rows": 2}}}
FAILING = {"name": "snapferry-hook-first", "input": {"failures": 9}}


@pytest.fixture(scope="module")
def restores(simulator: Simulator) -> Iterator[Restores]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        stage = set_stage(sandbox, "aurora-mysql", target_parameters=AT_NIGHT_IN_INDIA)
        sandbox.deploy(TARGET, "hooks", machines.ROOT / "tests" / "end_to_end" / "hooks" / "template.yaml", {})
        yield Restores.on(stage)


def test_a_drill_leaves_nothing_but_its_receipt(restores: Restores) -> None:
    calls = len(restores.story.sandbox.gate.log)
    run = drill(restores, [VERIFY])
    assert (run.status, run.error) == ("SUCCEEDED", None), run.cause
    receipt = DrillReceipt.model_validate(run.output)
    assert (receipt.snapshot, receipt.hooks[0].result) == (restores.snapshot_arn, {"rows": 2})
    assert [stage.name for stage in receipt.stages] == [
        "restore", "securing", "instances", "hooks", "deletion"
    ]  # fmt: skip
    assert sum(stage.seconds for stage in receipt.stages) <= receipt.seconds
    assert min(receipt.stages[0].seconds, receipt.stages[2].seconds, receipt.stages[4].seconds) > 60
    assert receipt.snapshot_age_seconds is not None
    assert_nothing_left(restores)
    assert not {"Open the network", "Publish the connection"} & set(run.states_of("restore-database"))
    opened = restores.story.stage.target_network.security_group
    made = list(restores.story.sandbox.gate.log)[calls:]
    assert not [call for call in made if call.service == "rds" and opened in str(call.parameters)]


def test_a_drill_that_fails_ends_red_and_takes_back_what_it_made(restores: Restores) -> None:
    run = drill(restores, [FAILING])
    assert (run.status, run.error) == ("FAILED", "HookFailed")
    assert_nothing_left(restores)


def test_a_drill_beside_a_database_that_serves_leaves_it_alone(restores: Restores) -> None:
    serves = restores.run([]).output["identifier"]
    assert drill(restores, []).status == "SUCCEEDED"
    assert restores.databases() == [serves]
    restores.story.sandbox.client("ssm", TARGET).delete_parameter(Name=CONNECTION)
    restores.story.clear_target()


def test_a_drill_that_is_stopped_is_taken_back(restores: Restores) -> None:
    run = drill(restores, [VERIFY], when="Run the hooks", then=lambda: stop(restores))
    assert run.status == "ABORTED"
    restores.story.sandbox.clock.run(limit=HOUR)
    assert restores.databases() == []


def test_there_is_no_drill_without_a_copy(restores: Restores) -> None:
    run = drill(restores, [], database="nobodys")
    assert (run.status, run.error) == ("FAILED", "SnapshotNotFound")
    assert "holds no available snapshot of a database nobodys" in str(run.cause)


def test_the_schedule_starts_one(restores: Restores) -> None:
    stage = restores.story.stage
    write_profile(stage.sandbox, stage.target_network, instance_class="db.r6g.large")
    states = restores.story.sandbox.client("stepfunctions", TARGET)
    which = {"stateMachineArn": stage.target.outputs["RestoreDatabaseMachineArn"], "statusFilter": "SUCCEEDED"}
    before = len(states.list_executions(**which)["executions"])
    restores.story.sandbox.clock.run(limit=25 * HOUR)
    newest, *others = states.list_executions(**which)["executions"]
    assert len(others) == before
    begun = newest["startDate"].astimezone(UTC)
    assert (begun.hour, begun.minute) == (22, 30)
    assert_nothing_left(restores)


def drill(restores: Restores, hooks: list[dict[str, Any]], database: str = "original", **more: Any) -> Run:
    stage = restores.story.stage
    write_profile(stage.sandbox, stage.target_network, instance_class="db.r6g.large", hooks=hooks)
    given = {"snapshot_arn": "latest", "database": database, "drill": True}
    return restores.story.execute(stage.target.outputs["RestoreDatabaseMachineArn"], given, **more)


def stop(restores: Restores) -> None:
    states = restores.story.sandbox.client("stepfunctions", TARGET)
    machine = restores.story.stage.target.outputs["RestoreDatabaseMachineArn"]
    for row in states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
        states.stop_execution(executionArn=row["executionArn"])


def assert_nothing_left(restores: Restores) -> None:
    assert restores.databases() == []
    rds, ssm = (restores.story.sandbox.client(service, TARGET) for service in ("rds", "ssm"))
    rows = rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    assert [row["DBClusterSnapshotIdentifier"] for row in rows] == [SNAPSHOT]
    assert CONNECTION not in {row["Name"] for row in ssm.describe_parameters()["Parameters"]}
