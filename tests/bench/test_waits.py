"""The bench itself: it counts right, holds the product to its promise, and tells what has grown."""

import math
from pathlib import Path

import pytest

from bench import __main__ as command
from bench import report, waits
from bench.loops import loops
from bench.plot import Axis, Line, chart
from bench.pollers import Poller, allowed, fewest_looks, pollers
from bench.report import Section, changes
from bench.waits import WEEK
from bench.watching import watch
from bench.works import DAY, behaviours, lengths

EVENTS_AT_MOST = 15_000
ONE = Section(name="one", text="## One", counts={"looks": 3}, plots={"one.svg": "<svg/>"}, seeds=(7,))


@pytest.fixture(scope="module")
def measured() -> Section:
    return waits.measure()


def test_nothing_has_grown_since_the_results_in_the_repository(measured: Section) -> None:
    """Red: the product looks more often, or later, than `bench/results.md` says. `make bench` writes it anew."""
    own = {name: count for name, count in report.known().items() if name.startswith(f"{measured.name}: ")}
    grown, _ = changes(own, report.counts([measured]))
    assert own
    assert grown == []


def test_every_end_is_noticed_in_time_that_is_promised_to_be(measured: Section) -> None:
    for way in behaviours():
        assert not way.within or measured.counts[f"{way.name}, unseen in % of what is allowed"] <= 100
        assert measured.counts[f"{way.name}, looks up to a day"] <= 250


def test_a_week_in_each_wait_leaves_room_in_the_history(measured: Section) -> None:
    found = [count for name, count in measured.counts.items() if name.endswith("events of a week in each wait")]
    assert len(found) == 3
    assert max(found) <= EVENTS_AT_MOST


def test_the_loops_are_those_of_the_machines() -> None:
    found = {(loop.machine, loop.wait): loop for loop in loops()}
    copy = found["receive_snapshot", "Wait for the copy"]
    assert copy.states == ("Wait for the copy", "Look at the copy", "Is the copy ready?")
    assert copy.events == 9
    assert len(found) == 9


@pytest.mark.parametrize("length", [60.0, 600.0, 3600.0, DAY, WEEK])
def test_fixed_intervals_take_the_looks_that_can_be_reckoned(length: float) -> None:
    every_60 = next(poller for poller in pollers() if poller.name == "every 60 s")
    wait = watch(every_60.begin(), length, lambda _: None, (2.0, 2.0))
    assert wait.looks == math.ceil((length - 2) / 62) + 1
    assert wait.unseen == pytest.approx(2 + 62 * (wait.looks - 1) - length)


def test_the_bound_is_the_formula_that_the_page_gives() -> None:
    for length in (each for each in lengths() if each > 680):
        assert abs(fewest_looks(length) - (34 + math.log(length / 680) / math.log(1.03))) <= 2


def test_a_poller_that_looks_more_rarely_than_the_bound_misses_what_is_allowed() -> None:
    """So the bound is one: between two looks of whoever takes fewer lies an end that goes unseen for too long."""
    looks, rare = [0.0], Poller("rare", lambda: lambda elapsed, _: 1.05 * allowed(elapsed))
    while looks[-1] < DAY:
        looks.append(looks[-1] + rare.begin()(looks[-1], None))
    assert len(looks) < fewest_looks(DAY)
    ends = [before + 0.01 for before in looks[:-1]]
    worst = max(watch(rare.begin(), end, lambda _: None, (0.0, 0.0)).of_allowed for end in ends)
    assert worst > 1


def test_growth_and_what_is_no_longer_measured_is_told_apart_from_the_rest() -> None:
    grown, other = changes({"a": 1, "b": 2, "c": 3, "e": 5}, {"a": 2, "b": 1, "d": 4, "e": 5})
    assert grown == ["a: 1 -> 2", "c: 3 -> not measured"]
    assert other == ["b: 2 -> 1", "d: 4 (new)"]


@pytest.mark.parametrize(("before", "ends"), [(3, 0), (4, 0), (2, 1)])
def test_check_fails_where_a_count_has_grown_and_writes_nothing(
    before: int, ends: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report.write([Section("one", "## One", {"looks": before})], tmp_path)
    written = (tmp_path / report.PAGE).read_text()
    known = report.known(tmp_path)
    monkeypatch.setattr(report, "known", lambda: known)
    monkeypatch.setattr(command, "BENCHES", {"one": lambda: ONE})
    monkeypatch.setattr("sys.argv", ["bench", "--check"])
    assert command.main() == ends
    assert ("GROWN one: looks: 2 -> 3" in capsys.readouterr().err) == bool(ends)
    assert (tmp_path / report.PAGE).read_text() == written


def test_what_is_written_has_its_seeds_and_plots_and_is_read_back(tmp_path: Path) -> None:
    report.write([ONE], tmp_path)
    assert report.known(tmp_path) == {"one: looks": 3}
    assert (tmp_path / "one.svg").read_text() == "<svg/>"
    assert "Seeds: one 7." in (tmp_path / report.PAGE).read_text()


def test_a_chart_puts_the_ends_of_its_axes_into_the_corners() -> None:
    axis = Axis("x", [(1, "1"), (100, "100")])
    assert 'points="70.0,410.0 340.0,225.0 610.0,40.0"' in chart(
        "t", axis, axis, [Line("l", [(1, 1), (10, 10), (1e9, 1e9)])]
    )
