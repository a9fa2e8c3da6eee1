"""What became of each database of a fleet, read from what Step Functions wrote of the execution that carried it."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from snapferry import names, waits
from snapferry.contracts.fleet_contracts import FleetLine
from snapferry.errors import StepFailed
from snapferry.failures import RUNBOOK, UNEXPLAINED, kept_copy, without_cause

_CAUSE: Final = 1000  # characters of a cause; the execution has the whole

type Item = Mapping[str, Any]
type Child = Mapping[str, Any]
"""A child of a Distributed Map as a result file tells of it (Step Functions guide, input-output-resultwriter)."""


def lines(items: Iterable[Item], children: Iterable[Child]) -> list[FleetLine]:
    """Return a line for each item, in their order; of one that no result tells of nothing is known."""
    known = {json.loads(child["Input"])["name"]: child for child in children}
    return [_line(item, known.get(item["name"])) for item in items]


def _line(item: Item, child: Child | None) -> FleetLine:
    if child is None:
        return FleetLine(database=item["database"], family=item["family"], end="not known")
    if "Output" in child:
        return _well(item, child, json.loads(child["Output"]))
    return _badly(item, child)


def _well(item: Item, child: Child, output: Mapping[str, Any]) -> FleetLine:
    common: dict[str, Any] = {
        "database": item["database"],
        "family": item["family"],
        "seconds": waits.seconds_between(child["StartDate"], child["StopDate"]),
    }
    if output.get("repeated"):
        return FleetLine(end="carried already", execution_arn=output["carried_by"], **common)
    if "possible" in output:
        findings = output["findings"]
        error = ", ".join(dict.fromkeys(each["error"] for each in findings)) or None
        cause = "; ".join(each["what"] for each in findings)[:_CAUSE] or None
        end = "possible" if output["possible"] else "not possible"
        return FleetLine.model_validate({**common, "end": end, "error": error, "cause": cause, "findings": findings})
    return FleetLine(
        end="crossed",
        transfer=output["transfer"],
        execution_arn=output["execution_arn"],
        exposure_seconds=output["access"]["exposure_seconds"],
        **common,
    )


def _badly(item: Item, child: Child) -> FleetLine:
    told = _transfer(child.get("Cause", ""))
    status = str(told.get("Status") or child["Status"])
    cause = str(told.get("Cause") or (not told and child.get("Cause")) or _of_silence(status))
    error = told.get("Error") or (not told and child.get("Error")) or (status if status in UNEXPLAINED else None)
    return FleetLine(
        database=item["database"],
        family=item["family"],
        end="failed",
        error=error or StepFailed.__name__,
        cause=cause[:_CAUSE],
        transfer=_transfer_id(told),
        execution_arn=told.get("ExecutionArn"),
        seconds=waits.seconds_between(child["StartDate"], child["StopDate"]),
        again=kept_copy(cause),
    )


def _of_silence(status: str) -> str:
    """Return what there is to say of an execution that was stopped, or ran out of time."""
    return f"{without_cause(status)} See {RUNBOOK}#{status.lower()}" if status in UNEXPLAINED else without_cause(status)


def _transfer(cause: str) -> Mapping[str, Any]:
    """Return the ended transfer, as `startExecution.sync:2` tells of it in its cause; nothing if none was begun."""
    try:
        told = json.loads(cause)
    except ValueError:
        return {}
    return told if isinstance(told, dict) and "ExecutionArn" in told else {}


def _transfer_id(told: Mapping[str, Any]) -> str | None:
    """Return the id that the transfer had: it follows from its start as its own context wrote that."""
    if "StartDate" not in told:
        return None
    started = datetime.fromtimestamp(told["StartDate"] / 1000, UTC)  # milliseconds, in this service's own JSON
    shown = started.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return names.transfer_id(told["ExecutionArn"], shown)
