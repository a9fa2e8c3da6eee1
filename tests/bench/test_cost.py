"""docs/cost.md is current, its sums are those of its own numbers, and they follow from what the bench has counted."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from bench import cost, prices, report

PAGE = cost.PAGE.read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table that begins with a heading."""
    lines = PAGE[PAGE.index(f"| {heading} |") :].split("\n\n")[0].splitlines()
    return [[cell.strip(" *") for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def number(cell: str) -> float:
    return float(cell.replace(",", ""))


def test_the_page_follows_from_the_counts_and_the_prices() -> None:
    assert cost.page(cost.read()) == PAGE, "run `make cost`"


def test_the_counts_are_those_of_the_results() -> None:
    results = json.loads((report.FOLDER / report.COUNTS).read_text())
    for one in cost.read().transfers:
        assert one.counts.states == results[f"transfers: {one.name}, state transitions"]
        assert one.counts.invocations == results[f"transfers: {one.name}, invocations"]


def test_each_table_adds_up_to_its_sum() -> None:
    bills = rows("Database | transitions | Lambda")
    assert len(bills) == len(cost.read().transfers)
    for _, *parts, workflow, _stored in bills:
        assert sum(map(number, parts)) == pytest.approx(number(workflow), abs=0.0002)
    *standing, together = rows("What | how many")
    assert sum(number(row[-1]) for row in standing) == pytest.approx(number(together[-1]), abs=0.01)
    for _, workflow, stands, ages, whole, _stored in rows("1,000 transfers"):
        assert sum(map(number, (workflow, stands, ages))) == pytest.approx(number(whole), abs=0.02)


def test_the_arithmetic_of_one_transfer_is_right() -> None:
    lines = re.findall(r"^\* ([\d.]+) .* x ([\d.]+) = ([\d.]+)$", PAGE, re.MULTILINE)
    assert len(lines) == 7
    for amount, price, product in lines:
        assert float(amount) * float(price) == pytest.approx(float(product), abs=0.000002)
    (together,) = re.findall(r"^\* together ([\d.]+)$", PAGE, re.MULTILINE)
    assert sum(float(product) for *_, product in lines) == pytest.approx(float(together), abs=0.00001)


def test_another_count_and_another_price_are_another_page(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = cost.read()
    first, *others = facts.transfers
    more = replace(first, counts=replace(first.counts, states=first.counts.states + 100))
    assert cost.page(replace(facts, transfers=[more, *others])) != PAGE
    before = cost.month(facts)
    monkeypatch.setattr(prices, "ALARM_METRIC_MONTH", 0.20)
    assert cost.month(facts) - before == pytest.approx(0.10 * facts.standing["alarm_metrics"])


def test_every_price_has_a_page_of_awss() -> None:
    assert all(url.startswith("https://aws.amazon.com/") for url in prices.PAGES.values())
    assert [price for _, price, _ in rows("What | USD | AWS says it today") if number(price) <= 0] == []
