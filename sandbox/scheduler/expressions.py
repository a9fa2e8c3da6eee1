"""Schedule expressions: `rate(...)`, `cron(...)`, `at(...)`, and when they are due [SCH schedule-types]."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.register.scheduler import CLOCK_CHANGES
from sandbox.scheduler import cron
from sandbox.scheduler.cron import BadExpression

if TYPE_CHECKING:
    from sandbox.scheduler.cron import Cron

UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


class Expression(Protocol):
    """When a schedule is due."""

    @property
    def recurring(self) -> bool:
        """Whether a schedule's start and end dates count."""

    def due_from(self, moment: datetime) -> datetime | None:
        """The first time at or after a moment, in UTC; None if there is none."""


@dataclass(frozen=True)
class Rate:
    """Every so often, counted from a moment: a day is 24 hours, whatever the clocks do."""

    period: timedelta
    since: datetime
    recurring: bool = True

    def due_from(self, moment: datetime) -> datetime | None:
        """The first is due at `since` itself."""
        periods = max(0, -(-(moment - self.since) // self.period))
        return self.since + periods * self.period


@dataclass(frozen=True)
class Once:
    """At one moment."""

    moment: datetime
    recurring: bool = False

    def due_from(self, moment: datetime) -> datetime | None:
        """Nothing once it is over."""
        return self.moment if self.moment >= moment else None


@dataclass(frozen=True)
class Calendar:
    """A cron expression in a time zone."""

    cron: Cron
    zone: ZoneInfo
    recurring: bool = True

    def due_from(self, moment: datetime) -> datetime | None:
        """An hour that the zone's clocks skip is skipped; one that they repeat counts once."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        # In a repeated hour the local time falls back: begin before it, and leave out what is over.
        for time in self.cron.times_from(local - timedelta(hours=1)):
            due = time.replace(tzinfo=self.zone).astimezone(UTC)
            exists = due.astimezone(self.zone).replace(tzinfo=None) == time
            if (exists or not CLOCK_CHANGES.holds) and due >= moment:
                return due
        return None


def parse(text: str, zone_name: str, since: datetime) -> Expression:
    """Read a schedule's expression.

    Args:
        text: `rate(5 minutes)`, `cron(0 3 * * ? *)` or `at(2026-01-31T03:00:00)`.
        zone_name: IANA name, for cron and at.
        since: where a rate begins to count.

    Raises:
        BadExpression: no such form, or no such zone.
    """
    found = re.fullmatch(r"(rate|cron|at)\((.*)\)", text)
    if found is None:
        raise BadExpression(f"{text} is no rate(), cron() or at()")
    kind, inside = found.groups()
    zone = _zone(zone_name)
    if kind == "rate":
        return Rate(_period(inside), since)
    if kind == "at":
        return Once(_moment(inside).replace(tzinfo=zone).astimezone(UTC))
    return Calendar(cron.parse(inside), zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadExpression(f"{name} is no time zone") from error


def _period(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9]\d*) (minute|hour|day)(s?)", text)
    if found is None or (found[1] == "1") != (found[3] == ""):
        raise BadExpression(f"rate({text}) is no number of minutes, hours or days")
    return int(found[1]) * UNITS[found[2]]


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 -- the zone stands elsewhere
    except ValueError as error:
        raise BadExpression(f"at({text}) is no yyyy-mm-ddThh:mm:ss") from error
