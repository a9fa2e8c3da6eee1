"""Where a transfer's time goes: RDS's own work, and what comes on top of it, by the state that spends it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

type Kind = Literal["late", "asking", "doing"]
"""A wait whose work is done already; a question on its way, or its answer; a function."""


@dataclass(frozen=True, slots=True)
class Work:
    """Something that RDS does; times are seconds since the epoch."""

    name: str
    begun: float
    done: float


@dataclass(frozen=True, slots=True)
class Entered:
    """A state of a machine that was entered, or (with an empty name) the end of an execution."""

    at: float
    execution: str
    machine: str
    state: str


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that a state spent while RDS did nothing."""

    machine: str
    state: str
    kind: Kind
    seconds: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """A whole transfer.

    Attributes:
        aws: Seconds in which RDS worked on it; works side by side count once.
        costs: All other seconds.
    """

    begun: float
    ended: float
    aws: float
    costs: list[Cost] = field(default_factory=list)

    @property
    def length(self) -> float:
        """Return the seconds from its beginning to its end."""
        return self.ended - self.begun

    @property
    def ratio(self) -> float:
        """Return its length over AWS's own work."""
        return self.length / self.aws

    def seconds(self, kind: Kind) -> float:
        """Return the seconds on top of AWS's work that were spent in one way."""
        return sum(cost.seconds for cost in self.costs if cost.kind == kind)


def timeline(
    begun: float, ended: float, works: Iterable[Work], entered: Sequence[Entered], kinds: dict[tuple[str, str], Kind]
) -> Timeline:
    """Give each moment to RDS if it works, else to the state in which the youngest running execution is.

    Args:
        begun: When the transfer began.
        ended: When it ended.
        works: Of RDS, in any order.
        entered: In the order of their times.
        kinds: By machine and state, where it is not `doing`.
    """
    busy = _united(works, begun, ended)
    spent: dict[tuple[str, str], float] = {}
    for since, until, where in _stretches(entered, ended):
        free = until - since - sum(max(0.0, min(until, done) - max(since, start)) for start, done in busy)
        spent[where] = spent.get(where, 0.0) + free
    costs = [Cost(*where, kinds.get(where, "doing"), seconds) for where, seconds in spent.items() if seconds > 0]
    return Timeline(begun, ended, sum(done - start for start, done in busy), costs)


def _united(works: Iterable[Work], begun: float, ended: float) -> list[tuple[float, float]]:
    """Return when RDS worked at anything, as stretches that do not overlap."""
    united: list[tuple[float, float]] = []
    for work in sorted(works, key=lambda work: work.begun):
        start, done = max(begun, work.begun), min(ended, work.done)
        if start >= done:
            continue
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], done))
        else:
            united.append((start, done))
    return united


def _stretches(entered: Sequence[Entered], ended: float) -> list[tuple[float, float, tuple[str, str]]]:
    """Return from when until when which machine and state had the say."""
    running: dict[str, tuple[str, str]] = {}
    changes: list[tuple[float, tuple[str, str]]] = []
    for one in entered:
        if one.state:
            running[one.execution] = (one.machine, one.state)
        else:
            running.pop(one.execution, None)
        if running:
            changes.append((one.at, running[list(running)[-1]]))
    ends = [at for at, _ in changes[1:]] + [ended]
    return [(at, until, where) for (at, where), until in zip(changes, ends, strict=True)]
