"""The output of ``ferry_snapshot`` with ``"plan_only": true``: whether a transfer can be, and what it would take."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from snapferry.contracts import examples
from snapferry.contracts.incoming import AccountId, Contract, DatabaseFacts, FindingFacts, Moment
from snapferry.source import estimate
from snapferry.source.estimate import Range, Stage, Work
from snapferry.transfers import TransferPlan


class Span(Contract):
    """A number that is known only from one bound to the other."""

    least: int
    most: int


class Dollars(Contract):
    """A sum in US dollars that is known only from one bound to the other."""

    least: float
    most: float


class ExpectedStage(Contract):
    """One piece of RDS's work, and how long it may take."""

    name: str
    side: Literal["source", "target"]
    seconds: Annotated[Span | None, Field(description="null: nobody can know, for AWS does not tell the size")]


class Expected(Contract):
    """What a transfer would take: estimates, for AWS publishes no durations."""

    stages: list[ExpectedStage]
    seconds: Annotated[Span | None, Field(description="All stages together; null if that of one is unknown")]
    state_transitions: Annotated[dict[Literal["source", "target"], Span], Field(description="By account")]
    state_transitions_usd: Annotated[
        Dollars | None, Field(description="Of both accounts; null: the Region's price is not known here")
    ]
    prices_are_of: str
    not_counted: str


class PlannedTransfer(Contract):
    """What the transfer would do in the source."""

    source_account: AccountId
    target_account: AccountId
    region: str
    database: DatabaseFacts
    database_tags: dict[str, str]
    snapshot_arn: str
    make_snapshot: Annotated[bool, Field(description="false: it starts from one that is there already")]
    copy_arn: str
    make_copy: Annotated[bool, Field(description="false: the snapshot itself is shared")]
    key_arn: str
    key_policy: dict[str, Any] | None
    deadline: Moment
    restore: bool
    profile: str | None


class PlanReport(Contract):
    """The output of ``ferry_snapshot`` when it only plans."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.PLAN_REPORTS})

    version: Literal[1] = 1
    possible: Annotated[bool, Field(description="Nothing that is known stands in the way, on either side")]
    findings: Annotated[list[FindingFacts], Field(description="Everything that stands in the way")]
    remarks: Annotated[list[str], Field(description="What passes by itself, or should be known")]
    target_was_asked: bool
    plan: PlannedTransfer | None
    accepted: Annotated[dict[str, Any] | None, Field(description="What the target would do; null if it declined")]
    expected: Expected | None


def plan_report(
    plan: TransferPlan | None, findings: list[Mapping[str, Any]], accepted: Mapping[str, Any] | None, *, asked: bool
) -> PlanReport:
    """Return the report of a plan.

    Args:
        plan: None if so much was wrong that none could be made.
        findings: Of both sides.
        accepted: The target's answer, if it accepted.
        asked: The target was asked.
    """
    return PlanReport(
        possible=not findings,
        findings=[FindingFacts.model_validate(each) for each in findings],
        remarks=[*(plan.remarks if plan else []), *((accepted or {}).get("remarks") or [])],
        target_was_asked=asked,
        plan=_planned(plan) if plan else None,
        accepted=dict(accepted) if accepted else None,
        expected=_expected(plan) if plan else None,
    )


def _planned(plan: TransferPlan) -> PlannedTransfer:
    same = {name: getattr(plan, name) for name in PlannedTransfer.model_fields if name != "database"}
    return PlannedTransfer(database=DatabaseFacts.model_validate(plan.database), **same)


def _expected(plan: TransferPlan) -> Expected:
    work = Work.of(plan)
    stages = estimate.stages(work)
    counted = estimate.transitions(stages, work)
    price = estimate.cost(counted, plan.region)
    return Expected(
        stages=[_stage(each) for each in stages],
        seconds=_span(estimate.total(stages)),
        state_transitions={"source": _known(counted["source"]), "target": _known(counted["target"])},
        state_transitions_usd=Dollars(least=price[0], most=price[1]) if price else None,
        prices_are_of=estimate.PRICES_ARE_OF,
        not_counted=estimate.NOT_COUNTED,
    )


def _stage(stage: Stage) -> ExpectedStage:
    return ExpectedStage(name=stage.name, side=stage.side, seconds=_span(stage.seconds))


def _span(found: Range | None) -> Span | None:
    return _known(found) if found else None


def _known(found: Range) -> Span:
    return Span(least=found.least, most=found.most)
