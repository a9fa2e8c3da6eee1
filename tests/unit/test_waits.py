"""Waits: few looks at work of any length, and its end noticed within 3 % of it, or 20 seconds."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.pollers import allowed, fewest_looks, product
from bench.watching import watch
from bench.works import whole
from snapferry import waits
from snapferry.waits import Seen, Span, next_look, see

LONGEST = 672 * 3600.0  # seconds; the longest deadline that the templates take
ELAPSED = st.floats(min_value=0, max_value=LONGEST)
LENGTH = st.floats(min_value=60, max_value=7 * 86_400)
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
LEVELS = st.just(set(range(1, 100))) | st.sets(st.integers(min_value=1, max_value=99))
steady = st.lists(st.floats(min_value=1, max_value=2), min_size=1, max_size=6)
slowing = st.lists(st.floats(min_value=0.01, max_value=10), min_size=1, max_size=6).map(
    lambda s: sorted(s, reverse=True)
)
SPEEDS = steady | slowing  # in both, what follows is at most twice as fast as any mean before
CREEPING = st.lists(st.floats(min_value=100, max_value=1e5), min_size=3, max_size=9).map(
    lambda pauses: [(pause, 1 + number // 2) for number, pause in enumerate(pauses)]
)
PROGRESS = st.none() | st.integers(min_value=0, max_value=100)


def progress(speeds: list[float], levels: set[int], queue: float) -> Callable[[float], int | None]:
    """Work that is queued for a share of its time, then runs at these speeds in turn, and shows these levels alone."""

    def shown(part: float) -> int:
        ran = max(0.0, part - queue) / (1 - queue) * len(speeds)
        done = sum(speed * min(1.0, max(0.0, ran - number)) for number, speed in enumerate(speeds))
        reached = whole(done / sum(speeds))
        return max((level for level in levels if level <= reached), default=0)

    return shown


@given(LENGTH, SPEEDS, LEVELS, st.floats(min_value=0, max_value=0.99), st.sampled_from([0.0, 1.5, 3.0]))
def test_the_end_is_noticed_in_time_whatever_stands_still_jumps_slows_down_or_queues(
    length: float, speeds: list[float], levels: set[int], queue: float, look_takes: float
) -> None:
    """Believing any number that is shown, or 0, breaks it; so does forgetting that a level was reached long ago."""
    wait = watch(product(), length, progress(speeds, levels, queue), (look_takes, look_takes))
    assert wait.unseen <= allowed(length) + 0.001


@given(LENGTH)
def test_without_progress_hardly_more_looks_are_taken_than_any_poller_needs(length: float) -> None:
    assert watch(product(), length, lambda _: None, (0.0, 0.0)).looks <= fewest_looks(length) * 1.25 + 2


@given(st.lists(st.tuples(st.floats(min_value=0, max_value=1e5), PROGRESS), min_size=1) | CREEPING)
def test_no_wait_is_longer_than_the_progress_was_watched_whatever_it_shows(
    looks: list[tuple[float, int | None]],
) -> None:
    elapsed, seen = 0.0, None
    for later, percent in looks:
        elapsed += later
        seen = see(elapsed, percent, seen)
        seconds = next_look(elapsed, seen)
        watched = elapsed - seen.since if seen else 0
        assert type(seconds) is int  # Step Functions takes no fraction
        assert 17 <= seconds <= watched + allowed(elapsed + watched)


@given(st.floats(min_value=-3600, max_value=LONGEST), st.sampled_from([None, 0]))
def test_no_number_and_a_zero_tell_nothing(elapsed: float, percent: int | None) -> None:
    assert see(elapsed, percent, Seen(10, 5, 5, 1, 1e6)) is None
    assert 17 <= next_look(elapsed, None) <= allowed(elapsed)


def test_progress_that_goes_back_is_not_believed() -> None:
    seen = see(200, 40, Seen(elapsed=100, percent=50, since=10, since_percent=1, earliest=1e6))
    assert seen == Seen(elapsed=200, percent=40, since=200, since_percent=40, earliest=0)


def test_a_number_that_stands_still_leaves_what_was_known() -> None:
    seen = see(200, 50, Seen(elapsed=100, percent=50, since=10, since_percent=1, earliest=400))
    assert seen == Seen(elapsed=200, percent=50, since=10, since_percent=1, earliest=400)
    assert next_look(200, seen) == 190 + 20 - 3  # as far ahead as it has been watched


def test_a_speed_that_has_been_watched_is_believed_by_half() -> None:
    seen = see(210, 40, Seen(elapsed=200, percent=39, since=100, since_percent=20, earliest=0))
    assert seen == Seen(elapsed=210, percent=40, since=100, since_percent=20, earliest=200 + 100 * 60 / (2 * 20))


@given(ELAPSED, ELAPSED)
def test_the_longer_it_takes_the_later_the_next_look(one: float, other: float) -> None:
    shorter, longer = sorted((one, other))
    assert next_look(shorter, None) <= next_look(longer, None)


def test_four_weeks_without_any_progress_cost_few_looks() -> None:
    assert watch(product(), LONGEST, lambda _: None).looks < 400  # of 9 events each; an execution has 25,000


def test_a_look_that_ends_the_wait_waits_no_more() -> None:
    assert waits.done("available") == waits.Wait(ready=True, wait_seconds=0, status="available", percent=100)


def test_a_look_that_goes_on_tells_what_was_seen_and_the_next_one_knows_it() -> None:
    span = Span(BEGUN, BEGUN + timedelta(hours=48), BEGUN + timedelta(minutes=30))
    look = waits.not_yet("creating", 40, span)
    assert look == waits.Wait(False, 51, "creating", 40, Seen(1800, 40, since=1800, since_percent=40, earliest=0))
    passed: dict[str, Any] = json.loads(json.dumps(asdict(look)))  # as a state machine does
    assert Seen(**passed["seen"]) == look.seen


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
