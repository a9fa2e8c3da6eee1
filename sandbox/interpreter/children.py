"""Child executions of Distributed Maps, and the runs that they belong to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import mock_random
from moto.stepfunctions.parser.asl.eval.evaluation_details import EvaluationDetails, StateMachineDetails
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from sandbox.interpreter.executions import backend
from sandbox.interpreter.history import describe
from sandbox.interpreter.machines import machine_of
from sandbox.register.map_runs import TOLERATED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.map_run_record import (
        MapRunRecord,
    )

RUNNING, SUCCEEDED, ABORTED = "RUNNING", "SUCCEEDED", "ABORTED"
STATUSES = {"RUNNING": "running", "SUCCEEDED": "succeeded", "FAILED": "failed", "TIMED_OUT": "timedOut"} | {
    "ABORTED": "aborted"
}


class Child(Execution):
    """The execution of one item."""

    def __init__(self, program: Any, map_run_arn: str, machine_arn: str, parent: Any, **given: Any) -> None:
        super().__init__(**given)
        self.program = program
        self.map_run_arn = map_run_arn
        self.parent = parent
        self.state_machine_arn = machine_arn

    def abort(self) -> None:
        """End it without Retry or Catch, as a stop does."""
        self.stop(datetime.now(tz=UTC), None, None)

    def get_start_state_machine_details(self) -> StateMachineDetails:
        """What its context says of its machine: `machine/label`."""
        name = self.state_machine_arn.split(":", 6)[-1]
        machine = self.state_machine
        return StateMachineDetails(
            arn=self.state_machine_arn, name=name, typ=machine.sm_type, definition=machine.definition
        )

    def _get_start_execution_worker(self) -> ExecutionWorker:
        return _ChildWorker(
            self.program,
            evaluation_details=EvaluationDetails(
                aws_execution_details=self._get_start_aws_execution_details(),
                execution_details=self.get_start_execution_details(),
                state_machine_details=self.get_start_state_machine_details(),
            ),
            exec_comm=self._get_start_execution_worker_comm(),
            cloud_watch_logging_session=self._cloud_watch_logging_session,
            activity_store=self._activity_store,
        )


class _ChildWorker(ExecutionWorker):
    """Runs the states of the ItemProcessor, in place of the whole machine."""

    def __init__(self, program: Any, **given: Any) -> None:
        super().__init__(**given)
        self._program = program

    def _get_evaluation_entrypoint(self) -> Any:
        return self._program


@dataclass
class MapRun:
    """One run of a Distributed Map: its settings are moto's record, its children are here."""

    record: MapRunRecord
    parent: Any
    """The execution that it is a part of; that one lists it."""
    inputs: list[Any] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    written: int = 0
    """How many children the files in S3 tell of."""

    def __post_init__(self) -> None:
        runs_of(self.parent).append(self)

    @property
    def arn(self) -> str:
        """`arn:...:mapRun:machine/label:id`."""
        return str(self.record.map_run_arn)

    @property
    def machine_arn(self) -> str:
        """The children's machine: `arn:...:stateMachine:machine/label`."""
        return str(self.record.map_state_machine_arn)

    @property
    def running(self) -> list[Child]:
        """The children that have not ended."""
        return [child for child in self.children if child.status == RUNNING]

    @property
    def failed_too_often(self) -> bool:
        """Whether more children failed than ToleratedFailureCount or ToleratedFailurePercentage say."""
        failures = sum(child.status not in (RUNNING, SUCCEEDED) for child in self.children)
        count, percentage = self.record.tolerated_failure_count, self.record.tolerated_failure_percentage
        if not TOLERATED.holds or not failures:
            return False
        if not count and not percentage:
            return True
        too_many = bool(count) and failures > count
        return too_many or (bool(percentage) and 100 * failures > percentage * len(self.inputs))

    def stop(self, status: str) -> None:
        """It has ended."""
        self.record.status = status  # type: ignore[assignment] # a name of moto's enumeration
        self.record.stop_date = datetime.now(tz=UTC)

    def outputs(self) -> list[Any]:
        """The children's outputs in the order of the items; of one that failed, what is told of it."""
        return [child.output if child.status == SUCCEEDED else told(child) for child in self.children]

    def counts(self) -> dict[str, int]:
        """How many of the children are in each status; each has one item."""
        found = dict.fromkeys(STATUSES.values(), 0)
        for child in self.children:
            found[STATUSES[child.status]] += 1
        return found | {"pending": len(self.inputs) - len(self.children), "total": len(self.inputs)}


def child_of(run: MapRun, value: Any, program: Any) -> Child:
    """A new child, kept with its machine's executions; it is not started yet."""
    parent, name = run.parent, str(mock_random.uuid4())
    label = run.machine_arn.split(":", 6)[-1]
    account, region = parent.account_id, parent.region_name
    child = Child(
        program,
        run.arn,
        run.machine_arn,
        parent,
        name=name,
        sm_type=parent.sm_type,
        role_arn=parent.role_arn,
        exec_arn=f"arn:aws:states:{region}:{account}:execution:{label}:{name}",
        account_id=account,
        region_name=region,
        state_machine=parent.state_machine,
        start_date=datetime.now(tz=UTC),
        cloud_watch_logging_session=None,
        activity_store={},
        input_data=json.dumps(value, separators=(",", ":")),
    )
    backend(account, region).describe_state_machine(machine_of(run.machine_arn)).executions.append(child)  # type: ignore[arg-type]
    return child


def runs_of(execution: Any) -> list[MapRun]:
    """The Map runs of an execution, oldest first."""
    runs: list[MapRun] = vars(execution).setdefault("map_runs", [])
    return runs


def all_runs(account: str, region: str) -> Iterator[MapRun]:
    """Every Map run of an account and Region."""
    for machine in backend(account, region).state_machines:
        executions: list[Any] = machine.executions
        for execution in executions:
            yield from runs_of(execution)


def told(child: Child) -> dict[str, Any]:
    """A child as a result file, or the output of a Map that tolerates its failure, has it."""
    described = describe(child)
    shown = {
        "ExecutionArn": child.exec_arn,
        "Input": child.execution_input,
        "InputDetails": {"Included": True},
        "Name": child.name,
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE",
        "StartDate": _written(child.start_date),
        "StateMachineArn": child.state_machine_arn,
        "Status": child.status,
    }
    if child.stop_date is not None:
        shown["StopDate"] = _written(child.stop_date)
    if "output" in described:
        shown |= {"Output": described["output"], "OutputDetails": {"Included": True}}
    return shown | {name.title(): described[name] for name in ("error", "cause") if name in described}


def _written(moment: Any) -> str:
    return str(moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"))
