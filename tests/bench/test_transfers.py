"""Whole transfers: each second has one owner, each bill adds up, and a small one is really played."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bench import cost, prices
from bench.carried import Carried, Invoked, kinds
from bench.logs import Logged
from bench.timeline import Cost, Entered, Timeline, Work, timeline
from bench.transfers import measure

if TYPE_CHECKING:
    from bench.report import Section

KINDS = kinds()


def entered(at: float, state: str, machine: str = "ferry_snapshot", execution: str = "one") -> Entered:
    return Entered(at, execution, machine, state)


def test_every_second_is_awss_or_one_states() -> None:
    states = [entered(0, "Plan the transfer"), entered(2, "Wait for the snapshot"), entered(30, "Look at the snapshot")]
    works = [Work("a snapshot", 1, 20), Work("beside it", 5, 10), Work("after the end", 90, 99)]
    found = timeline(0, 31, works, states, KINDS)
    assert found.aws == 19
    assert found.costs == [
        Cost("ferry_snapshot", "Plan the transfer", "doing", 1),
        Cost("ferry_snapshot", "Wait for the snapshot", "late", 10),
        Cost("ferry_snapshot", "Look at the snapshot", "doing", 1),
    ]
    assert found.aws + sum(cost.seconds for cost in found.costs) == found.length


def test_while_the_target_works_the_time_is_its() -> None:
    there = {"machine": "receive_snapshot", "execution": "two"}
    states = [
        entered(0, "Ask the target to take its copy"),
        entered(3, "Plan the copy", **there),
        entered(7, "", **there),
    ]
    found = timeline(0, 9, [Work("unseen", -5, 0)], states, KINDS)
    assert {(cost.state, cost.kind): cost.seconds for cost in found.costs} == {
        ("Ask the target to take its copy", "asking"): 5,
        ("Plan the copy", "doing"): 4,
    }


def test_the_machines_waits_and_questions_are_known() -> None:
    assert KINDS["restore_database", "Wait for the database"] == "late"
    assert KINDS["ferry_snapshot", "Offer the transfer"] == "asking"


def test_a_function_is_cold_when_nobody_has_used_it_for_long() -> None:
    begun = [0.0, 100.0, 100.0 + prices.LIVES, 101.0 + 2 * prices.LIVES]
    invoked = [Invoked("one", at, memory=256, calls=0, cpu=0.0) for at in begun]
    assert prices.cold_starts(invoked) == 2
    assert prices.cold_starts([*invoked, Invoked("two", 50.0, memory=256, calls=0, cpu=0.0)]) == 3


def test_a_bill_is_what_the_prices_say() -> None:
    invoked = [Invoked("one", 0.0, memory=1769, calls=2, cpu=0.5)]
    carried = Carried(
        Timeline(0, 3600, 1800), 1000, invoked, calls=Counter(kms=10_000, dynamodb=1_000_000), events=2_000_000,
        logged=Logged(bytes=2 * 1024**3 - prices.PLATFORM_BYTES),
    )  # fmt: skip
    counted = prices.counts(carried, start_seconds=1.0)
    assert counted.gb_seconds == pytest.approx(1769 / 1024 * (2 * prices.CALL_SECONDS + 0.5 + 1.0), abs=0.05)
    its = prices.bill(counted)
    assert its.transitions == pytest.approx(0.025)
    assert (its.keys, its.table, its.events, its.logs) == pytest.approx((0.03, 0.625, 2.0, 1.0))
    assert its.workflow == pytest.approx(0.025 + 0.03 + 0.625 + 2.0 + 1.0 + its.invocations + its.duration)
    assert prices.storage("cluster", 730, 3600.0) == pytest.approx(3 * 0.021)


@pytest.fixture(scope="module")
def played() -> Section:
    return measure({"small": 20})


def test_a_small_transfer_is_played_and_told(played: Section) -> None:
    assert played.counts["small cluster, state transitions"] > 300
    assert 0 < played.counts["small instance, seconds on top"] < 300
    assert "questions and answers" in played.text


def test_the_page_of_costs_was_worked_out_from_what_is_counted_today(played: Section) -> None:
    """Nearly: a call more or less is no reason to play all sizes anew, but one more alarm is."""
    known = json.loads(cost.FACTS.read_text())
    assert known["standing"] == played.facts["standing"], "run `make bench`"
    rows = {(row["family"], row["size"]): row for row in known["transfers"]}
    pairs = [(row, rows[row["family"], row["size"]]) for row in played.facts["transfers"]]
    day = known["idle_day"] | {"log_bytes": played.facts["idle_day"]["log_bytes"]}  # each database's age is told in it
    for now, before in [*pairs, (played.facts["idle_day"], day)]:
        for name in ("states", "invocations", "events", "table_requests", "key_requests", "log_bytes"):
            assert now[name] == pytest.approx(before[name], rel=0.15), f"{name}: run `make bench`"
