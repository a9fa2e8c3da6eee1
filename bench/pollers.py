"""Who waits: the product, fixed intervals as its peers have them, and a bound that nobody can beat."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from snapferry import waits

FIXED: Final = (30, 60, 300)  # seconds, as the peers' machines have them: a Wait with a constant
ALLOWED_SECONDS: Final = 20
ALLOWED_SHARE: Final = 0.03
_DONE: Final = 100
_BOLD: Final = 0.25

type Looker = Callable[[float, int | None], float]
"""One wait's poller: from the seconds of work, and the percentage shown, to the seconds until the next look."""


@dataclass(frozen=True, slots=True)
class Poller:
    """A way to wait.

    Attributes:
        name: As the tables have it.
        begin: Gives the poller of one wait, which may remember what it sees.
        blind: It does not care what progress is shown.
    """

    name: str
    begin: Callable[[], Looker]
    blind: bool = False


def pollers() -> list[Poller]:
    """Return all that are compared; the product comes first."""
    return [
        Poller("Snapferry", product),
        *(Poller(f"every {seconds} s", _fixed(seconds), blind=True) for seconds in FIXED),
        Poller("a quarter ahead", lambda: _a_quarter_ahead),
        Poller("trusting", lambda: _trusting),
    ]


def product() -> Looker:
    """Return the product's own poller: what the machines' loops carry from look to look is remembered here."""
    seen: waits.Seen | None = None

    def look(elapsed: float, percent: int | None) -> float:
        nonlocal seen
        seen = waits.see(elapsed, percent, seen)
        return waits.next_look(elapsed, seen)

    return look


def allowed(length: float) -> float:
    """Return the seconds for which the end of a work of this length may go unseen."""
    return max(ALLOWED_SECONDS, ALLOWED_SHARE * length)


def fewest_looks(length: float) -> int:
    """Return how many looks any poller needs that learns nothing meanwhile and keeps to `allowed`, whatever the length.

    After a look at t that found it not done it may be done the next moment: the next look is at t + allowed(t) at the
    latest. So looks lie at 0, 20, 40, ... as long as 3 % are less than 20 s, and from there each at most 1.03 times as
    late as the one before: about 34 + ln(length / 680 s) / ln 1.03.
    """
    count, at = 1, 0.0
    while at < length:
        at += allowed(at)
        count += 1
    return count


def fewest_when_smooth(length: float) -> int:
    """Return how many looks any poller needs for smooth progress that keeps to `allowed` also for work stuck at 1.

    Up to the first 2 % both look the same: 0, then 1. One look more finds it done.
    """
    return fewest_looks(2 * length / _DONE)


def _fixed(seconds: int) -> Callable[[], Looker]:
    return lambda: lambda _elapsed, _percent: seconds


def _a_quarter_ahead(elapsed: float, percent: int | None) -> float:
    """The rule that Snapferry had before: any number is believed, and waited for a quarter of the time so far."""
    cautious = max(ALLOWED_SECONDS, ALLOWED_SHARE * elapsed)
    if percent is None or not 0 < percent < _DONE:
        return round(cautious)
    return round(max(cautious, min(elapsed * (_DONE - percent) / percent / 2, _BOLD * elapsed)))


def _trusting(elapsed: float, percent: int | None) -> float:
    """Few looks at any price: 0 is less than 1 %, and the average so far is the speed to come; at most twice as far."""
    if percent is None:
        return math.floor(allowed(elapsed))
    end = elapsed * _DONE / (percent + 1)
    return math.floor(max(allowed(elapsed), min(end - elapsed, elapsed) + ALLOWED_SHARE * elapsed))
