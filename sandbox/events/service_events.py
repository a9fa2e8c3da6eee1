"""The bodies of events that AWS services put on the default bus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

EXECUTION_STATUS_CHANGE = "Step Functions Execution Status Change"
EXECUTION_KEYS = (
    "executionArn",
    "stateMachineArn",
    "stateMachineVersionArn",
    "stateMachineAliasArn",
    "name",
    "status",
    "startDate",
    "stopDate",
    "input",
    "output",
    "inputDetails",
    "outputDetails",
    "error",
    "cause",
    "redriveCount",
    "redriveDate",
    "redriveStatus",
    "redriveStatusReason",
)


def execution_status_change(execution: dict[str, Any]) -> dict[str, Any]:
    """DescribeExecution's answer as the event's detail: every key is there, times are epoch milliseconds."""
    detail = {key: execution.get(key) for key in EXECUTION_KEYS}
    moments = {key: execution.get(key) for key in ("startDate", "stopDate")}
    return detail | {key: _milliseconds(moment) for key, moment in moments.items()}


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
