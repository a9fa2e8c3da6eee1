"""Whether the alarm would have gone off: what functions have counted, held against what the deployed alarm looks at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE

if TYPE_CHECKING:
    from sandbox.world import Sandbox

LOGS = "/snapferry/snapferry-source/functions"
METRIC = "AccessNotClosed"


def times_counted(sandbox: Sandbox, since: float) -> int:
    """How many of the alarm's data points have come since a moment (virtual epoch seconds), each above its threshold.

    A function's metric is a line of its log in EMF, which CloudWatch reads.
    """
    alarms = sandbox.client("cloudwatch", SOURCE).describe_alarms()["MetricAlarms"]
    (alarm,) = [each for each in alarms if each.get("MetricName") == METRIC]
    pages = sandbox.client("logs", SOURCE).get_paginator("filter_log_events")
    events = [
        event
        for page in pages.paginate(logGroupName=LOGS, startTime=int(since * 1000))
        for event in page["events"]
        if METRIC in event["message"]
    ]
    return sum(_value(json.loads(event["message"]), alarm) > alarm["Threshold"] for event in events)


def _value(line: dict[str, Any], alarm: dict[str, Any]) -> float:
    """What a line counts for the alarm's metric; 0 if it is another one's."""
    if {each["Name"]: line.get(each["Name"]) for each in alarm["Dimensions"]} != {
        each["Name"]: each["Value"] for each in alarm["Dimensions"]
    }:
        return 0.0
    for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
        names = [metric["Name"] for metric in directive["Metrics"]]
        if directive["Namespace"] == alarm["Namespace"] and alarm["MetricName"] in names:
            value = line[alarm["MetricName"]]
            return float(value[0] if isinstance(value, list) else value)
    return 0.0
