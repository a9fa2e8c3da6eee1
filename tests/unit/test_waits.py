"""Waits: few looks at work of any length, and its end noticed soon."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapferry import waits
from snapferry.waits import Span, next_look

LONGEST = 672 * 3600.0  # seconds; the longest deadline that the templates take
ELAPSED = st.floats(min_value=0, max_value=LONGEST)
PERCENT = st.none() | st.integers(min_value=0, max_value=100)
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.floats(min_value=-3600, max_value=LONGEST), PERCENT)
def test_a_wait_is_whole_seconds_never_shorter_than_20_nor_longer_than_a_quarter(
    elapsed: float, percent: int | None
) -> None:
    seconds = next_look(elapsed, percent)
    assert type(seconds) is int  # Step Functions takes no fraction
    assert 20 <= seconds <= max(20, round(0.25 * elapsed))


@given(ELAPSED, st.sampled_from([None, 0, 100]))
def test_without_progress_to_go_by_the_end_is_noticed_within_three_percent(elapsed: float, percent: int | None) -> None:
    assert next_look(elapsed, percent) <= max(20, round(0.03 * elapsed))


@given(ELAPSED, ELAPSED, st.none() | st.just(50))
def test_the_longer_it_takes_the_later_the_next_look(one: float, other: float, percent: int | None) -> None:
    shorter, longer = sorted((one, other))
    assert next_look(shorter, percent) <= next_look(longer, percent)


@given(st.floats(min_value=1000, max_value=LONGEST), st.integers(min_value=1, max_value=98))
def test_the_nearer_the_end_the_sooner_the_next_look(elapsed: float, percent: int) -> None:
    assert next_look(elapsed, percent + 1) <= next_look(elapsed, percent)


def test_four_weeks_without_any_progress_cost_few_looks() -> None:
    elapsed, looks = 0.0, 0
    while elapsed < LONGEST:
        elapsed += next_look(elapsed, None)
        looks += 1
    assert looks < 400  # of some 12 events each; an execution has 25,000


@given(ELAPSED, st.integers(min_value=1, max_value=99))
def test_a_steady_progress_is_never_overslept(elapsed: float, percent: int) -> None:
    remaining = elapsed * (100 - percent) / percent
    assert next_look(elapsed, percent) <= max(20, 0.03 * elapsed + 1, remaining)


def test_a_look_that_ends_the_wait_waits_no_more() -> None:
    assert waits.done("available") == waits.Wait(ready=True, wait_seconds=0, status="available", percent=100)


def test_a_look_that_goes_on_tells_what_was_seen() -> None:
    look = waits.not_yet("creating", 40, Span(BEGUN, BEGUN + timedelta(hours=48), BEGUN + timedelta(minutes=30)))
    assert look == waits.Wait(ready=False, wait_seconds=450, status="creating", percent=40)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1)))  # noqa: DTZ001 - hypothesis adds the zone
def test_times_are_written_in_whole_seconds_of_utc_and_read_back(moment: datetime) -> None:
    text = waits.show_time(moment)
    assert text.endswith("Z")
    assert waits.parse_time(text) == moment.replace(microsecond=0)


@pytest.mark.parametrize("text", ["2026-01-01T02:00:00Z", "2026-01-01T02:00:00.000Z", "2026-01-01T03:00:00+01:00"])
def test_step_functions_own_times_are_read(text: str) -> None:
    assert waits.parse_time(text) == datetime(2026, 1, 1, 2, tzinfo=UTC)


def test_no_look_comes_long_after_the_deadline() -> None:
    deadline = BEGUN + timedelta(hours=48)
    look = waits.not_yet("creating", None, Span(BEGUN, deadline, deadline - timedelta(seconds=100)))
    assert look.wait_seconds == 100
    look = waits.not_yet("creating", None, Span(BEGUN, deadline, deadline + timedelta(hours=1)))
    assert look.wait_seconds == waits.SOONEST
