"""When schedules are due: AWS's cron dialect, rates, time zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.scheduler.cron import BadExpression
from sandbox.scheduler.expressions import parse

START = datetime(2026, 1, 1, tzinfo=UTC)  # a Thursday


def due(text: str, zone: str = "UTC", count: int = 3, since: datetime = START) -> list[str]:
    expression, moment = parse(text, zone, since), since
    found: list[str] = []
    while len(found) < count and (time := expression.due_from(moment)):
        found.append(time.strftime("%Y-%m-%dT%H:%M"))
        moment = time + timedelta(seconds=1)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cron(0 3 * * ? *)", ["2026-01-01T03:00", "2026-01-02T03:00", "2026-01-03T03:00"]),
        ("cron(0 0 * * ? *)", ["2026-01-01T00:00", "2026-01-02T00:00", "2026-01-03T00:00"]),
        ("cron(0/20 8-9 1 * ? *)", ["2026-01-01T08:00", "2026-01-01T08:20", "2026-01-01T08:40"]),
        ("cron(15 10 ? * 6L *)", ["2026-01-30T10:15", "2026-02-27T10:15", "2026-03-27T10:15"]),
        ("cron(0 0 ? * 1 *)", ["2026-01-04T00:00", "2026-01-11T00:00", "2026-01-18T00:00"]),
        ("cron(0 0 ? * MON-FRI *)", ["2026-01-01T00:00", "2026-01-02T00:00", "2026-01-05T00:00"]),
        ("cron(0 0 ? * 3#2 *)", ["2026-01-13T00:00", "2026-02-10T00:00", "2026-03-10T00:00"]),
        ("cron(0 0 ? * 7#5 *)", ["2026-01-31T00:00", "2026-05-30T00:00", "2026-08-29T00:00"]),
        ("cron(0 0 L * ? *)", ["2026-01-31T00:00", "2026-02-28T00:00", "2026-03-31T00:00"]),
        ("cron(0 0 31W * ? *)", ["2026-01-30T00:00", "2026-03-31T00:00", "2026-05-29T00:00"]),
        ("cron(0 0 1W 8,11 ? *)", ["2026-08-03T00:00", "2026-11-02T00:00", "2027-08-02T00:00"]),
        ("cron(0 0 29 FEB ? *)", ["2028-02-29T00:00", "2032-02-29T00:00", "2036-02-29T00:00"]),
        ("cron(0 12 1 1 ? 2026-2027)", ["2026-01-01T12:00", "2027-01-01T12:00"]),
        ("rate(5 minutes)", ["2026-01-01T00:00", "2026-01-01T00:05", "2026-01-01T00:10"]),
        ("at(2026-02-03T04:05:06)", ["2026-02-03T04:05"]),
        ("at(2025-12-31T23:59:59)", []),
    ],
)
def test_due_times_are_aws_s(text: str, expected: list[str]) -> None:
    assert due(text) == expected


def test_a_skipped_hour_is_skipped_and_a_repeated_one_counts_once() -> None:
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert due("cron(30 2 * * ? *)", "Europe/Berlin", 2, spring) == ["2026-03-30T00:30", "2026-03-31T00:30"]
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert due("cron(30 2 * * ? *)", "Europe/Berlin", 2, autumn) == ["2026-10-25T00:30", "2026-10-26T01:30"]


def test_nothing_is_lost_when_a_search_begins_within_the_repeated_hour() -> None:
    second_half_past_two = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert due("cron(0/30 * * * ? *)", "Europe/Berlin", 2, second_half_past_two) == [
        "2026-10-25T02:00",
        "2026-10-25T02:30",
    ]


def test_a_rate_of_a_day_is_24_hours_across_a_change_of_the_clocks() -> None:
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert due("rate(1 day)", "Europe/Berlin", 2, spring) == ["2026-03-28T12:00", "2026-03-29T12:00"]


@pytest.mark.parametrize(
    "text",
    [
        "garbage",
        "rate(5)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(0 minutes)",
        "cron(0 3 * * *)",
        "cron(0 3 * * * *)",
        "cron(0 3 ? * ? *)",
        "cron(60 3 * * ? *)",
        "cron(0 3 ? * 0 *)",
        "cron(0 3 32 * ? *)",
        "cron(0/0 3 * * ? *)",
        "at(2026-02-30T00:00:00)",
    ],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(BadExpression):
        parse(text, "UTC", START)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(BadExpression, match="Europe/Atlantis"):
        parse("cron(0 3 * * ? *)", "Europe/Atlantis", START)
