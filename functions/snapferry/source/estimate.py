"""How long a transfer takes, how many state transitions that is, and what they cost, before it is begun.

AWS publishes no durations (aws-facts 2.11): the ranges here are wide and say so, and where AWS does not even tell the
size, as for Aurora, nobody can know. The arithmetic of looks and transitions is exact: see ``waits.next_look``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, Self

from snapferry import waits
from snapferry.transfers import TransferPlan
from snapferry.vocabulary import Family

_MINUTE: Final = 60

_SNAPSHOT: Final = ((1, 50.0), (10, 4.0))
"""Quickest and slowest: minutes to begin with, then GB a minute. From what people report (aws-facts 2.11)."""
_COPY: Final = ((2, 20.0), (10, 1.5))
_RESTORE_OF_INSTANCE: Final = ((5, 1000.0), (20, 20.0))
_SETTLING: Final = (5, 40)  # minutes: the password's replacement, a cluster's instances, the network

_STATES_PER_LOOK: Final = 3  # look, choose, wait
_SOURCE_STATES: Final = 21
_TARGET_STATES: Final = 30
"""State transitions of a transfer in which every first look finds its work done; each further look adds three."""

TRANSITION_PRICES: Final = {
    "ap-northeast-1": 0.0250,
    "ap-northeast-2": 0.0271,
    "ap-south-1": 0.0285,
    "ap-southeast-1": 0.0250,
    "ap-southeast-2": 0.0250,
    "ca-central-1": 0.0250,
    "eu-central-1": 0.0250,
    "eu-north-1": 0.0250,
    "eu-west-1": 0.0250,
    "eu-west-2": 0.0250,
    "eu-west-3": 0.0297,
    "sa-east-1": 0.0375,
    "us-east-1": 0.0250,
    "us-east-2": 0.0250,
    "us-gov-east-1": 0.0300,
    "us-gov-west-1": 0.0300,
    "us-west-1": 0.0279,
    "us-west-2": 0.0250,
}
"""US dollars for 1,000 state transitions, by Region."""
PRICES_ARE_OF: Final = "https://aws.amazon.com/step-functions/pricing/, a stored copy read on 2026-11-23"
"""Where the prices stand. A Region that is not among them has a price, too; nobody guesses it here."""
NOT_COUNTED: Final = (
    "calls of Lambda, KMS, DynamoDB and EventBridge, less than a cent together; the snapshots' storage beyond what is "
    "free with the database, for as long as they exist; the restored database"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A number that is known only from one bound to the other."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One piece of RDS's work.

    Attributes:
        seconds: How long it may take; None where that cannot be known.
        side: Which machine waits for it.
    """

    name: str
    side: Literal["source", "target"]
    seconds: Range | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What decides how long a transfer takes.

    Attributes:
        gigabytes: 0 where AWS does not tell.
        deadline_seconds: No stage takes longer: the transfer would be given up.
    """

    family: Family
    gigabytes: int
    make_snapshot: bool
    make_copy: bool
    restore: bool
    deadline_seconds: int

    @classmethod
    def of(cls, plan: TransferPlan) -> Self:
        """Return what a plan has found out of it."""
        return cls(
            family=plan.family,
            gigabytes=plan.database["gigabytes"],
            make_snapshot=plan.make_snapshot,
            make_copy=plan.make_copy,
            restore=plan.restore,
            deadline_seconds=plan.deadline_seconds,
        )


def stages(work: Work) -> list[Stage]:
    """Return a transfer's stages in their order."""
    size = work.gigabytes
    found = [
        Stage(name="snapshot", side="source", seconds=_moving(_SNAPSHOT, size) if work.make_snapshot else None),
        Stage(name="copy under the transfer key", side="source", seconds=_moving(_COPY, size)),
        Stage(name="copy under the target's own key", side="target", seconds=_moving(_COPY, size)),
        Stage(name="restore", side="target", seconds=_restore(work.family, size)),
    ]
    wanted = (work.make_snapshot, work.make_copy, True, work.restore)
    return [stage for stage, is_wanted in zip(found, wanted, strict=True) if is_wanted]


def transitions(planned: Iterable[Stage], work: Work) -> dict[str, Range]:
    """Return the state transitions in each account.

    A stage whose duration is unknown counts with one look at least, and at most with all until the deadline.
    """
    unknown = Range(least=0, most=work.deadline_seconds)
    counted = {}
    for side, fixed in (("source", _SOURCE_STATES), ("target", _TARGET_STATES)):
        spans = [stage.seconds or unknown for stage in planned if stage.side == side]
        counted[side] = Range(
            least=fixed + _STATES_PER_LOOK * sum(looks(span.least, percent=True) for span in spans),
            most=fixed + _STATES_PER_LOOK * sum(looks(span.most, percent=False) for span in spans),
        )
    return counted


def looks(seconds: int, *, percent: bool) -> int:
    """Return how many looks at a piece of work find it not yet done.

    Args:
        seconds: How long it takes.
        percent: RDS tells a progress that grows evenly; without one, looks are more frequent.
    """
    count, elapsed, seen = 0, 0, None
    while elapsed < seconds:
        count += 1
        seen = waits.see(elapsed, 100 * elapsed // seconds if percent else None, seen)
        elapsed += waits.next_look(elapsed, seen)
    return count


def total(planned: Iterable[Stage]) -> Range | None:
    """Return the seconds of all stages together; None if those of one are unknown."""
    known = [stage.seconds for stage in planned]
    spans = [span for span in known if span is not None]
    if len(spans) < len(known):
        return None
    return Range(least=sum(span.least for span in spans), most=sum(span.most for span in spans))


def cost(counted: dict[str, Range], region: str) -> tuple[float, float] | None:
    """Return the least and the most US dollars of all transitions; None for a Region whose price is not known here."""
    price = TRANSITION_PRICES.get(region)
    if price is None:
        return None
    each = price / 1000
    return (
        round(sum(span.least for span in counted.values()) * each, 4),
        round(sum(span.most for span in counted.values()) * each, 4),
    )


def _moving(rates: tuple[tuple[int, float], tuple[int, float]], gigabytes: int) -> Range | None:
    if gigabytes == 0:
        return None
    quickest, slowest = (round(_MINUTE * (begin + gigabytes / rate)) for begin, rate in rates)
    return Range(least=quickest, most=slowest)


def _restore(family: Family, gigabytes: int) -> Range | None:
    moved = _moving(_RESTORE_OF_INSTANCE, gigabytes) if family == "instance" else None
    if moved is None:
        return None
    return Range(least=moved.least + _SETTLING[0] * _MINUTE, most=moved.most + _SETTLING[1] * _MINUTE)
