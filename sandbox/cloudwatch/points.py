"""Data points, and the embedded metric format in which a function writes its own into the log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True)
class Metric:
    """CloudWatch knows a metric by its namespace, its name and all its dimensions."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Metric:
        """As an alarm or a MetricStat names it."""
        dimensions = frozenset((each["Name"], each["Value"]) for each in told.get("Dimensions", []))
        return cls(told["Namespace"], told["MetricName"], dimensions)


@dataclass(frozen=True)
class DataPoint:
    """One value of one metric."""

    account: str
    metric: Metric
    value: float
    unit: str
    moment: float
    """Virtual epoch seconds."""

    @property
    def name(self) -> str:
        """The metric's name."""
        return self.metric.name


def embedded(account: str, lines: Iterable[str]) -> Iterator[DataPoint]:
    """The data points in lines of a log: CloudWatch reads those that are JSON with `_aws` in it."""
    for line in lines:
        if line.startswith("{") and '"_aws"' in line:
            yield from _of_line(account, json.loads(line))


def _of_line(account: str, told: dict[str, Any]) -> Iterator[DataPoint]:
    moment = told["_aws"]["Timestamp"] / 1000
    for directive in told["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = frozenset((name, str(told[name])) for name in names)
            for each in directive["Metrics"]:
                metric = Metric(directive["Namespace"], each["Name"], dimensions)
                yield DataPoint(account, metric, float(told[each["Name"]]), each["Unit"], moment)
