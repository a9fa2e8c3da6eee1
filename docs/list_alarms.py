"""List every stack's alarms from its template: `make alarms` writes docs/alarms.md anew."""  # noqa: INP001 - docs is a folder of documents, no package

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sandbox.deploy.loading import load_template

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "alarms.md"
TEMPLATES: Final = ("template.yaml", "template-target.yaml")
HEAD: Final = """\
# The alarms

Listed from the templates by `make alarms`. [See it](operations.md#see-it) tells who hears of them, and the
[runbook](runbook.md#alarms) what to do. "Not yet" (a wait, a busy lock, a throttled call) never raises one.
"""
COLUMNS: Final = ("| Alarm | Goes off when | Meaning |", "| --- | --- | --- |")
COMPARED: Final = {"GreaterThanThreshold": "above"}
ENDS: Final = {"ExecutionsFailed": "failed", "ExecutionsTimedOut": "timed out", "ExecutionsAborted": "was stopped"}

type Alarm = dict[str, Any]


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for name in TEMPLATES:
        lines += [f"## {name}", "", *COLUMNS, *rows(name), ""]
    return "\n".join(lines)


def rows(template: str) -> Iterator[str]:
    """One row for each alarm of a template."""
    for name, resource in load_template(ROOT / template)["Resources"].items():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            alarm = resource["Properties"]
            meaning = " ".join(alarm["AlarmDescription"].split()).removesuffix(f" Runbook, entry {name}.")
            yield f"| `{name}` | {_when(alarm)} | {meaning} |"


def _when(alarm: Alarm) -> str:
    stats = [each["MetricStat"] for each in _metrics(alarm) if "MetricStat" in each]
    names = [stat["Metric"]["MetricName"] for stat in stats] or [alarm["MetricName"]]
    if set(names) == set(ENDS):
        return f"an execution {', '.join(ENDS[name] for name in names[:-1])} or {ENDS[names[-1]]}"
    what = f"`{names[0]}`{_divided(alarm)}"
    period = stats[0]["Period"] if stats else alarm["Period"]
    silence = ", or nothing tells" if alarm["TreatMissingData"] == "breaching" else ""
    length = int(period) * int(alarm["EvaluationPeriods"]) // 60
    return f"{what} {COMPARED[alarm['ComparisonOperator']]} {_number(alarm['Threshold'])} for {length} min{silence}"


def _metrics(alarm: Alarm) -> list[dict[str, Any]]:
    """The metrics of an expression, without the conditions under which they are there."""
    return [each["Fn::If"][1] if "Fn::If" in each else each for each in alarm.get("Metrics", [])]


def _divided(alarm: Alarm) -> str:
    told = next((each["Expression"] for each in _metrics(alarm) if "Expression" in each), "")
    divisor = re.search(r" / (\d+)$", told)
    return {"60": " in minutes", "3600": " in hours"}[divisor[1]] if divisor else ""


def _number(threshold: Any) -> str:
    return f"`{threshold['Ref']}`" if isinstance(threshold, dict) else str(threshold)


if __name__ == "__main__":
    main()
