"""A fleet: its time over the least that RDS's limits allow, the peaks of its requests, and its history.

`python -m bench.fleet 150 50` tells the same of 200 databases; it takes some ten minutes of a processor.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Final

from bench.fleet_played import DEFAULTS, SEED, Limits, Played, play
from bench.plot import Axis, Line, chart
from bench.report import Section, table

INSTANCES, CLUSTERS = 45, 15
SMALL: Final = 12
SMALL_LIMITS: Final[Limits] = {"instance": 2, "cluster": 1}
TWICE: Final[Limits] = {family: 2 * limit for family, limit in SMALL_LIMITS.items()}

_HOUR: Final = 3600
_PLOT: Final = "fleet-crossed.svg"
_TOLD: Final = 12  # APIs
_HOURS: Final = ((0.5, "30 min"), (1, "1 h"), (2, "2 h"), (4, "4 h"), (8, "8 h"), (16, "16 h"), (32, "32 h"))
_COUNTS: Final = ((1, "1"), (3, "3"), (10, "10"), (30, "30"), (100, "100"), (200, "200"))


def measure(instances: int = INSTANCES, clusters: int = CLUSTERS) -> Section:
    """Play a fleet at RDS's own limits, and a small one with as many and with twice as many transfers at a time."""
    played = play(instances, clusters)
    small = [play(SMALL, 0, limits=SMALL_LIMITS, at_once=at_once) for at_once in (SMALL_LIMITS, TWICE)]
    text = _TEXT.format(
        instances=instances,
        clusters=clusters,
        families=table(_FAMILIES, _families(played)),
        peaks=table(["API", "most in a second"], list(played.peaks().items())[:_TOLD]),
        small=table(_SMALL, [_small(one, at_once) for one, at_once in zip(small, (SMALL_LIMITS, TWICE), strict=True)]),
        limit=SMALL_LIMITS["instance"],
        count=SMALL,
        events=played.events,
        throttles=played.throttles,
        refused=played.copies_refused,
        megabytes=played.megabytes,
        plot=_PLOT,
    )
    return Section(name="fleet", text=text, counts=_counts(played, small), plots={_PLOT: _chart(played)}, seeds=(SEED,))


def least_seconds(played: Played, family: str, limits: Limits = DEFAULTS) -> float:
    """Return the time that no fleet can be quicker than: one account's copies, so many at once as RDS makes."""
    return max(played.copy_seconds((account, family)) for account in ("source", "target")) / limits[family]


def _families(played: Played) -> Iterable[Sequence[object]]:
    for family, limit in DEFAULTS.items():
        copied = played.copy_seconds(("target", family))
        least, took = least_seconds(played, family), _ends(played, family)[-1]
        most = max(played.most_at_once((account, family)) for account in ("source", "target"))
        yield [f"{family}s", _hours(copied), limit, _hours(least), _hours(took), f"{took / least:.2f}", most]


def _small(played: Played, at_once: Limits) -> Sequence[object]:
    least, took = least_seconds(played, "instance", SMALL_LIMITS), _ends(played, "instance")[-1]
    return [at_once["instance"], _hours(took), f"{took / least:.2f}", played.copies_refused, _hours(played.exposure)]


def _counts(played: Played, small: Sequence[Played]) -> dict[str, int]:
    ratios = {
        f"{family}s, % of the least time": round(100 * _ends(played, family)[-1] / least_seconds(played, family))
        for family in DEFAULTS
    }
    copies = {
        f"{family} copies at once": max(played.most_at_once((account, family)) for account in ("source", "target"))
        for family in DEFAULTS
    }
    peaks = {f"{api}, most in a second": count for api, count in list(played.peaks().items())[:_TOLD]}
    events = {"history events": played.events, "throttles": played.throttles, "copies refused": played.copies_refused}
    return ratios | copies | peaks | events | {"twice as many at a time, copies refused": small[1].copies_refused}


def _ends(played: Played, family: str) -> list[float]:
    """When each database's copy was whole in the target, in seconds since the fleet began."""
    return sorted(copy.due - played.begun for copy in played.copies if copy.line == ("target", family))


def _chart(played: Played) -> str:
    lines = []
    for family in DEFAULTS:
        ends, least = _ends(played, family), least_seconds(played, family)
        lines.append(Line(f"{family}s", [(end / _HOUR, number) for number, end in enumerate(ends, start=1)]))
        even = [(least * number / len(ends) / _HOUR, number) for number in range(1, len(ends) + 1)]
        lines.append(Line(f"{family}s, at the least", even, dashed=True))
    return chart("Databases that have crossed", Axis("since the start", _HOURS), Axis("databases", _COUNTS), lines)


def _hours(seconds: float) -> str:
    return f"{seconds / _HOUR:.1f} h"


_FAMILIES: Final = (
    "", "copying, in one account", "copies at once", "least time", "time", "time / least", "most copies at once",
)  # fmt: skip
_SMALL: Final = ("Transfers at a time", "time", "time / least", "copies refused", "access open, all together")
_TEXT: Final = """\
## Fleets

A fleet of {instances} instances (20 to 400 GB) and {clusters} Aurora clusters, carried without restoring them, in the
sandbox and with its durations. RDS makes 20 copies of instances' snapshots at once in an account, and 5 of clusters';
the *least time* is that of all copies of one account, so many at once without a pause. A transfer copies in one account
and then in the other, behind a snapshot of its own: with as many transfers at a time as copies, either account's limit
lies idle for more than half of the time.

{families}

![Databases that have crossed]({plot})

Peaks, of the account that has more; the first transfers begin three seconds apart. RDS publishes no rates of its APIs,
and the sandbox has none. Step Functions refills StartExecution with 300 a second, or 150 in smaller Regions, and KMS
takes 15 PutKeyPolicy a second, which a lock keeps apart anyway.

{peaks}

Throttles met: {throttles}; copies that RDS refused: {refused}. The fleet's own history has {events} events, whatever
its size. The most memory of the sandbox's process and of any other that it started: {megabytes} MB.

More transfers at a time than copies, with {count} instances and an RDS that makes {limit} copies at once:

{small}
"""


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:])).text)
