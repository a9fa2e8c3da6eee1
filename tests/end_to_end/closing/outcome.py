"""How one case went: by which means access ended, and after how long."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.end_to_end.closing.watch import Watch, World


class Means(StrEnum):
    """Who, or what, ended access."""

    MACHINE = "machine"
    STATUS_EVENT = "status event"
    SWEEPER = "sweeper"
    END_TIME = "end time"


@dataclass(frozen=True)
class End:
    """By which means something ended, and how many virtual seconds after the death."""

    means: Means
    seconds: int


@dataclass(frozen=True)
class Outcome:
    """What the watch has seen since the death.

    Attributes:
        access: How the copying role lost the key; None if it never had it.
        tidied: How the last trace of the transfer went; None if there was none, or something is left.
        left: What is left when every closer that was on has had its time.
        alarms: How often AccessNotClosed was counted.
    """

    access: End | None
    tidied: End | None
    left: tuple[str, ...]
    alarms: int


def judge(watch: Watch, before: World, execution_arn: str, died: float, alarms: int) -> Outcome:
    """Tell from what the watch has seen.

    Args:
        watch: Its last look is the latest.
        before: The world without the transfer.
        execution_arn: The transfer's.
        died: When; virtual epoch seconds.
        alarms: How often AccessNotClosed was counted.
    """
    access, tidied = None, None
    for (_, one), (moment, other) in pairwise(watch.history):
        closer = _closer(watch, execution_arn, moment)
        if one.may_decrypt and not other.may_decrypt:
            by_itself = other.policy == one.policy
            access = End(Means.END_TIME if by_itself else closer, round(moment - died))
        if one.left_since(before) and not other.left_since(before):
            tidied = End(closer, round(moment - died))
    left = tuple(watch.history[-1][1].left_since(before))
    return Outcome(access, None if left else tidied, left, alarms)


def _closer(watch: Watch, execution_arn: str, moment: float) -> Means:
    """Who was the last to close before a moment: `close_access` runs under a name that tells who has started it."""
    arns = [arn for time, arn in watch.closings if time <= moment]
    if not arns or arns[-1] == execution_arn:
        return Means.MACHINE
    return Means.STATUS_EVENT if arns[-1].endswith("-close-0") else Means.SWEEPER
