"""Waits: how soon the end of RDS's work is noticed, and what the looks cost until then."""

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

from bench import loops, waits_told
from bench.pollers import Poller, pollers, product
from bench.report import Section
from bench.watching import Watched, watch
from bench.works import DAY, SEED, Behaviour, behaviours, lengths

WEEK: Final = 7 * DAY
LEAST_PAUSES: Final = dict.fromkeys(
    ("Wait for the other transfer", "Wait for the database", "Wait for RDS to copy", "Wait for the key policy"), 60
)
"""Seconds between two tries in `ferry_snapshot` at the least, where it is not RDS's work that is waited for."""

type Found = dict[tuple[str, str], list[Watched]]
"""By the names of poller and behaviour: one for each length, in their order."""


def measure() -> Section:
    """Play every wait and return what is to be told of them."""
    ways, waiting = behaviours(), pollers()
    found = {
        (poller.name, way.name): played
        for poller in waiting
        for way, played in zip(ways, _play_all(poller, ways), strict=True)
    }
    weeks = [(loop, looks_in_a_week(loop)) for loop in loops.loops()]
    return Section(
        name="waits",
        text=waits_told.text(waiting, ways, found, weeks),
        counts=_counts(waiting[0], ways, found, weeks),
        plots=waits_told.plots(waiting, found),
        seeds=(SEED,),
    )


def looks_in_a_week(loop: loops.Loop) -> int:
    """Return how many turns a loop takes when its wait lasts a week and nothing tells how far it is."""
    least, looker = LEAST_PAUSES.get(loop.wait, 0) if loop.machine == "ferry_snapshot" else 0, product()
    return watch(lambda elapsed, percent: max(least, looker(elapsed, percent)), WEEK, lambda _: None).looks


def _play_all(poller: Poller, ways: Sequence[Behaviour]) -> list[list[Watched]]:
    if poller.blind:
        return [_play(poller, ways[0])] * len(ways)
    return [_play(poller, way) for way in ways]


def _play(poller: Poller, way: Behaviour) -> list[Watched]:
    return [watch(poller.begin(), length, way.shown) for length in lengths()]


def _counts(
    ours: Poller, ways: Sequence[Behaviour], found: Found, weeks: Sequence[tuple[loops.Loop, int]]
) -> dict[str, int]:
    """Return what must not grow: looks up to a day and a week, the worst end unseen, and the events of a week."""
    counted = {}
    for way in ways:
        waits = found[ours.name, way.name]
        counted[f"{way.name}, looks up to a day"] = max(each.looks for each in waits if each.length <= DAY)
        counted[f"{way.name}, looks up to a week"] = max(each.looks for each in waits)
        counted[f"{way.name}, unseen in % of what is allowed"] = math.ceil(100 * max(each.of_allowed for each in waits))
        counted[f"{way.name}, looks median"] = round(median(each.looks for each in waits))
    for machine in {loop.machine for loop, _ in weeks}:
        events = sum(loop.events * looks for loop, looks in weeks if loop.machine == machine)
        counted[f"{machine}, events of a week in each wait"] = events
    return counted
