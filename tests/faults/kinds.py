"""What may go wrong, in the words of the page, and whether a transfer has to get over it."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """One kind of fault."""

    THROTTLED = "throttled once"
    BROKEN = "500 before its effect"
    UNHEARD = "500 after its effect"
    THROTTLED_LONG = "throttled for long"
    DENIED = "access denied"
    KILLED = "function killed, once"
    KILLED_ALWAYS = "function killed, every time"
    SLOW = "function slower than its timeout, once"
    SLOW_ALWAYS = "function slower than its timeout, every time"
    LOST = "event lost"
    DOUBLED = "event doubled"
    LATE = "event late"
    OUT_OF_ORDER = "event again, out of order"
    FAILS = "wait: failed"
    UNKNOWN = "wait: a status that nobody knows, for a while"
    UNKNOWN_ALWAYS = "wait: a status that nobody knows, for ever"
    STUCK = "wait: stuck progress, never ready"
    NEVER = "answer never comes"
    TWICE = "answer twice"
    TOO_LATE = "answer later than the question waits"
    WRONG_ACCOUNT = "answer from the wrong account"
    UNASKED = "answer to a question that nobody asked"
    STOPPED = "StopExecution"

    @property
    def is_passing(self) -> bool:
        """Whether a transfer has to end as if it had not been; many ride on one transfer."""
        return self in _PASSING


_PASSING = frozenset(
    {
        Kind.THROTTLED,
        Kind.BROKEN,
        Kind.UNHEARD,
        Kind.KILLED,
        Kind.SLOW,
        Kind.DOUBLED,
        Kind.LATE,
        Kind.OUT_OF_ORDER,
        Kind.UNKNOWN,
        Kind.TWICE,
        Kind.WRONG_ACCOUNT,
        Kind.UNASKED,
    }
)
