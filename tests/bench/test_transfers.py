"""Whole transfers: each second has one owner, each bill adds up, and a small one is really played."""

from __future__ import annotations

from collections import Counter

import pytest

from bench import prices
from bench.carried import Carried, Invoked, kinds
from bench.timeline import Cost, Entered, Timeline, Work, timeline
from bench.transfers import measure

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
    carried = Carried(Timeline(0, 3600, 1800), 1000, invoked, calls=Counter(kms=10_000, dynamodb=1_000_000), events=0)
    its = prices.bill(carried, "cluster", 730, start_seconds=1.0)
    assert its.transitions == pytest.approx(0.025)
    assert its.gb_seconds == pytest.approx(1769 / 1024 * (2 * prices.CALL_SECONDS + 0.5 + 1.0))
    assert its.others == pytest.approx(0.03 + 0.625)
    assert its.storage == pytest.approx(3 * 0.021)


def test_a_small_transfer_is_played_and_told() -> None:
    section = measure({"small": 20})
    assert section.counts["small cluster, state transitions"] > 300
    assert 0 < section.counts["small instance, seconds on top"] < 300
    assert "questions and answers" in section.text
