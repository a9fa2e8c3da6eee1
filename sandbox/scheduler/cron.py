"""AWS's cron dialect: `minutes hours day-of-month month day-of-week year` [SCH schedule-types].

It is no Unix cron: Sunday is 1, there is a year, one of the two day fields is `?`, and the wildcards L, W and # name
days that depend on the month.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
SATURDAY = 7
FIELDS = 6

DaysOf = Callable[[int, int], set[int]]
"""The days of a year's month."""


class BadExpression(ValueError):
    """No schedule expression."""


@dataclass(frozen=True)
class Cron:
    """A parsed expression; its times are local ones, without a zone."""

    minutes: list[int]
    hours: list[int]
    months: list[int]
    years: list[int]
    days_of: DaysOf

    def times_from(self, moment: datetime) -> Iterator[datetime]:
        """Every time at or after `moment`, in order."""
        for day in self._days_from(moment.date()):
            for hour in self.hours:
                for minute in self.minutes:
                    time = datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 -- local, see above
                    if time >= moment:
                        yield time

    def _days_from(self, first: date) -> Iterator[date]:
        for year in self.years:
            for month in self.months:
                if (year, month) >= (first.year, first.month):
                    days = (date(year, month, day) for day in sorted(self.days_of(year, month)))
                    yield from (day for day in days if day >= first)


def parse(text: str) -> Cron:
    """Read the inside of `cron(...)`.

    Raises:
        BadExpression: six fields are wanted, in range, one of the two day fields being `?`.
    """
    fields = text.upper().split()
    if len(fields) != FIELDS:
        raise BadExpression(f"cron({text}) has {len(fields)} fields, not {FIELDS}")
    minutes, hours, day_of_month, month, day_of_week, year = fields
    if (day_of_month == "?") == (day_of_week == "?"):
        raise BadExpression(f"cron({text}): one of day-of-month and day-of-week must be ?, the other not")
    return Cron(
        minutes=_numbers(minutes, 0, 59),
        hours=_numbers(hours, 0, 23),
        months=_numbers(month, 1, 12, MONTHS),
        years=_numbers(year, 1970, 2199),
        days_of=_days_of_week(day_of_week) if day_of_month == "?" else _days_of_month(day_of_month),
    )


def _numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> list[int]:
    """`*`, `a`, `a-b`, each with an optional `/step`, in a list with commas."""
    found: set[int] = set()
    for part in field.split(","):
        found |= _part(part, low, high, names)
    return sorted(found)


def _part(part: str, low: int, high: int, names: tuple[str, ...]) -> set[int]:
    span, slash, step = part.partition("/")
    first, dash, last = span.partition("-")
    if slash and (not step.isdigit() or int(step) == 0):
        raise BadExpression(f"{part}: the step must be a positive number")
    if span == "*":
        bounds = (low, high)
    elif dash:
        bounds = (_number(first, low, names), _number(last, low, names))
    else:
        number = _number(first, low, names)
        bounds = (number, high if slash else number)
    if not low <= bounds[0] <= bounds[1] <= high:
        raise BadExpression(f"{part} is not within {low}-{high}")
    return set(range(bounds[0], bounds[1] + 1, int(step) if slash else 1))


def _number(text: str, low: int, names: tuple[str, ...]) -> int:
    if text in names:
        return names.index(text) + low
    if not text.isdigit():
        raise BadExpression(f"{text or 'nothing'} is no number")
    return int(text)


def _days_of_month(field: str) -> DaysOf:
    """`L` is the last day; `15W` the weekday (Monday to Friday) nearest to the 15th, in the same month."""
    if field == "L":
        return lambda year, month: {_last_day(year, month)}
    nearest = re.fullmatch(r"(\d{1,2})W", field)
    if nearest:
        wanted = _numbers(nearest[1], 1, 31)[0]
        return lambda year, month: _nearest_weekday(year, month, wanted)
    days = set(_numbers(field, 1, 31))
    return lambda year, month: {day for day in days if day <= _last_day(year, month)}


def _days_of_week(field: str) -> DaysOf:
    """`L` is Saturday; `6L` the month's last Friday; `3#2` its second Tuesday."""
    last = re.fullmatch(r"(\w+)L", field)
    if last:
        weekday = _weekday(last[1])
        return lambda year, month: {max(_on(year, month, {weekday}))}
    numbered = re.fullmatch(r"(\w+)#([1-5])", field)
    if numbered:
        weekday, which = _weekday(numbered[1]), int(numbered[2])
        return lambda year, month: set(sorted(_on(year, month, {weekday}))[which - 1 : which])
    weekdays = {SATURDAY} if field == "L" else set(_numbers(field, 1, 7, WEEKDAYS))
    return lambda year, month: _on(year, month, weekdays)


def _weekday(text: str) -> int:
    return _numbers(text, 1, 7, WEEKDAYS)[0]


def _on(year: int, month: int, weekdays: set[int]) -> set[int]:
    """The month's days that are one of the weekdays (1 is Sunday)."""
    days = range(1, _last_day(year, month) + 1)
    return {day for day in days if date(year, month, day).isoweekday() % 7 + 1 in weekdays}


def _last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _nearest_weekday(year: int, month: int, wanted: int) -> set[int]:
    if wanted > _last_day(year, month):
        return set()
    day = date(year, month, wanted)
    for away in (0, -1, 1, -2, 2):
        near = day + timedelta(days=away)
        if near.month == month and near.isoweekday() <= 5:  # noqa: PLR2004 -- Friday
            return {near.day}
    return set()
