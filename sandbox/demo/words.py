"""How the demo writes times and names."""

from __future__ import annotations

from datetime import UTC, datetime

TITLES = {
    "aurora-mysql": "Aurora MySQL cluster",
    "mysql": "RDS for MySQL instance",
    "aurora-postgresql": "Aurora PostgreSQL cluster",
    "postgres": "RDS for PostgreSQL instance",
}
"""What each engine's databases are called."""

_MINUTE, _HOUR = 60, 3600


def duration(seconds: float) -> str:
    """A length of time, such as `2 h 27 min`, `53 min 11 s`, `45 s`."""
    whole = round(seconds)
    hours, minutes, rest = whole // _HOUR, whole % _HOUR // _MINUTE, whole % _MINUTE
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def elapsed(seconds: float) -> str:
    """Time since the start, such as `2:27:02`."""
    whole = int(seconds)
    return f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02}:{whole % _MINUTE:02}"


def clock_time(moment: float) -> str:
    """Virtual time, such as `2026-01-01 02:37:02`; UTC."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S}"


def shortened(text: str, longest: int) -> str:
    """A name with its middle left out where it is too long."""
    if len(text) <= longest:
        return text
    head = (longest - 1) // 2
    return f"{text[:head]}…{text[head + 1 - longest :]}"
