"""The section about whole transfers, in words and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bench import prices
from bench.report import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.timeline import Kind
    from bench.transfers import Played

_HEAD: Final = """## The whole transfer

A database of each size is carried across in the sandbox, from the execution's start to its end, on the virtual clock.
**AWS's own work** is the time in which RDS is busy with it; works side by side count once. Every other second is on
top, and belongs to the state in which the youngest running execution is. How long RDS takes is the sandbox's guess (22
minutes for a snapshot of 100 GB, 53 for a copy), with progress that grows evenly; how waits fare with any other
progress is told above. A cold start takes 0.5 s here, a call of AWS's 0.08 s, a transition no time."""

_KINDS: Final[dict[Kind, str]] = {"late": "noticed late", "asking": "questions and answers", "doing": "functions"}


def text(played: Sequence[Played]) -> str:
    """Return the section."""
    return "\n\n".join(
        [
            _HEAD,
            _times(played),
            "### Which states take it",
            "Seconds on top; states with less than a second in all of them are added up in the last row.",
            _states(played),
            "### What it counts",
            _counts(played),
            "Calls are requests of the functions to AWS's APIs, retries among them.",
            "[What it costs](../docs/cost.md) follows from these numbers.",
        ]
    )


def _times(played: Sequence[Played]) -> str:
    rows = []
    for one in played:
        line = one.carried.timeline
        on_top = [f"{line.seconds(kind):.0f}" for kind in _KINDS]
        rows.append(
            [
                f"{one.name}, {one.gigabytes:,} GB",
                hours(line.aws),
                hours(line.length),
                f"**{line.ratio:.4f}**",
                f"{line.length - line.aws:.0f}",
                *on_top,
            ]
        )
    return table(["Database", "AWS's own work", "transfer", "ratio", "s on top", *_KINDS.values()], rows)


def _states(played: Sequence[Played]) -> str:
    names = {(cost.machine, cost.state, cost.kind): 0.0 for one in played for cost in one.carried.timeline.costs}
    found = [{(c.machine, c.state, c.kind): c.seconds for c in one.carried.timeline.costs} for one in played]
    large = [name for name in names if any(each.get(name, 0.0) >= 1 for each in found)]
    large.sort(key=lambda name: -max(each.get(name, 0.0) for each in found))
    rows = [
        [f"`{machine}`: {state}", _KINDS[kind], *(f"{each.get((machine, state, kind), 0.0):.1f}" for each in found)]
        for machine, state, kind in large
    ]
    rest = [sum(seconds for name, seconds in each.items() if name not in large) for each in found]
    rows.append(["all others", "", *(f"{seconds:.1f}" for seconds in rest)])
    return table(["State", "how", *(one.name for one in played)], rows)


def _counts(played: Sequence[Played]) -> str:
    services = sorted(set().union(*(one.carried.calls for one in played)))
    rows = [
        [
            one.name,
            one.carried.states,
            len(one.carried.invoked),
            prices.cold_starts(one.carried.invoked),
            one.carried.calls.total(),
            *(one.carried.calls[service] for service in services),
        ]
        for one in played
    ]
    return table(["Database", "transitions", "invocations", "cold", "calls", *services], rows)


def hours(seconds: float) -> str:
    """Return a length of time as hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
