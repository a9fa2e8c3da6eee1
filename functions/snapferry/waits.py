"""When to look again at work that RDS does for us, and when to stop waiting.

A wait is not an error: "not yet" is an answer. The next look comes later the longer the work has taken, so that work of
any length costs few looks and is noticed soon after it is done.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

SOONEST: Final = 20
"""Seconds between two looks at the least."""

_SHARE_OF_ELAPSED: Final = 0.03  # unseen for at most 3 % of the work's length
_BELIEVED_SHARE_OF_ELAPSED: Final = 0.25  # with a progress to go by, but never far beyond what has been seen
_SHARE_OF_REMAINING: Final = 0.5  # progress slows down towards the end more often than it speeds up
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
class Wait:
    """One look's result, as a state machine takes it.

    Attributes:
        ready: The work is done.
        wait_seconds: Whole seconds until the next look (0 when ready).
        status: RDS's own word.
        percent: RDS's own progress, 0 to 100; None where it gives none.
    """

    ready: bool
    wait_seconds: int
    status: str
    percent: int | None


def done(status: str) -> Wait:
    """Return the look that ends a wait."""
    return Wait(ready=True, wait_seconds=0, status=status, percent=_DONE)


def not_yet(status: str, percent: int | None, span: Span) -> Wait:
    """Return the look that goes on waiting: the next one comes soon after the deadline at the latest."""
    seconds = next_look((span.now - span.begun).total_seconds(), percent)
    left = math.ceil((span.deadline - span.now).total_seconds())
    return Wait(ready=False, wait_seconds=min(seconds, max(SOONEST, left)), status=status, percent=percent)


def next_look(elapsed: float, percent: int | None) -> int:
    """Return the seconds to wait before the next look.

    Args:
        elapsed: Seconds since the work began.
        percent: RDS's progress, or None. 0 and 100 say nothing: a queued copy shows 0, and 100 is not yet `available`.
    """
    cautious = max(SOONEST, _SHARE_OF_ELAPSED * elapsed)
    if percent is None or not 0 < percent < _DONE:
        return round(cautious)
    remaining = elapsed * (_DONE - percent) / percent
    bold = min(_SHARE_OF_REMAINING * remaining, _BELIEVED_SHARE_OF_ELAPSED * elapsed)
    return round(max(cautious, bold))


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
