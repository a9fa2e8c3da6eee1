"""A fleet: its time over the least that RDS's limits allow, the peaks of its requests, and its history.

`python -m bench.fleet 45 15` tells the same of fewer databases, and is done sooner.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Final

from bench.fleet_played import LIMITS, SEED, Limits, Played, play
from bench.plot import Axis, Line, chart
from bench.report import Section, table

INSTANCES, CLUSTERS = 150, 50
SMALL: Final = 12
SMALL_LIMITS: Final[Limits] = {"instance": 2, "cluster": 1}
WIDER: Final[Limits] = {"instance": 5, "cluster": 3}
"""As many times the limits as the stack's defaults."""

_HOUR: Final = 3600
_PLOT: Final = "fleet-crossed.svg"
_TOLD: Final = 12  # APIs
_HOURS: Final = ((0.5, "30 min"), (1, "1 h"), (2, "2 h"), (4, "4 h"), (8, "8 h"), (16, "16 h"), (32, "32 h"))
_COUNTS: Final = ((1, "1"), (3, "3"), (10, "10"), (30, "30"), (100, "100"), (200, "200"))


def measure(instances: int = INSTANCES, clusters: int = CLUSTERS) -> Section:
    """Play a fleet at RDS's own limits, and a small one with as many transfers as copies at a time, and with more."""
    played = play(instances, clusters)
    small = [play(SMALL, 0, limits=SMALL_LIMITS, at_once=at_once) for at_once in (SMALL_LIMITS, WIDER)]
    text = _TEXT.format(
        instances=instances,
        clusters=clusters,
        families=table(_FAMILIES, _families(played)),
        peaks=table(["API", "most in a second"], list(played.peaks().items())[:_TOLD]),
        small=table(_SMALL, [_small(one, at_once) for one, at_once in zip(small, (SMALL_LIMITS, WIDER), strict=True)]),
        limit=SMALL_LIMITS["instance"],
        count=SMALL,
        events=played.events,
        throttles=played.throttles,
        refused=played.copies_refused,
        megabytes=played.megabytes,
        plot=_PLOT,
    )
    return Section(name="fleet", text=text, counts=_counts(played, small), plots={_PLOT: _chart(played)}, seeds=(SEED,))


def least_seconds(played: Played, family: str, limits: Limits = LIMITS) -> float:
    """Return the time that no fleet can be quicker than, in seconds; the longest of three.

    The source's copies, so many at once as RDS makes, between the shortest snapshot and the shortest copy in the
    target; the target's, behind the first snapshot that can be copied; the longest transfer of all.
    """
    alone = played.alone(family)
    source, target = (played.copy_seconds((account, family)) / limits[family] for account in ("source", "target"))
    by_source = min(snapshot for snapshot, _, _ in alone) + source + min(second for _, _, second in alone)
    by_target = min(snapshot + first for snapshot, first, _ in alone) + target
    return max(by_source, by_target, *map(sum, alone))


def _families(played: Played) -> Iterable[Sequence[object]]:
    for family, limit in LIMITS.items():
        copied, longest = played.copy_seconds(("target", family)), max(map(sum, played.alone(family)))
        least, took = least_seconds(played, family), _ends(played, family)[-1]
        most = max(played.most_at_once((account, family)) for account in ("source", "target"))
        yield [
            f"{family}s",
            *map(_hours, (copied, longest)),
            limit,
            *map(_hours, (least, took)),
            f"{took / least:.2f}",
            most,
        ]


def _small(played: Played, at_once: Limits) -> Sequence[object]:
    least, took = least_seconds(played, "instance", SMALL_LIMITS), _ends(played, "instance")[-1]
    return [at_once["instance"], _hours(took), f"{took / least:.2f}", played.copies_refused, _hours(played.exposure)]


def _counts(played: Played, small: Sequence[Played]) -> dict[str, int]:
    ratios = {
        f"{family}s, % of the least time": round(100 * _ends(played, family)[-1] / least_seconds(played, family))
        for family in LIMITS
    }
    copies = {
        f"{family} copies at once": max(played.most_at_once((account, family)) for account in ("source", "target"))
        for family in LIMITS
    }
    peaks = {f"{api}, most in a second": count for api, count in list(played.peaks().items())[:_TOLD]}
    events = {"history events": played.events, "throttles": played.throttles, "copies refused": played.copies_refused}
    return ratios | copies | peaks | events | {"more at a time, copies refused": small[1].copies_refused}


def _ends(played: Played, family: str) -> list[float]:
    """When each database's copy was whole in the target, in seconds since the fleet began."""
    return sorted(copy.due - played.begun for copy in played.copies if copy.line == ("target", family))


def _chart(played: Played) -> str:
    lines = []
    for family in LIMITS:
        ends, least = _ends(played, family), least_seconds(played, family)
        lines.append(Line(f"{family}s", [(end / _HOUR, number) for number, end in enumerate(ends, start=1)]))
        even = [(least * number / len(ends) / _HOUR, number) for number in range(1, len(ends) + 1)]
        lines.append(Line(f"{family}s, at the least", even, dashed=True))
    return chart("Databases that have crossed", Axis("since the start", _HOURS), Axis("databases", _COUNTS), lines)


def _hours(seconds: float) -> str:
    return f"{seconds / _HOUR:.1f} h"


_FAMILIES: Final = (
    "", "copying, in one account", "longest transfer", "copies at once",
    "least time", "time", "time / least", "most copies at once",
)  # fmt: skip
_SMALL: Final = ("Transfers at a time", "time", "time / least", "copies refused", "access open, all together")
_TEXT: Final = """\
## Fleets

A fleet of {instances} instances (20 to 400 GB) and {clusters} Aurora clusters, carried without restoring them, in the
sandbox and with its durations. RDS makes 20 copies of instances' snapshots at once in an account, and 5 of clusters'.
The *least time* is what no fleet can be quicker than: all copies of one account, so many at once and without a pause,
with what must come before the first and after the last; or the longest single transfer, if that is more. As a transfer
copies in the one account and then in the other, behind a snapshot of its own, two and a half times as many transfers
run as copies: who finds RDS busy in the source waits, and access is opened only once there is room in the target.

{families}

![Databases that have crossed]({plot})

Peaks, of the account that has more; the first transfers begin three seconds apart. RDS publishes no rates of its APIs,
and the sandbox has none. Step Functions refills StartExecution with 300 a second, or 150 in smaller Regions, and KMS
takes 15 PutKeyPolicy a second, which a lock keeps apart anyway.

{peaks}

Throttles met: {throttles}; copies that RDS refused: {refused}. The fleet's own history has {events} events, whatever
its size. The most memory of the sandbox's process and of any other that it started: {megabytes} MB.

As many transfers at a time as copies, and more, with {count} instances and an RDS that makes {limit} copies at once:

{small}
"""


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:])).text)
