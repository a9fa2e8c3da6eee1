"""Planning a transfer in the source: everything that can be known is found out before anything is made. Reads only."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from snapferry import turns
from snapferry.contracts.incoming import TransferRequest
from snapferry.databases.quotas import room_for_snapshots
from snapferry.findings import Findings
from snapferry.leasing.lease_checks import KeyOutlook, look_at_policy
from snapferry.leasing.transfer_keys import find_transfer_key
from snapferry.messaging import topic_key
from snapferry.settings import Settings
from snapferry.source import plan_checks
from snapferry.source.route import Route
from snapferry.source.source_record import Source, snapshot_fields
from snapferry.source.sources import find_source
from snapferry.state.turns import Turns
from snapferry.transfers import Execution, TransferPlan
from snapferry.waits import now, parse_time, show_time

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_rds import RDSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a plan looks at."""

    rds: "RDSClient"
    kms: "KMSClient"
    turns: Turns
    settings: Settings


@dataclass(frozen=True, slots=True)
class Planned:
    """What was found out.

    Attributes:
        plan: What the transfer would do; None if so much is wrong that not even the target can be asked.
        findings: Everything that stands in the way.
    """

    plan: TransferPlan | None
    findings: Findings


def plan_transfer(request: TransferRequest, execution: Execution, route: Route, around: Surroundings) -> Planned:
    """Find out whether a transfer can be, and write down what it will do. Reads only.

    Every check is made, but for those that need what an earlier one could not find.

    Raises:
        RetryLater: AWS asks to try again.
    """
    findings = Findings(f"source account {route.source_account}")
    findings.check(lambda: plan_checks.check_execution(execution))
    way = findings.check(lambda: plan_checks.check_route(route))
    key_arn = findings.check(lambda: find_transfer_key(around.kms, route.key, region=route.region))
    source = _find_source(request, route, key_arn, findings, around)
    if source is None or way is None:
        return Planned(None, findings)
    plan = _plan(request, execution, route, source, key_arn or route.key)
    outlook = KeyOutlook() if key_arn is None else look_at_policy(around.kms, plan, around.settings, findings)
    remarks = [
        *plan.remarks,
        *outlook.remarks,
        *_look_at_names_and_room(plan, findings, around),
        *_look_for_others(plan, findings, around.turns),
        *topic_key.remarks(around.kms, around.settings),
    ]
    return Planned(replace(plan, key_policy=outlook.report, remarks=remarks), findings)


def _look_at_names_and_room(plan: TransferPlan, findings: Findings, around: Surroundings) -> list[str]:
    for name in plan.made:
        findings.check(lambda name=name: plan_checks.check_name(around.rds, plan.family, name, plan.transfer))  # type: ignore[misc]
    room = findings.check(lambda: room_for_snapshots(around.rds, plan.family))
    return room.remarks(needed=len(plan.made)) if room else []


def _look_for_others(plan: TransferPlan, findings: Findings, taking: Turns) -> list[str]:
    """Look whether another execution carries the database now; the state that takes the turn looks again."""
    thing = turns.database(plan.database["arn"])
    other = findings.check(lambda: taking.holder(thing, besides=plan.execution_arn))
    if other is None:
        return []
    if plan.overlap == "refuse" and plan.scheduled_time is None:  # a schedule's second run may find its own first one
        findings.add(turns.refusal(plan.database["identifier"], other))
        return []
    return [f"execution {other} carries the database now"]


def _find_source(
    request: TransferRequest, route: Route, transfer_key: str | None, findings: Findings, around: Surroundings
) -> Source | None:
    return find_source(
        request.database, request.snapshot, route, transfer_key, findings, rds=around.rds, kms=around.kms
    )


def _plan(request: TransferRequest, execution: Execution, route: Route, source: Source, key_arn: str) -> TransferPlan:
    started, deadline = parse_time(execution.started_at), execution.deadline(route.deadline_hours)
    tags, dropped = plan_checks.carried_tags(source.tags)
    return TransferPlan(
        transfer=execution.transfer,
        execution_arn=execution.arn,
        source_account=route.source_account,
        target_account=route.target_account,
        region=route.region,
        partition=route.partition,
        database=source.facts.model_dump(),
        database_tags=tags,
        family=source.facts.family,
        key_arn=key_arn,
        started_at=show_time(started),
        planned_at=show_time(now()),
        deadline=show_time(deadline),
        deadline_seconds=round((deadline - started).total_seconds()),
        restore=request.restore,
        profile=request.profile,
        overlap=request.overlap,
        scheduled_time=request.scheduled_time,
        remarks=[*source.remarks, *dropped],
        **snapshot_fields(source, execution.transfer, route),
    )
