"""What executions tell: each state entered, left and failed, and each end; moto keeps both to itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from sandbox.interpreter.expressions import aws_time
from sandbox.register.stepfunctions import EXECUTION_HISTORY

if TYPE_CHECKING:
    from sandbox.clock import Clock
    from sandbox.interpreter.patches import Patches

FAILURES = ("Failed", "TimedOut")
# AWS ends an execution that reaches this length.
HISTORY_LIMIT = 25_000
OVER = "over"


@dataclass(frozen=True)
class StateEvent:
    """Something that happened to a state of a running execution."""

    account: str
    region: str
    execution_arn: str
    machine: str
    state: str
    """The state's name; empty for what happens to the execution as a whole."""
    kind: str
    """entered | exited | failed"""
    type: str
    """The history event's type: TaskStateEntered, ..."""
    time: float
    """Virtual epoch seconds."""
    details: dict[str, Any]
    """The history event's own details: input, output, error, cause, ..."""


StateListener = Callable[[StateEvent], None]
EndListener = Callable[[str, str, dict[str, Any]], None]


class Story:
    """Passes on what happens in executions."""

    def __init__(self, clock: Clock, on_state: list[StateListener], on_end: list[EndListener]) -> None:
        self._clock = clock
        self._on_state = on_state
        self._on_end = on_end

    def mend(self, patches: Patches) -> None:
        """Listen where moto writes the history and the end."""
        environment = ExecutionWorker._get_evaluation_environment  # noqa: SLF001 - the seams
        add_event = EventManager.add_event

        def environment_with_worker(worker: Any) -> Any:
            env = environment(worker)
            env.event_manager.__dict__["worker"] = worker
            execution: Any = env.states.context_object.context_object_data["Execution"]
            execution.update(StartTime=aws_time(execution["StartTime"]), RedriveCount=0)
            return env

        def add_and_tell(manager: Any, context: Any, *args: Any, **kwargs: Any) -> int:
            if OVER in vars(context):
                return int(context.last_published_event_id)
            number = add_event(manager, context, *args, **kwargs)
            self._tell(manager)
            return number

        patches.replace(ExecutionWorker, "_get_evaluation_environment", environment_with_worker)
        patches.replace(EventManager, "add_event", add_and_tell)
        patches.replace(BaseExecutionWorkerCommunication, "terminated", lambda worker: self._ended(worker.execution))

    def _tell(self, manager: Any) -> None:
        history = manager._history_event_list  # noqa: SLF001
        event = history[-1]
        kind = _kind(event["type"].value)
        if len(history) == HISTORY_LIMIT - 1 and EXECUTION_HISTORY.holds:
            manager.worker.env.set_error(
                error={
                    "error": EXECUTION_HISTORY.code,
                    "cause": EXECUTION_HISTORY.message.format(most=HISTORY_LIMIT),
                }
            )
        if kind and self._on_state:
            self._pass_on(manager, event, kind)

    def _pass_on(self, manager: Any, event: Any, kind: str) -> None:
        worker = manager.worker._evaluation_details  # noqa: SLF001
        details: dict[str, Any] = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
        story = StateEvent(
            account=worker.aws_execution_details.account,
            region=worker.aws_execution_details.region,
            execution_arn=worker.execution_details.arn,
            machine=worker.state_machine_details.name,
            state=_state_of(event, manager._history_event_list),  # noqa: SLF001
            kind=kind,
            type=event["type"].value,
            time=self._clock.now,
            details=dict(details),
        )
        for listener in list(self._on_state):
            listener(story)

    def _ended(self, execution: Any) -> None:
        """AWS keeps what StopExecution said; moto forgets it."""
        communication: Any = BaseExecutionWorkerCommunication(execution)
        communication._reflect_execution_status()  # noqa: SLF001
        state = execution.exec_worker.env.program_state()
        if isinstance(state, ProgramStopped):
            execution.error, execution.cause = state.error, state.cause
        for listener in list(self._on_end):
            listener(execution.account_id, execution.region_name, describe(execution))


def leave_out_of_history(frame: Any) -> None:
    """Nobody waits for this frame any more; what happens in it is no part of the execution."""
    vars(frame.event_history_context)[OVER] = True


def describe(execution: Any) -> dict[str, Any]:
    """An execution as DescribeExecution answers it."""
    status = execution.exec_status
    described: dict[str, Any] = {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": status.value,
        "startDate": execution.start_date,
        "input": execution.execution_input,
        "inputDetails": {"included": True},
        "redriveCount": 0,
        "redriveStatus": "NOT_REDRIVABLE",
    }
    if getattr(execution, "map_run_arn", None):
        described["mapRunArn"] = execution.map_run_arn
    if status != ExecutionStatus.RUNNING:
        described["stopDate"] = execution.stop_date
    if status == ExecutionStatus.SUCCEEDED:
        described["output"] = json.dumps(execution.output, separators=(",", ":"))
        described["outputDetails"] = {"included": True}
    for name in ("error", "cause"):
        if getattr(execution, name) is not None:
            described[name] = getattr(execution, name)
    return described


def _kind(event_type: str) -> str:
    for ending, kind in (("StateEntered", "entered"), ("StateExited", "exited")):
        if event_type.endswith(ending):
            return kind
    return "failed" if event_type.endswith(FAILURES) else ""


def _state_of(event: Any, history: list[Any]) -> str:
    """The state that the event is about: its own name, or that of the state entered before it."""
    while "stateEnteredEventDetails" not in event and "stateExitedEventDetails" not in event:
        if event["previousEventId"] == 0:
            return ""
        event = history[event["previousEventId"] - 1]
    details = event.get("stateEnteredEventDetails") or event["stateExitedEventDetails"]
    return str(details["name"])
