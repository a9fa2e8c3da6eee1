"""Step Functions' operations on executions, answered here because moto checks and tells too little.

AWS: names of 1 to 80 characters without the forbidden ones, a name for every execution, at most 256 KiB of input,
stopDate for every end, error and cause of a stop, paged and reversible history.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import mock_random
from moto.stepfunctions.parser.models import StepFunctionsParserBackend, stepfunctions_parser_backends

from sandbox.interpreter.history import describe
from sandbox.register.stepfunctions import EXECUTION_INPUT, EXECUTION_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.clock import Clock
    from sandbox.gate import Call, Gate
    from sandbox.interpreter.machines import MachineOperations

# `[BC stepfunctions.StartExecution]`: white space, brackets, wildcards, special and control characters.
FORBIDDEN = re.compile(r"""[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]""")
LONGEST_NAME = 80
LARGEST_INPUT = 256 * 1024
EVENTS_A_PAGE = 100
EXECUTIONS_A_PAGE = 100


def backend(account: str, region: str) -> StepFunctionsParserBackend:
    """The machines and executions of one account and Region."""
    return stepfunctions_parser_backends[account][region]


def find(account: str, region: str, arn: str) -> Any:
    """An execution, also a child of a Distributed Map (`...:execution:machine/label:name`).

    Raises:
        ServiceException: ExecutionDoesNotExist, InvalidArn.
    """
    kept = backend(account, region)
    children: Iterator[Any] = (one for machine in kept.state_machines for one in machine.executions)
    child = next((one for one in children if one.execution_arn == arn), None) if "/" in arn else None
    return child or kept.describe_execution(arn)


class Executions:
    """StartExecution, StopExecution, DescribeExecution, ListExecutions and GetExecutionHistory."""

    def __init__(self, clock: Clock, machines: MachineOperations) -> None:
        self._clock = clock
        self._machines = machines

    def register(self, gate: Gate) -> None:
        """Answer the five operations."""
        gate.answer("stepfunctions", "StartExecution", self.start)
        gate.answer("stepfunctions", "StopExecution", self.stop)
        gate.answer("stepfunctions", "DescribeExecution", describe_one)
        gate.answer("stepfunctions", "ListExecutions", list_page)
        gate.answer("stepfunctions", "GetExecutionHistory", history_page)

    def start(self, call: Call) -> dict[str, Any]:
        """StartExecution."""
        self._machines.refuse_deleting(call)
        name = call.parameters.get("name", str(mock_random.uuid4()))
        EXECUTION_NAME.refuse_if(not 1 <= len(name) <= LONGEST_NAME or FORBIDDEN.search(name), name=name)
        text = call.parameters.get("input", "{}")
        EXECUTION_INPUT.refuse_if(len(text.encode()) > LARGEST_INPUT, most=LARGEST_INPUT)
        execution: Any = _of(call).start_execution(call.parameters["stateMachineArn"], name, text)
        return {"executionArn": execution.execution_arn, "startDate": execution.start_date}

    def stop(self, call: Call) -> dict[str, Any]:
        """StopExecution: it ends now, running neither Retry nor Catch."""
        execution = _named(call)
        stop_date = datetime.now(tz=UTC)
        if execution.status == "RUNNING":
            error, cause = call.parameters.get("error"), call.parameters.get("cause")
            # In a thread of its own, because an execution that was just started has yet to begin.
            self._clock.spawn(lambda: execution.stop(stop_date, error, cause), f"stop {execution.name}")
            return {"stopDate": stop_date}
        return {"stopDate": execution.stop_date}


def describe_one(call: Call) -> dict[str, Any]:
    """DescribeExecution."""
    return describe(_named(call))


def list_page(call: Call) -> dict[str, Any]:
    """ListExecutions, of a machine or of a Map run: the latest first."""
    run, wanted = call.parameters.get("mapRunArn"), call.parameters.get("statusFilter")
    arn = call.parameters["stateMachineArn"] if run is None else run.replace(":mapRun:", ":stateMachine:").split("/")[0]
    found: list[Any] = [
        one
        for one in _of(call).describe_state_machine(arn).executions
        if getattr(one, "map_run_arn", None) == run and wanted in (None, one.status)
    ]
    found.reverse()  # of those that started at the same moment, too, the last one is first
    found.sort(key=lambda one: one.start_date, reverse=True)
    page, token = _page(found, call.parameters, EXECUTIONS_A_PAGE)
    shown = ("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "redriveCount", "mapRunArn")
    items = [{key: value for key, value in describe(one).items() if key in shown} for one in page]
    return {"executions": items} | token


def history_page(call: Call) -> dict[str, Any]:
    """GetExecutionHistory: at most 1,000 events a page, 100 if not said."""
    execution = _named(call)
    env = execution.exec_worker.env
    events = list(env.event_manager.get_event_history()) if env is not None else []
    if call.parameters.get("reverseOrder"):
        events.reverse()
    page, token = _page(events, call.parameters, EVENTS_A_PAGE)
    return {"events": page} | token


def _named(call: Call) -> Any:
    return find(call.backend_account, call.region, call.parameters["executionArn"])


def _of(call: Call) -> StepFunctionsParserBackend:
    return backend(call.backend_account, call.region)


def _page(items: list[Any], parameters: dict[str, Any], default: int) -> tuple[list[Any], dict[str, str]]:
    start_at = int(parameters.get("nextToken") or 0)
    end = start_at + (parameters.get("maxResults") or default)
    return items[start_at:end], ({"nextToken": str(end)} if end < len(items) else {})
