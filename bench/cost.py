"""Work out docs/cost.md from what `make bench` has counted, `transfers.json`, and from prices.py: `make cost`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench import ROOT, cost_words, prices
from bench.prices import Counts
from bench.report import FOLDER, table
from bench.transfers_told import hours

FACTS: Final = FOLDER / "transfers.json"
PAGE: Final = ROOT / "docs" / "cost.md"
DAYS_A_MONTH: Final = prices.HOURS_A_MONTH / 24
FLEET: Final = 1_000
NIGHTLY: Final = 33
"""So many databases make a thousand transfers in a month of nights."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One that was counted."""

    name: str
    family: str
    gigabytes: int
    seconds: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bench has counted.

    Attributes:
        idle_day: What both stacks do by themselves in a day in which nothing is carried.
        standing: How many alarms' metrics, dashboards, keys there are, and metrics of the stacks and of each database.
    """

    transfers: list[Transfer]
    idle_day: Counts
    standing: dict[str, int]


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(read()), encoding="utf-8")


def read() -> Facts:
    """Return what was counted."""
    found = json.loads(FACTS.read_text(encoding="utf-8"))
    day, standing = Counts(**found["idle_day"]), found["standing"]
    return Facts([_transfer(each) for each in found["transfers"]], day, standing)


def page(facts: Facts) -> str:
    """Return the whole page."""
    small, usual = facts.transfers[0], facts.transfers[-2]
    return cost_words.PAGE.format(
        of=prices.OF,
        least=dollars(min(prices.bill(each.counts).workflow for each in facts.transfers)),
        most=dollars(max(prices.bill(each.counts).workflow for each in facts.transfers)),
        smallest=min(each.gigabytes for each in facts.transfers),
        largest=f"{max(each.gigabytes for each in facts.transfers):,}",
        month=dollars(month(facts)),
        counts=table(cost_words.COUNTS, [_counted(each) for each in facts.transfers]),
        bills=table(cost_words.BILLS, [_billed(each) for each in facts.transfers]),
        name=small.name,
        arithmetic="\n".join(_arithmetic(small.counts)),
        standing=table(cost_words.STANDING, _standing(facts)),
        of_a_database=dollars(of_a_database(facts)),
        secret=dollars(prices.SECRET_MONTH),
        fleet=table(cost_words.FLEET, _fleets(facts, usual)),
        usual=usual.name,
        gigabytes=f"{usual.gigabytes:,}",
        prices=table(cost_words.PRICES, cost_words.prices()),
        call=prices.CALL_SECONDS,
        lives=f"{prices.LIVES:.0f}",
        platform=f"{prices.PLATFORM_BYTES:,}",
        backup=" and ".join(f"{price:.3f} ({family}s)" for family, price in prices.BACKUP_GB_MONTH.items()),
    )


def month(facts: Facts) -> float:
    """Return the dollars that both stacks cost in a month in which nothing is carried."""
    return sum(amount for _, _, _, amount in _months(facts))


def of_a_database(facts: Facts) -> float:
    """Return the dollars of a month for each database that was carried in the last 90 days."""
    return facts.standing["metrics_of_a_database"] * prices.METRIC_MONTH


def dollars(amount: float) -> str:
    """Return US dollars: whole cents, or what is less than ten of them to a hundredth of one."""
    return f"{amount:,.2f}" if amount >= 0.1 else f"{amount:.4f}"  # noqa: PLR2004 - ten cents


def _transfer(row: dict[str, Any]) -> Transfer:
    own = {name: row.pop(name) for name in ("family", "size", "gigabytes", "seconds")}
    return Transfer(f"{own['size']} {own['family']}", own["family"], own["gigabytes"], own["seconds"], Counts(**row))


def _counted(one: Transfer) -> Sequence[object]:
    its = one.counts
    counted = [its.states, its.invocations, its.gb_seconds, its.events, its.table_requests, its.key_requests]
    return [f"{one.name}, {one.gigabytes:,} GB", hours(one.seconds), *counted, round(its.log_bytes / 1024)]


def _billed(one: Transfer) -> Sequence[object]:
    its = prices.bill(one.counts)
    parts = [its.transitions, its.invocations + its.duration, its.logs, its.events + its.table + its.keys]
    stored = prices.storage(one.family, one.gigabytes, one.seconds)
    return [one.name, *(dollars(part) for part in parts), f"**{dollars(its.workflow)}**", dollars(stored)]


def _arithmetic(its: Counts) -> list[str]:
    bill = prices.bill(its)
    lines = [
        (f"{its.states} transitions", prices.TRANSITION, bill.transitions),
        (f"{its.invocations} invocations", prices.INVOCATION, bill.invocations),
        (f"{its.gb_seconds} GB-seconds", prices.GB_SECOND, bill.duration),
        (f"{its.log_bytes / 1024**3:.6f} GB of logs", prices.LOG_GB, bill.logs),
        (f"{its.events} events", prices.EVENT, bill.events),
        (f"{its.table_requests} requests to the table", prices.TABLE_REQUEST, bill.table),
        (f"{its.key_requests} requests to KMS", prices.KMS_REQUEST, bill.keys),
    ]
    told = [f"* {what} x {price:.10f}".rstrip("0") + f" = {amount:.6f}" for what, price, amount in lines]
    return [*told, f"* together {bill.workflow:.6f}"]


def _months(facts: Facts) -> list[tuple[str, str, str, float]]:
    """What stands, how many of it, at which price, and the dollars of a month."""
    there = facts.standing
    rows = [
        (what, f"{there[name]}", f"{price:.2f}", there[name] * price)
        for what, name, price in (
            ("keys (transfer, own, two of logs)", "keys", prices.KEY_MONTH),
            ("metrics that alarms look at", "alarm_metrics", prices.ALARM_METRIC_MONTH),
            ("dashboards", "dashboards", prices.DASHBOARD_MONTH),
            ("metrics of the two stacks", "metrics_of_stacks", prices.METRIC_MONTH),
        )
    ]
    by_itself = prices.bill(facts.idle_day).workflow + facts.standing["starts_a_day_at_most"] * prices.SCHEDULED
    days = f"{DAYS_A_MONTH:.1f} days"
    return [*rows, ("sweepers, ages and retention, by schedule", days, dollars(by_itself), by_itself * DAYS_A_MONTH)]


def _standing(facts: Facts) -> list[Sequence[object]]:
    rows = [[what, number, price, dollars(amount)] for what, number, price, amount in _months(facts)]
    return [*rows, ["**together**", "", "", f"**{dollars(month(facts))}**"]]


def _fleets(facts: Facts, usual: Transfer) -> list[Sequence[object]]:
    own = FLEET * (prices.bill(usual.counts).workflow + facts.standing["states_of_an_item"] * prices.TRANSITION)
    stored = FLEET * prices.storage(usual.family, usual.gigabytes, usual.seconds)
    return [
        [
            what,
            dollars(own),
            dollars(month(facts)),
            dollars(number * of_a_database(facts)),
            f"**{dollars(own + month(facts) + number * of_a_database(facts))}**",
            dollars(stored),
        ]
        for what, number in ((f"{NIGHTLY} databases, each night", NIGHTLY), (f"{FLEET:,} databases, once each", FLEET))
    ]


if __name__ == "__main__":
    main()
