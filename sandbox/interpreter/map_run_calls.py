"""DescribeMapRun, and ListMapRuns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.gate import AwsError
from sandbox.interpreter.children import all_runs, runs_of
from sandbox.interpreter.executions import find

if TYPE_CHECKING:
    from sandbox.gate import Call, Gate
    from sandbox.interpreter.children import MapRun


def register(gate: Gate) -> None:
    """Answer the two operations."""
    gate.answer("stepfunctions", "DescribeMapRun", describe_one)
    gate.answer("stepfunctions", "ListMapRuns", list_all)


def describe_one(call: Call) -> dict[str, Any]:
    """DescribeMapRun."""
    wanted = call.parameters["mapRunArn"]
    run = next((one for one in all_runs(call.backend_account, call.region) if one.arn == wanted), None)
    if run is None:
        raise AwsError("ResourceNotFound", f"Resource not found: '{wanted}'", resourceName=wanted)
    counts = run.counts() | {"resultsWritten": run.written, "failuresNotRedrivable": 0, "pendingRedrive": 0}
    return _dates(run) | {
        "mapRunArn": run.arn,
        "executionArn": run.parent.exec_arn,
        "status": str(getattr(run.record.status, "value", run.record.status)),
        "maxConcurrency": run.record.max_concurrency,
        "toleratedFailurePercentage": run.record.tolerated_failure_percentage,
        "toleratedFailureCount": run.record.tolerated_failure_count,
        "itemCounts": counts,
        "executionCounts": counts,
        "redriveCount": 0,
    }


def list_all(call: Call) -> dict[str, Any]:
    """ListMapRuns, on one page."""
    execution = find(call.backend_account, call.region, call.parameters["executionArn"])
    return {
        "mapRuns": [
            _dates(run)
            | {"executionArn": run.parent.exec_arn, "mapRunArn": run.arn, "stateMachineArn": run.machine_arn}
            for run in runs_of(execution)
        ]
    }


def _dates(run: MapRun) -> dict[str, Any]:
    record = run.record
    return {"startDate": record.start_date} | ({"stopDate": record.stop_date} if record.stop_date else {})
