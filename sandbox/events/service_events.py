"""The bodies of events that AWS services put on the default bus."""

from __future__ import annotations

from typing import Any

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
    for key in ("startDate", "stopDate"):
        if detail[key] is not None:
            detail[key] = int(detail[key].timestamp() * 1000)
    return detail
