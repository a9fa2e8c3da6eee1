"""Alarms: what each would have said, from one moment to another.

CloudWatch evaluates an alarm all the time. Here nothing does until somebody asks, and then every period counts that
lies between the two moments. Nothing is sent.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from sandbox.accounts import ACCOUNTS
from sandbox.cloudwatch import expressions
from sandbox.cloudwatch.points import Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sandbox.cloudwatch.metrics import Metrics
    from sandbox.cloudwatch.points import DataPoint
    from sandbox.world import Sandbox

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
STATISTICS: Mapping[str, Callable[[list[float]], float]] = {
    "Sum": sum,
    "Maximum": max,
    "Minimum": min,
    "Average": lambda values: sum(values) / len(values),
    "SampleCount": len,
}
MISSING: Mapping[str, bool | None] = {"breaching": True, "notBreaching": False, "ignore": None, "missing": None}
"""TreatMissingData -> whether a period without data counts as one beyond the threshold; None: it does not count."""


class Alarms:
    """The alarms that stacks have made in both accounts."""

    def __init__(self, sandbox: Sandbox, metrics: Metrics) -> None:
        self._sandbox = sandbox
        self._metrics = metrics

    def of(self, account_id: str) -> list[dict[str, Any]]:
        """An account's alarms, as DescribeAlarms shows them."""
        account = next(each for each in ACCOUNTS if each.id == account_id)
        found: list[dict[str, Any]] = self._sandbox.client("cloudwatch", account).describe_alarms()["MetricAlarms"]
        return found

    def raised(self, *, since: float) -> list[str]:
        """The names of the alarms that have gone off in some period since a moment (virtual epoch seconds)."""
        points = self._metrics.points(since=since)
        now = self._sandbox.clock.now
        return [
            alarm["AlarmName"]
            for account in ACCOUNTS
            for alarm in self.of(account.id)
            if goes_off(alarm, [each for each in points if each.account == account.id], since, now)
        ]


def goes_off(alarm: Mapping[str, Any], points: list[DataPoint], since: float, until: float) -> bool:
    """Whether an alarm is in ALARM after some period between two moments.

    Args:
        alarm: as DescribeAlarms shows it.
        points: of its account.
        since: virtual epoch seconds.
        until: virtual epoch seconds.
    """
    beyond = COMPARISONS[alarm["ComparisonOperator"]]
    missing = MISSING[alarm.get("TreatMissingData") or "missing"]
    verdicts = [
        missing if value is None else beyond(value, float(alarm["Threshold"]))
        for value in _values(alarm, points, since, until)
    ]
    evaluated = int(alarm["EvaluationPeriods"])
    needed = int(alarm.get("DatapointsToAlarm") or evaluated)
    windows = (verdicts[end - evaluated : end] for end in range(evaluated, len(verdicts) + 1))
    return any(window.count(True) >= needed for window in windows)


def _values(alarm: Mapping[str, Any], points: list[DataPoint], since: float, until: float) -> Iterator[float | None]:
    """The metric's value in each period, the last one being the one that runs; None where there is no data."""
    series = _series(alarm)
    period = min(each["Period"] for each in series.values())
    for number in range(int(since // period), int(until // period) + 1):
        values = {}
        for name, stat in series.items():
            found = [
                point.value for point in points if point.metric == stat["Metric"] and point.moment // period == number
            ]
            if found:
                values[name] = STATISTICS[stat["Stat"]](found)
        yield expressions.value_of(_expression(alarm), values)


def _series(alarm: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The metrics that an alarm looks at, by their ids: period, statistic and metric."""
    if not alarm.get("Metrics"):
        stat = {"Period": alarm["Period"], "Stat": alarm["Statistic"], "Metric": Metric.read(alarm)}
        return {"one": stat}
    stats = {each["Id"]: each["MetricStat"] for each in alarm["Metrics"] if each.get("MetricStat")}
    return {name: {**stat, "Metric": Metric.read(stat["Metric"])} for name, stat in stats.items()}


def _expression(alarm: Mapping[str, Any]) -> str:
    told = [each["Expression"] for each in alarm.get("Metrics", []) if each.get("Expression")]
    return str(told[0]) if told else expressions.SUM_OF_ALL
