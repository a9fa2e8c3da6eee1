"""When to look again at work that RDS does for us, and when to stop waiting.

A wait is not an error: "not yet" is an answer. The next look comes later the longer the work has taken, so that work of
any length costs few looks, and its end is noticed within 3 % of its length, or 20 seconds.

Progress lets a look come later than that only as far as it has been watched. RDS shows 0 for a copy that is queued and
for one that has just begun, and a number may stand still for hours and then be done: of a number that has not moved
nothing can be known. What has moved gives a speed. The bound holds for all work whose rest runs at most twice as fast
as it ran from the first number to any later one (bench/results.md).
"""

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

SOONEST: Final = 20
"""Seconds for which the end of any work may go unseen."""

_SHARE_OF_LENGTH: Final = 0.03  # or for this share of its length, when that is more
_LOOK_ITSELF: Final = 3  # seconds from the end of a wait until RDS has answered: transitions, Lambda, a cold start
_SPEEDS_UP: Final = 2  # the rest may run so many times as fast as what has been watched
_DONE: Final = 100


@dataclass(frozen=True, slots=True)
class Span:
    """When a piece of work began, when it must be done, and what time it is."""

    begun: datetime
    deadline: datetime
    now: datetime

    @classmethod
    def of(cls, begun: str, deadline: str) -> "Span":
        """Return the span up to the present moment; the arguments are ISO 8601."""
        return cls(parse_time(begun), parse_time(deadline), now())


@dataclass(frozen=True, slots=True)
class Seen:
    """What the looks of one wait have seen of its progress; times are seconds since the work began.

    Attributes:
        elapsed: When the last look was.
        percent: RDS's progress then, above 0.
        since: When a look saw the first progress above 0.
        since_percent: That progress.
        earliest: The work is not done before, as far as its progress is believed; 0 where nothing is known.
    """

    elapsed: float
    percent: int
    since: float
    since_percent: int
    earliest: float


@dataclass(frozen=True, slots=True)
class Wait:
    """One look's result, as a state machine takes it.

    Attributes:
        ready: The work is done.
        wait_seconds: Whole seconds until the next look (0 when ready).
        status: RDS's own word.
        percent: RDS's own progress, 0 to 100; None where it gives none.
        seen: What the next look must know of this one and those before it.
    """

    ready: bool
    wait_seconds: int
    status: str
    percent: int | None
    seen: Seen | None = None


def done(status: str) -> Wait:
    """Return the look that ends a wait."""
    return Wait(ready=True, wait_seconds=0, status=status, percent=_DONE)


def not_yet(status: str, percent: int | None, span: Span, before: Seen | None = None) -> Wait:
    """Return the look that goes on waiting: the next one comes soon after the deadline at the latest."""
    elapsed = (span.now - span.begun).total_seconds()
    seen = see(elapsed, percent, before)
    left = math.ceil((span.deadline - span.now).total_seconds())
    seconds = min(next_look(elapsed, seen), max(SOONEST, left))
    return Wait(ready=False, wait_seconds=seconds, status=status, percent=percent, seen=seen)


def see(elapsed: float, percent: int | None, before: Seen | None) -> Seen | None:
    """Return what is known of a work's progress after a look; None as long as it shows none.

    Args:
        elapsed: Seconds since the work began.
        percent: RDS's progress, or None.
        before: What was known after the look before.
    """
    if not percent:
        return None
    if before is None or percent < before.percent:  # the first number, or one that makes the others unbelievable
        return Seen(elapsed, percent, since=elapsed, since_percent=percent, earliest=0)
    earliest = _earliest_end(percent, before) if percent > before.percent else before.earliest
    return replace(before, elapsed=elapsed, percent=percent, earliest=earliest)


def next_look(elapsed: float, seen: Seen | None) -> int:
    """Return the seconds to wait before the next look.

    Args:
        elapsed: Seconds since the work began.
        seen: What is known of its progress; None where nothing is.
    """
    # Never further ahead than the progress has been watched: what speeds up is found out in time.
    ahead = max(0.0, min(seen.earliest - elapsed, elapsed - seen.since)) if seen else 0.0
    unseen = max(SOONEST, _SHARE_OF_LENGTH * (elapsed + ahead))
    return math.floor(ahead + unseen) - _LOOK_ITSELF


def _earliest_end(percent: int, before: Seen) -> float:
    """Return when the work may be done that has just been seen to move.

    It showed the first number at `since` or sooner, and this one only after the look before: it was not faster.
    """
    watched, moved = before.elapsed - before.since, percent - before.since_percent
    return before.elapsed + watched * (_DONE - percent) / (_SPEEDS_UP * moved)


def parse_time(text: str) -> datetime:
    """Return the point in time that an ISO 8601 text in UTC names (Step Functions writes them with ``Z``)."""
    return datetime.fromisoformat(text).astimezone(UTC)


def seconds_between(begin: str, end: str) -> int:
    """Return the whole seconds between two points in time, both ISO 8601."""
    return round((parse_time(end) - parse_time(begin)).total_seconds())


def show_time(moment: datetime) -> str:
    """Return a point in time as KMS's conditions and Step Functions take it: UTC, whole seconds, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)
