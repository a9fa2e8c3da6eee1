"""The event "Step Functions Execution Status Change" on the default bus, for each end of an execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.events import Events

SOURCE = "aws.states"
DETAIL_TYPE = "Step Functions Execution Status Change"


def announce(events: Events, account: str, region: str, execution: dict[str, Any]) -> None:
    """Put the event, as AWS writes it: every member is there, times are milliseconds since the epoch."""
    detail = {
        "executionArn": execution["executionArn"],
        "stateMachineArn": execution["stateMachineArn"],
        "name": execution["name"],
        "status": execution["status"],
        "startDate": _milliseconds(execution["startDate"]),
        "stopDate": _milliseconds(execution.get("stopDate")),
        "input": execution["input"],
        "inputDetails": {"included": True},
        "output": execution.get("output"),
        "outputDetails": {"included": True} if "output" in execution else None,
        "error": execution.get("error"),
        "cause": execution.get("cause"),
    }
    events.put_service_event(account, region, SOURCE, DETAIL_TYPE, detail, [execution["executionArn"]])


def _milliseconds(moment: Any) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
