"""One wait, played: looks at a work until one finds it done."""

import random
from dataclasses import dataclass
from typing import Final

from bench.pollers import Looker, allowed
from bench.works import SEED, Shown

LOOK_TAKES: Final = (0.5, 3.0)
"""Seconds, least and most, between a Wait's end and RDS's answer: state transitions, Lambda, at times a cold start."""


@dataclass(frozen=True, slots=True)
class Watched:
    """How a wait went.

    Attributes:
        length: Seconds that the work took.
        looks: At it, the one that found it done among them.
        unseen: Seconds between its end and that look.
    """

    length: float
    looks: int
    unseen: float

    @property
    def share(self) -> float:
        """Return the seconds unseen as a share of the work's length."""
        return self.unseen / self.length

    @property
    def of_allowed(self) -> float:
        """Return the seconds unseen as a share of those that are allowed."""
        return self.unseen / allowed(self.length)


def watch(looker: Looker, length: float, shown: Shown, takes: tuple[float, float] = LOOK_TAKES) -> Watched:
    """Return how a poller fares with work of so many seconds; what each look takes is drawn, alike for all pollers."""
    draw = random.Random(f"{SEED} {length}")  # noqa: S311 - numbers to repeat, no secrets
    at, looks = draw.uniform(*takes), 1
    while at < length:
        at += looker(at, shown(at / length)) + draw.uniform(*takes)
        looks += 1
    return Watched(length, looks, at - length)
