"""The receipt of a restore drill: evidence that a copy can be brought up, when it was shown, and how long it took."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from snapferry.contracts import drill_examples
from snapferry.contracts.hook_contracts import HookReport
from snapferry.contracts.incoming import Arn, Contract, Moment, TransferId
from snapferry.databases.family import RestorePlan
from snapferry.target.stages import stages
from snapferry.waits import parse_time, seconds_between, show_time


class DrillStage(Contract):
    """One part of a drill."""

    name: str
    seconds: int


class DrillReceipt(Contract):
    """The output of ``restore_database`` for a drill."""

    model_config = ConfigDict(json_schema_extra={"examples": drill_examples.RECEIPTS})

    version: Literal[1] = 1
    drill: Literal[True] = True
    transfer: TransferId
    execution_arn: str
    snapshot: Arn
    snapshot_taken: Moment | None
    snapshot_age_seconds: Annotated[int | None, Field(description="When the drill began")]
    database: Annotated[str, Field(description="Name that the restored database had")]
    engine: str
    engine_version: str
    stages: list[DrillStage]
    hooks: list[HookReport]
    deleted: Annotated[Literal[True], Field(description="RDS does not know the database any more")]
    started_at: Moment
    finished_at: Moment
    seconds: int


def drill_receipt(plan: RestorePlan, drilled: Mapping[str, Any], *, now: datetime) -> DrillReceipt:
    """Return the receipt of a drill that went well, and whose database is gone.

    Args:
        plan: The restore.
        drilled: ``hooks``, and ``marks``: when which stage began.
        now: The present time.
    """
    finished = show_time(now)
    age = (parse_time(plan.begun) - parse_time(plan.snapshot_taken)).total_seconds() if plan.snapshot_taken else None
    return DrillReceipt(
        transfer=plan.transfer,
        execution_arn=plan.execution_arn,
        snapshot=plan.snapshot_arn,
        snapshot_taken=plan.snapshot_taken,
        snapshot_age_seconds=None if age is None else int(age),
        database=plan.identifier,
        engine=plan.engine,
        engine_version=plan.engine_version,
        stages=[DrillStage(name=name, seconds=seconds) for name, seconds in stages(drilled["marks"], finished)],
        hooks=[HookReport(**each) for each in drilled["hooks"]],
        deleted=True,
        started_at=plan.begun,
        finished_at=finished,
        seconds=seconds_between(plan.begun, finished),
    )
