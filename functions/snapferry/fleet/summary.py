"""The summary of a fleet: one line per database, for people's eyes and for the next run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from snapferry import waits
from snapferry.contracts.fleet_contracts import FleetLine, FleetSummary
from snapferry.errors import FleetNotComplete
from snapferry.fleet.again import WELL
from snapferry.transfers import Execution

LARGEST_TABLE: Final = 100_000
"""Letters of a table that stands in the output, which ends at 256 KiB; a longer one is in S3 only."""

_LEFT_OUT: Final = "left out"
_UNSEEN: Final = frozenset({"failed", "not known"})
_FAILED: Final = _UNSEEN | {"not possible"}
_NAMED: Final = 10  # databases that the error names; the table has them all


def summary(
    plan: Mapping[str, Any], lines: Sequence[FleetLine], troubles: Sequence[str], *, finished_at: str, told_in: str
) -> FleetSummary:
    """Return the summary with all its lines.

    Args:
        plan: What the fleet was to do (``planning.FleetPlan``).
        lines: What became of each database, those among them that no transfer was started for.
        troubles: What Step Functions says where a family's Map did not end as it should.
        finished_at: UTC, ISO 8601.
        told_in: Where it will lie in S3.
    """
    execution, request = Execution(**plan["execution"]), plan["request"]
    counted = [line for line in lines if line.end != _LEFT_OUT]
    well = sum(line.end in WELL for line in counted)
    failed = len(counted) - well
    share = int(request["tolerated_failure_percentage"] * len(counted) / 100)
    started_at = waits.show_time(waits.parse_time(execution.started_at))
    return FleetSummary(
        fleet=execution.transfer,
        execution_arn=execution.arn,
        plan_only=request["plan_only"],
        started_at=started_at,
        finished_at=finished_at,
        seconds=waits.seconds_between(started_at, finished_at),
        databases=len(counted),
        well=well,
        failed=failed,
        tolerated=max(request["tolerated_failure_count"], share),
        left_out=len(lines) - len(counted),
        remarks=[*plan["remarks"], *troubles],
        table=table(lines),
        told_in=told_in,
        lines=list(lines),
        again={"again": execution.transfer} if failed and not request["plan_only"] else None,
    )


def as_output(whole: FleetSummary) -> FleetSummary:
    """Return a summary as an execution's output takes it: the table alone, or where it is too long, not even that."""
    fits = whole.table is not None and sum(map(len, whole.table)) <= LARGEST_TABLE
    return whole.model_copy(update={"lines": None} | ({} if fits else {"table": None}))


def refusal(whole: FleetSummary, troubles: Sequence[str]) -> FleetNotComplete | None:
    """Return the error with which a fleet ends of which too many databases did not cross; None if it ends well.

    A plan is not refused for what it finds, but for databases that nobody could look at.
    """
    failed = [line for line in whole.lines or [] if line.end in (_UNSEEN if whole.plan_only else _FAILED)]
    if len(failed) <= whole.tolerated and not troubles:
        return None
    errors = Counter(line.error or line.end for line in failed)
    more = f" and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    tolerated = f", and {whole.tolerated} were tolerated" if whole.tolerated else ""
    said = "".join(f"; {trouble}" for trouble in troubles)
    how = "could not be looked at" if whole.plan_only else "did not cross"
    return FleetNotComplete(
        f"{len(failed)} of {whole.databases} databases {how}{tolerated}: "
        f"{', '.join(line.database for line in failed[:_NAMED])}{more} "
        f"({', '.join(f'{count} {name}' for name, count in errors.most_common())}){said}",
        resource=whole.told_in,
        remedy="mend what the summary says of each, and run those alone again",
    )


def table(lines: Sequence[FleetLine]) -> list[str]:
    """Return the lines as people read them: columns of equal width, below their names."""
    rows = [("database", "end", "took", "open", "transfer", "error"), *(_row(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(line: FleetLine) -> tuple[str, str, str, str, str, str]:
    took, was_open = _duration(line.seconds), _duration(line.exposure_seconds)
    return line.database, line.end, took, was_open, line.transfer or "-", line.error or ""


def _duration(seconds: int | None) -> str:
    return "-" if seconds is None else str(timedelta(seconds=seconds))
