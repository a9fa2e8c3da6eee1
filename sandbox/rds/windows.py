"""The times of day that AWS works in by itself: `hh:mm-hh:mm` in UTC."""

from __future__ import annotations

import hashlib
import re

from sandbox.register.rds_backups import BACKUP_WINDOW

EPOCH_DAY = "thu"  # of 1 January 1970
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY, MINUTES_OF_DAY, SHORTEST = 86_400.0, 1440, 30
# AWS takes half an hour of an 8-hour block of each Region, eu-west-1's begins at 22:00. Here it is before midnight:
# the sandbox's time begins at midnight, so its stories are told before the first backup.
FIRST_MINUTE, SLOTS, SLOT = 22 * 60, 10, 9
_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def backup_window(asked: str | None, resource_id: str) -> str:
    """The window that a call asks for, or the one that AWS gives: the same in every run.

    Raises:
        AwsError: InvalidParameterValue.
    """
    if asked is None:
        number = int(hashlib.sha256(resource_id.encode()).hexdigest(), 16) % SLOTS
        begin = FIRST_MINUTE + number * SLOT
        return f"{_clock(begin)}-{_clock(begin + SHORTEST)}"
    found = _FORM.fullmatch(asked)
    minutes = 0
    if found:
        begin_hour, begin_minute, end_hour, end_minute = (int(part) for part in found.groups())
        minutes = (end_hour * 60 + end_minute - begin_hour * 60 - begin_minute) % MINUTES_OF_DAY
    BACKUP_WINDOW.refuse_if(minutes < SHORTEST, window=asked)
    return asked


def seconds_until(window: str, now: float) -> float:
    """Virtual seconds until a window next begins; a whole day while it is just beginning."""
    return _ahead(_seconds(window), now, DAY)


def seconds_until_weekly(window: str, now: float) -> float:
    """The same for `ddd:hh:mm-ddd:hh:mm`; at most a week."""
    day = (DAYS.index(window[:3]) - DAYS.index(EPOCH_DAY)) % len(DAYS)
    return _ahead(day * DAY + _seconds(window[4:]), now, len(DAYS) * DAY)


def _ahead(begin: float, now: float, period: float) -> float:
    return (begin - now) % period or period


def _seconds(window: str) -> int:
    return int(window[:2]) * 3600 + int(window[3:5]) * 60


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
