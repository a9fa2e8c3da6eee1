"""The metrics that functions have written into their logs, read as CloudWatch reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.accounts import ACCOUNTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.world import Sandbox


@dataclass(frozen=True)
class DataPoint:
    """One value of one metric; CloudWatch knows a metric by its namespace, its name and all its dimensions."""

    metric: tuple[str, str, frozenset[tuple[str, str]]]
    value: float
    unit: str
    moment: float

    @property
    def name(self) -> str:
        return self.metric[1]


def emitted(sandbox: Sandbox, *, since: float = 0.0) -> list[DataPoint]:
    """Every data point of both accounts' functions since a moment (virtual epoch seconds), in each one's order."""
    return [
        point
        for account in ACCOUNTS
        for function in sandbox.functions.of(account.id)
        for line in function.lines
        if line.startswith("{") and "_aws" in (told := json.loads(line))
        for point in _points(told)
        if point.moment >= since
    ]


def metric_of(alarm: dict[str, Any]) -> tuple[str, str, frozenset[tuple[str, str]]]:
    """The metric that an alarm looks at, as DescribeAlarms shows it."""
    dimensions = frozenset((each["Name"], each["Value"]) for each in alarm["Dimensions"])
    return alarm["Namespace"], alarm["MetricName"], dimensions


def _points(told: dict[str, Any]) -> Iterator[DataPoint]:
    moment = told["_aws"]["Timestamp"] / 1000
    for directive in told["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = frozenset((name, str(told[name])) for name in names)
            for each in directive["Metrics"]:
                metric = (directive["Namespace"], each["Name"], dimensions)
                yield DataPoint(metric, float(told[each["Name"]]), each["Unit"], moment)
