"""When a fault strikes: at which of the occasions that it was made for, and for how long."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Turns:
    """Counts occasions; the defaults mean: the next one, once.

    Attributes:
        first: the occasion at which it begins, 1 for the next.
        times: how many it strikes from then on; None for all.
        seconds: how long after its first stroke it still strikes, in virtual seconds; None for ever.
        strokes: the moments at which it struck, virtual epoch seconds. A test looks here whether its fault happened.
    """

    first: int = 1
    times: int | None = 1
    seconds: float | None = None

    def __post_init__(self) -> None:
        self.seen = 0
        self.strokes: list[float] = []

    def strikes(self, now: float) -> bool:
        """Whether the occasion that has come now is one of them; counts it."""
        self.seen += 1
        if self.seen < self.first or (self.times is not None and len(self.strokes) >= self.times):
            return False
        if self.seconds is not None and self.strokes and now > self.strokes[0] + self.seconds:
            return False
        self.strokes.append(now)
        return True
