"""The waits' tables and plots."""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from bench.loops import Loop
from bench.plot import Axis, Line, chart
from bench.pollers import Poller, fewest_looks, fewest_when_smooth
from bench.report import table
from bench.watching import Watched, watch
from bench.works import DAY, HOUR, MINUTE, Behaviour

EVENTS_PER_TURN, STATES_PER_TURN = 9, 3
_LENGTHS: Final = (
    (MINUTE, "1 min"), (10 * MINUTE, "10 min"), (HOUR, "1 h"), (6 * HOUR, "6 h"), (DAY, "1 day"), (7 * DAY, "7 days")
)  # fmt: skip
_SHOWN: Final = ("none at all", "smooth", "in jumps of 10", "slowing down", "stuck at 50, then done")
_LOOKS, _UNSEEN = "waits-looks.svg", "waits-unseen.svg"

type Found = Mapping[tuple[str, str], Sequence[Watched]]


def text(waiting: Sequence[Poller], ways: Sequence[Behaviour], found: Found, weeks: Sequence[tuple[Loop, int]]) -> str:
    """Return the section."""
    return _TEXT.format(
        ours=table(_OURS, ([way.name, *_row(found[waiting[0].name, way.name])] for way in ways)),
        unseen=table(
            ["Progress", *(poller.name for poller in waiting)],
            ([way.name, *(_ratio(found[poller.name, way.name]) for poller in waiting)] for way in ways),
        ),
        looks=_looks(waiting, ways),
        weeks=_weeks(weeks),
        events=EVENTS_PER_TURN,
    )


def plots(waiting: Sequence[Poller], found: Found) -> dict[str, str]:
    """Return the two charts by their files' names."""
    across = Axis("length of the work", _LENGTHS)
    looks = [
        *(Line(poller.name, _points(found[poller.name, "none at all"], "looks")) for poller in waiting[:4]),
        Line("Snapferry, smooth progress", _points(found[waiting[0].name, "smooth"], "looks")),
        Line("fewest possible", [(each, fewest_looks(each)) for each, _ in _LENGTHS], dashed=True),
    ]
    unseen = [Line(poller.name, _points(found[poller.name, "in jumps of 25"], "of_allowed")) for poller in waiting]
    counts = Axis("looks", [(10.0**power, f"{10**power:,}") for power in range(6)])
    ratios = Axis(
        "unseen / allowed", [(0.001, "0.001"), (0.01, "0.01"), (0.1, "0.1"), (1, "1"), (10, "10"), (100, "100")]
    )
    return {
        _LOOKS: chart("Looks at work without progress", across, counts, looks),
        _UNSEEN: chart("End unseen, progress in jumps of 25 %", across, ratios, unseen),
    }


def _points(waits: Sequence[Watched], what: str) -> list[tuple[float, float]]:
    return [(each.length, max(1e-3, getattr(each, what))) for each in waits]


_OURS: Final = (
    "Progress", "unseen, median", "worst", "worst / allowed", "looks, median", "most up to a day", "up to a week",
    "transitions", "events",
)  # fmt: skip


def _row(waits: Sequence[Watched]) -> list[str]:
    worst, most = max(waits, key=lambda each: each.of_allowed), max(each.looks for each in waits)
    return [
        f"{100 * median(each.share for each in waits):.1f} %",
        f"{worst.unseen:,.0f} s of {worst.length:,.0f} s",
        _ratio(waits),
        f"{median(each.looks for each in waits):.0f}",
        f"{max(each.looks for each in waits if each.length <= DAY)}",
        f"{most}",
        f"{STATES_PER_TURN * most}",
        f"{EVENTS_PER_TURN * most:,}",
    ]


def _ratio(waits: Sequence[Watched]) -> str:
    """Return the worst end unseen over what is allowed, rounded up: 1.00 is within."""
    return f"{math.ceil(100 * max(each.of_allowed for each in waits)) / 100:.2f}"


def _looks(waiting: Sequence[Poller], ways: Sequence[Behaviour]) -> str:
    shown = {way.name: way.shown for way in ways if way.name in _SHOWN}
    rows: list[list[object]] = [
        [f"{poller.name}: {name}", *(watch(poller.begin(), each, shown[name]).looks for each, _ in _LENGTHS)]
        for poller in waiting
        for name in (_SHOWN if poller.name in {"Snapferry", "a quarter ahead", "trusting"} else _SHOWN[:1])
    ]
    rows.append(["fewest possible: none at all", *(fewest_looks(each) for each, _ in _LENGTHS)])
    rows.append(["fewest possible: smooth", *(fewest_when_smooth(each) for each, _ in _LENGTHS)])
    return table(["Poller: progress", *(word for _, word in _LENGTHS)], rows)


def _weeks(weeks: Sequence[tuple[Loop, int]]) -> str:
    rows = [
        [f"`{loop.machine}`: {loop.wait}", len(loop.states), loop.events, looks, f"{loop.events * looks:,}"]
        for loop, looks in weeks
    ]
    for machine in sorted({loop.machine for loop, _ in weeks}):
        events = sum(loop.events * looks for loop, looks in weeks if loop.machine == machine)
        rows.append([f"**`{machine}`: every wait**", "", "", "", f"**{events:,}**"])
    return table(["Wait of a week", "states a turn", "events a turn", "turns", "events"], rows)


_TEXT: Final = """\
## Waits

RDS says "done" to nobody: it is asked. Played here: work of 1 minute to 7 days (11 round lengths and 200 drawn ones),
each way of showing progress, each way of waiting. A look takes 0.5 to 3 s (transitions, Lambda, at times a cold start),
and a Wait whole seconds. **Allowed** is an end unseen for 3 % of the work's length, or 20 s where that is more.

### Snapferry

{ours}

A turn of the loop is three state transitions (Task, Choice, Wait) and {events} history events: a Task is entered,
scheduled, started, succeeded and exited, a Choice and a Wait are entered and exited.

**Promised**: at most what is allowed, for work that tells nothing, stands still at any number, jumps by any amount,
slows down, or is queued first; and for work that speeds up, as long as its rest runs at most twice as fast as it ran
from the first number above 0 to any later one. What speeds up more (the last rows) may go unseen for longer, but for
no longer than its progress had been watched, plus what is allowed.

### The end unseen, over what is allowed: the worst of all lengths

{unseen}

*A quarter ahead* is the rule that Snapferry had before: any number is believed. *Trusting* believes 0, too.

![End unseen](waits-unseen.svg)

### Looks

{looks}

![Looks](waits-looks.svg)

**No poller does with fewer.** Without progress, work that a look finds not yet done may be done the next moment: the
look after t comes at t + max(20 s, 3 % of t) at the latest. That makes about 34 + ln(T / 680 s) / ln 1.03 looks for
work of T seconds: 199 for a day, 265 for a week.

**Why smooth progress costs more than a dozen looks.** For its first hundredth, smooth work shows 0, and so does work
that is queued and then quick, or that never shows anything else. As long as nothing but 0 has been seen these are the
same, so a poller that keeps the bound for the one looks as often at the other. The same holds for the second
hundredth: 1 may be all that is ever shown. So keeping the bound for *all* of them costs as many looks at smooth work as
at 2 % of its length without progress: the last row. A dozen looks is what *trusting* needs, and its column above is
the price: the end of work that stands still goes unseen for as long again as it took. A look costs 3 transitions, less
than a hundredth of a cent; a lease that stays open for hours costs more. Snapferry keeps the bound.

### A week in each wait

An execution ends at 25,000 history events. Turns are counted without any progress, each wait from its own beginning;
what waits for others (their transfers, copies, leases) pauses for 60 s at the least.

{weeks}
"""
