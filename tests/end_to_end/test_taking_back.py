"""An execution of the target's is stopped at one state after the other: the source hears of it, and nothing is left."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.gate import AwsError
from sandbox.stage import CONNECTION, set_stage, write_profile
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.statemachine import machines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.events.delivery import Delivery
    from sandbox.functions import FunctionSpec
    from sandbox.interpreter import StateEvent
    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

STATUS_EVENT = "Step Functions Execution Status Change"
HOUR = 3600.0
LINGERS = 1.0  # virtual seconds: what befalls a state that takes no time takes effect before the next
WORKS_ON = 20.0  # virtual seconds: by then all who hear of an end at once have looked
REPLIES = ("Received", "Restored", "Failed")
HOOKS = [
    {"name": "snapferry-hook-first", "retries": 1, "input": {"failures": 1}},
    {"name": "snapferry-hook-machine", "kind": "state_machine", "timeout_minutes": 120},
]

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Case:
    """One machine of the target, the state that it is stopped at, and whether the status event is lost."""

    machine: str
    state: str
    heard: bool = True

    def __str__(self) -> str:
        return f"{self.machine}, {self.state}, {'heard' if self.heard else 'swept'}"


SAMPLE = [
    Case("receive_snapshot", "Wait for the copy"),
    Case("receive_snapshot", "Received"),
    Case("receive_snapshot", "Plan the copy", heard=False),
    Case("receive_snapshot", "Wait to delete", heard=False),
    Case("restore_database", "Note the request"),
    Case("restore_database", "Wait for the database"),
    Case("restore_database", "Call the hook's function"),
    Case("restore_database", "Publish the connection", heard=False),
    Case("restore_database", "Delete the received copy"),
    Case("restore_database", "Tell the source of the failure", heard=False),
]
EVERYWHERE = [
    Case(machine, state, heard)
    for heard in (True, False)
    for machine in ("receive_snapshot", "restore_database")
    for state, _, _ in machines.states(machine)
]


class Stage:
    """Both stacks, where executions of the target's are stopped; the source's own sweeper does not come."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.story = Story(set_stage(sandbox, "aurora-mysql", source_parameters={"KeepCopyHours": "0"}))
        self.sandbox = sandbox
        sandbox.deploy(TARGET, "hooks", machines.ROOT / "tests" / "end_to_end" / "hooks" / "template.yaml", {})
        scheduler = sandbox.client("scheduler", SOURCE)
        for schedule in scheduler.list_schedules()["Schedules"]:
            scheduler.delete_schedule(Name=schedule["Name"])
        self.answers: list[tuple[str, str]] = []
        """Question and reply of every answer that came to the source."""
        sandbox.events.before_delivery.append(self._note)

    def play(self, case: Case) -> Run:
        """Carry a database across, and stop the target's execution at one state; then let everybody do his work."""
        self._put_in_the_way(case)
        self.answers.clear()
        stopper = self._stopper(case)
        self.sandbox.on_state.append(stopper)
        run = self.story.run(name=f"stopped-{next(_numbers)}", restore=case.state != "Received")
        self.sandbox.on_state.remove(stopper)
        self.sandbox.clock.run(limit=2 * HOUR)
        return run

    def rows(self, kind: str) -> list[str]:
        """The rows of one kind in the target's table."""
        table = self.story.stage.target.outputs["StateTableName"]
        rows = self.sandbox.client("dynamodb", TARGET).scan(TableName=table)["Items"]
        return [row["id"]["S"] for row in rows if row["id"]["S"].startswith(f"{kind}#")]

    def published(self) -> str | None:
        """Name of the database that serves."""
        ssm = self.sandbox.client("ssm", TARGET)
        if CONNECTION not in {row["Name"] for row in ssm.describe_parameters()["Parameters"]}:
            return None
        return str(json.loads(ssm.get_parameter(Name=CONNECTION)["Parameter"]["Value"])["identifier"])

    def clusters(self) -> list[str]:
        rows = self.sandbox.client("rds", TARGET).describe_db_clusters()["DBClusters"]
        return [row["DBClusterIdentifier"] for row in rows]

    def delete_copies(self) -> list[str]:
        """Delete the target's snapshots, as its administrator; gives their names."""
        rds = self.sandbox.client("rds", TARGET)
        rows = rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
        names = [row["DBClusterSnapshotIdentifier"] for row in rows]
        for name in names:
            rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)
        return names

    def failed_take_backs(self) -> list[dict[str, Any]]:
        arn = self.story.stage.target.outputs["TakeBackMachineArn"]
        states = self.sandbox.client("stepfunctions", TARGET)
        found: list[dict[str, Any]] = states.list_executions(stateMachineArn=arn, statusFilter="FAILED")["executions"]
        return found

    def put_in_order(self) -> None:
        """Mend everything, and let go what serves."""
        self.sandbox.faults.clear()
        if self.published() is not None:
            self.sandbox.client("ssm", TARGET).delete_parameter(Name=CONNECTION)
        self.story.clear_target()

    def _put_in_the_way(self, case: Case) -> None:
        hooked = case.machine == "restore_database" and "hook" in case.state.lower()
        write_profile(self.sandbox, self.story.stage.target_network, hooks=HOOKS if hooked else [])
        if not case.heard:
            self.sandbox.faults.event(STATUS_EVENT, times=None).lost()
        if (case.machine, case.state) in OBSTACLES:
            OBSTACLES[case.machine, case.state](self.sandbox)

    def _stopper(self, case: Case) -> Callable[[StateEvent], None]:
        stopped: list[str] = []

        def stop(event: StateEvent) -> None:
            is_there = event.kind == "entered" and event.state == case.state and not stopped
            if is_there and event.machine.endswith(case.machine.replace("_", "-")):
                stopped.append(event.execution_arn)
                states = self.sandbox.client("stepfunctions", TARGET)
                states.stop_execution(executionArn=event.execution_arn)
                self.sandbox.clock.sleep(LINGERS)

        return stop

    def _note(self, delivery: Delivery) -> None:
        event = delivery.event
        if event["detail-type"] in REPLIES and delivery.target_arn.endswith("HearAnswerFunction"):
            self.answers.append((event["detail"]["question"], event["detail-type"]))


def _deny(operation: str, function: str) -> Callable[[Sandbox], object]:
    return lambda sandbox: sandbox.faults.call("rds", operation, by=function, times=None).denied()


def _both(*obstacles: Callable[[Sandbox], object]) -> Callable[[Sandbox], object]:
    return lambda sandbox: [obstacle(sandbox) for obstacle in obstacles]


def _no_room(sandbox: Sandbox) -> object:
    full = AwsError("SnapshotQuotaExceeded", "Cannot copy more than 5 snapshots across regions.")
    return sandbox.faults.call("rds", "CopyDBClusterSnapshot", by="target-CopySnapshot").refused(full)


def _busy(sandbox: Sandbox) -> object:
    creating = AwsError("InvalidDBClusterSnapshotStateFault", "The snapshot is in creating state.")
    return sandbox.faults.call("rds", "DeleteDBClusterSnapshot", by="target-DeleteSnapshots").refused(creating)


COPY_FAILS = _deny("DescribeDBClusterSnapshots", "target-LookAtSnapshot")
RESTORE_FAILS = _deny("ModifyDBCluster", "SecureDatabase")
ENDING = ("Explain the failure", "Shall the source hear of the failure?", "Tell the source of the failure")
OBSTACLES: dict[tuple[str, str], Callable[[Sandbox], object]] = {
    ("receive_snapshot", "Wait to copy"): _no_room,
    ("receive_snapshot", "Wait to delete"): _both(COPY_FAILS, _busy),
    ("restore_database", "Wait to delete"): _busy,
} | {
    (machine, state): fails
    for machine, fails, states in (
        ("receive_snapshot", COPY_FAILS, ("Delete the unfinished copy", "Is the copy gone?", "Copy failed")),
        ("restore_database", RESTORE_FAILS, ("Take the restore back", "Is the database gone?", "Wait to take it back")),
        ("restore_database", RESTORE_FAILS, ("Restore failed",)),
    )
    for state in (*states, *ENDING)
}


@pytest.fixture(scope="module")
def stage(simulator: Simulator) -> Iterator[Stage]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Stage(sandbox)


@pytest.mark.parametrize("case", SAMPLE, ids=str)
def test_the_source_hears_of_it_and_nothing_is_left(stage: Stage, case: Case) -> None:
    check(stage, case)


@pytest.mark.long
@pytest.mark.parametrize("case", EVERYWHERE, ids=str)
def test_the_source_hears_of_it_and_nothing_is_left_wherever_it_is_stopped(stage: Stage, case: Case) -> None:
    check(stage, case)


def check(stage: Stage, case: Case) -> None:
    try:
        run = stage.play(case)
        assert_told_once(stage, case, run)
        if case.state == "Received":  # the source was told of this copy
            assert len(stage.delete_copies()) == 1
        assert_nothing_left(stage)
    finally:
        stage.put_in_order()


def assert_told_once(stage: Stage, case: Case, run: Run) -> None:
    assert case.state in run.states_of(case.machine.replace("_", "-")), "it never came there"
    questions = [question for question, _ in stage.answers]
    assert len(questions) == len(set(questions)), stage.answers
    assert stage.rows("begun") == []
    if case.state in ("Received", "Restored"):
        assert run.status == "SUCCEEDED"
        return
    assert run.status == "FAILED"
    assert stage.answers[-1][1] == "Failed"
    if run.error == "TargetExecutionEnded":
        assert "In the target account 222222222222: The target's execution arn:aws:states:" in (run.cause or "")
        assert "was stopped by a person (StopExecution)" in (run.cause or "")
    else:
        assert case.state in ("Copy failed", "Restore failed")


def assert_nothing_left(stage: Stage) -> None:
    assert stage.story.snapshots() == []
    assert stage.clusters() == [each for each in [stage.published()] if each]
    stage.story.assert_nothing_is_open()
    assert stage.failed_take_backs() == []


@pytest.mark.parametrize(
    ("case", "question"),
    [
        (Case("receive_snapshot", "Wait for the copy", heard=False), "Snapshot Shared"),
        (Case("restore_database", "Wait for the database", heard=False), "Restore Requested"),
    ],
    ids=str,
)
def test_a_question_that_comes_again_is_answered_before_the_sweeper_comes(
    stage: Stage, case: Case, question: str
) -> None:
    stage.sandbox.faults.event(question, target="*TakeQuestion*").doubled(apart=300.0)
    try:
        run = stage.play(case)
        assert_told_once(stage, case, run)
        assert "was stopped by a person (StopExecution), and gave no answer." in (run.cause or "")
        assert_nothing_left(stage)
    finally:
        stage.put_in_order()


def test_a_function_that_goes_on_after_the_stop_leaves_nothing_either(stage: Stage) -> None:
    begun: list[str] = []

    def stop(spec: FunctionSpec, _point: int) -> bool:
        if spec.name.endswith("-RestoreDatabaseFunction") and not begun:
            begun.append(spec.name)
            states = stage.sandbox.client("stepfunctions", TARGET)
            machine = stage.story.stage.target.outputs["RestoreDatabaseMachineArn"]
            for row in states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
                states.stop_execution(executionArn=row["executionArn"])
            stage.sandbox.clock.sleep(WORKS_ON)
        return False

    write_profile(stage.sandbox, stage.story.stage.target_network, keep_snapshot=True)  # it can be restored from later
    stage.sandbox.functions.at_points.append(stop)
    run = stage.story.run(name=f"stopped-{next(_numbers)}")
    stage.sandbox.functions.at_points.remove(stop)
    stage.sandbox.clock.run(limit=2 * HOUR)
    assert begun
    assert len(stage.delete_copies()) == 1
    assert (run.status, run.error) == ("FAILED", "TargetExecutionEnded")
    assert_nothing_left(stage)


def test_the_source_hears_of_an_execution_that_runs_out_of_its_machine_s_time(stage: Stage) -> None:
    machine = stage.story.stage.target.outputs["ReceiveSnapshotMachineArn"]
    states = stage.sandbox.client("stepfunctions", TARGET)
    definition = states.describe_state_machine(stateMachineArn=machine)["definition"]
    half_an_hour = json.dumps({**json.loads(definition), "TimeoutSeconds": 1800})
    states.update_state_machine(stateMachineArn=machine, definition=half_an_hour)
    write_profile(stage.sandbox, stage.story.stage.target_network)
    run = stage.story.run(name=f"timed-out-{next(_numbers)}")
    states.update_state_machine(stateMachineArn=machine, definition=definition)
    stage.sandbox.clock.run(limit=2 * HOUR)
    (timed_out,) = states.list_executions(stateMachineArn=machine, statusFilter="TIMED_OUT")["executions"]
    assert (run.status, run.error) == ("FAILED", "TargetExecutionEnded")
    assert f"{timed_out['executionArn']} ran out of its machine's time" in (run.cause or "")
    assert_nothing_left(stage)


def test_the_source_hears_of_a_deleted_machine(stage: Stage) -> None:
    """The last test: the machine does not come back."""
    machine = stage.story.stage.target.outputs["ReceiveSnapshotMachineArn"]
    states = stage.sandbox.client("stepfunctions", TARGET)
    write_profile(stage.sandbox, stage.story.stage.target_network)
    run = stage.story.run(
        when="Wait for the copy",
        then=lambda: states.delete_state_machine(stateMachineArn=machine),
        name=f"deleted-{next(_numbers)}",
    )
    stage.sandbox.clock.run(limit=2 * HOUR)
    assert (run.status, run.error) == ("FAILED", "TargetExecutionEnded")
    assert_nothing_left(stage)
