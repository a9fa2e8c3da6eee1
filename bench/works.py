"""Work that RDS might do: how long it takes, and what it shows of its progress meanwhile."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MINUTE, HOUR, DAY = 60, 3600, 86_400
SEED: Final = 20_260_101
_DRAWN: Final = 200
_GRID: Final = (
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    3 * DAY,
    7 * DAY,
)

type Shown = Callable[[float], int | None]
"""From the share of the work's time that has passed, 0 to 1, to the percentage that RDS shows."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A way to show progress.

    Attributes:
        name: As the tables have it.
        shown: What it shows.
        within: The product promises its bound for it; not for what speeds up more than it can know.
    """

    name: str
    shown: Shown
    within: bool = True


def lengths() -> list[float]:
    """Return seconds from a minute to a week: round ones, and drawn ones with every order of magnitude alike."""
    draw = random.Random(SEED)  # noqa: S311 - numbers to repeat, no secrets
    low, high = math.log(_GRID[0]), math.log(_GRID[-1])
    return sorted([*map(float, _GRID), *(math.exp(draw.uniform(low, high)) for _ in range(_DRAWN))])


def behaviours() -> list[Behaviour]:
    """Return every way to show progress that is measured; the first is none at all."""
    return [
        Behaviour("none at all", lambda _: None),
        Behaviour("smooth", whole),
        *(Behaviour(f"in jumps of {size}", _jumps(size)) for size in (5, 10, 25, 50)),
        Behaviour("in jumps of any size", _levels((3, 4, 11, 37, 38, 39, 71, 90))),
        *(Behaviour(f"stuck at {level}, then done", _stuck(level, 1)) for level in (0, 1, 50, 90)),
        *(Behaviour(f"three times as long as {level} foretold", _stuck(level, 3)) for level in (10, 50, 99)),
        Behaviour("slowing down", lambda part: whole(1 - (1 - part) ** 2)),
        Behaviour("slowing down much", lambda part: whole(1 - (1 - part) ** 4)),
        *(
            Behaviour(f"queued for {queued} %, then smooth", _queued(queued / 100, whole))
            for queued in (10, 50, 90, 99)
        ),
        Behaviour("queued for 50 %, then in jumps of 10", _queued(0.5, _jumps(10))),
        Behaviour("speeding up a little", lambda part: whole(part**1.3), within=False),
        Behaviour("speeding up", lambda part: whole(part**2), within=False),
        Behaviour("speeding up much", lambda part: whole(part**4), within=False),
    ]


def whole(part: float) -> int:
    """Return a share of the work as the whole percentage that has been reached; 100 is not shown before the end."""
    return min(99, max(0, math.floor(100 * part + 1e-9)))


def _jumps(size: int) -> Shown:
    return lambda part: whole(part) // size * size


def _levels(levels: tuple[int, ...]) -> Shown:
    return lambda part: max((level for level in levels if level <= whole(part)), default=0)


def _stuck(level: int, pace: int) -> Shown:
    return lambda part: min(level, whole(part * pace))


def _queued(queue: float, shown: Shown) -> Shown:
    return lambda part: shown(max(0.0, part - queue) / (1 - queue))
