"""Numbers and moments as a person reads them."""

from datetime import UTC, datetime
from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 3600


def clock(seconds: float) -> str:
    """Return a length of time as 0:47:05."""
    whole = round(seconds)
    return f"{whole // _HOUR}:{whole // _MINUTE % _MINUTE:02}:{whole % _MINUTE:02}"


def length(seconds: float) -> str:
    """Return a length of time as 40 s, 53 min or 2 h 10 min."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    hours, minutes = divmod(round(whole / _MINUTE), _MINUTE)
    return (f"{hours} h {minutes} min" if minutes else f"{hours} h") if hours else f"{minutes} min"


def between(least: float, most: float) -> str:
    """Return an estimate as 15 min to 2 h."""
    return length(least) if length(least) == length(most) else f"{length(least)} to {length(most)}"


def moment(when: datetime) -> str:
    """Return a point in time as 2026-01-01 03:00:00 UTC."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def number(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: 1 execution, 2 executions."""
    return f"{count} {one if count == 1 else many or one + 's'}"
