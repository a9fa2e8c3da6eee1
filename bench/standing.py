"""What both stacks keep, and AWS asks for by the month whatever is carried: counted where they are deployed."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bench import ROOT
from bench.carried import Carried
from sandbox.world import Sandbox


def standing(sandbox: Sandbox) -> dict[str, int]:
    """Count keys, dashboards, and metrics that alarms look at; and the states that a fleet adds to each transfer."""
    kinds: Counter[str] = Counter()
    alarm_metrics = 0
    for stack in sandbox.stacks.values():
        for name, (site, _) in stack.made.items():
            kinds[site.resource.type] += 1
            if site.resource.type == "AWS::CloudWatch::Alarm":
                alarm_metrics += _looked_at(stack.values[name])
    return {
        "keys": kinds["AWS::KMS::Key"],
        "dashboards": kinds["AWS::CloudWatch::Dashboard"],
        "alarm_metrics": alarm_metrics,
        "states_of_an_item": _states_of_an_item(),
    }


def metrics(played: Sequence[Carried], day: Carried, *, databases: int) -> dict[str, int]:
    """Count the metrics that were told: of the two stacks, and of each of so many databases besides."""
    told = day.logged.metrics.union(*(one.logged.metrics for one in played))
    of_databases = {metric for metric in told if "database" in dict(metric[1])}
    return {
        "metrics_of_stacks": len(told - of_databases),
        "metrics_of_a_database": round(len(of_databases) / databases),
    }


def _looked_at(alarm: dict[str, Any]) -> int:
    """An alarm on one metric names it; an expression lists several."""
    return len([one for one in alarm.get("Metrics", []) if "MetricStat" in one]) or 1


def _states_of_an_item() -> int:
    """What one database's child execution of a fleet's Map goes through when all is well."""
    fleet = json.loads((ROOT / "statemachine" / "ferry_fleet.asl.json").read_text(encoding="utf-8"))
    items = [processor["States"] for processor in _processors(fleet)]
    return max(len([state for state in states.values() if state["Type"] != "Fail"]) for states in items)


def _processors(holder: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for state in holder["States"].values():
        found += [state["ItemProcessor"]] if "ItemProcessor" in state else []
        found += [each for branch in state.get("Branches", []) for each in _processors(branch)]
    return found
