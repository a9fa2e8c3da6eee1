"""Generates the matrix from recordings: a call that is made is a call that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.accounts import SOURCE, TARGET
from sandbox.functions.function import BEGINNING, END
from tests.faults.cases import CallCase, EventCase, ForgedCase, PointCase, StopCase, WaitCase, point_name
from tests.faults.kinds import Kind
from tests.faults.places import is_read
from tests.faults.scenes import SCENES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.faults.cases import Case
    from tests.faults.places import Place, Site
    from tests.faults.recording import Recording

ONCE = (Kind.THROTTLED, Kind.BROKEN, Kind.UNHEARD)
LASTING = (Kind.THROTTLED_LONG, Kind.DENIED)
QUESTIONS = ("Transfer Offered", "Snapshot Shared", "Restore Requested")
ANSWERS = ("Accepted", "Received", "Restored")
GOOD = "cluster"
"""The scene of the good run from which waits, answers and events are taken."""
# A transfer's names end in a hyphen and 16 letters, those of copies under the transfer key in `-c` besides.
WAITS = (
    ("source: the snapshot", f"sf-*-{'?' * 16}", SOURCE),
    ("source: the copy under the transfer key", "sf-*-c", SOURCE),
    ("target: the copy under the own key", f"sf-*-{'?' * 16}", TARGET),
    ("target: the restored database", "example-db-2", TARGET),
)
MEMBER = ("target: the cluster's instance", "example-db-2-1", TARGET)
ENDS_OF_A_WAIT = (Kind.FAILS, Kind.UNKNOWN, Kind.UNKNOWN_ALWAYS, Kind.STUCK)


def matrix(recordings: Mapping[str, Recording]) -> list[Case]:
    """Every case, by the recordings of the scenes; what an earlier scene has shown is not repeated in a later one."""
    found: list[Case] = []
    sites: set[Site] = set()
    places: set[Place] = set()
    states: set[tuple[str, str]] = set()
    for scene, recording in recordings.items():
        told = recording.of(SCENES[scene].of)
        new_sites = {site: visit for site, visit in told.sites.items() if site not in sites}
        found += _of_calls(scene, told, new_sites)
        found += _of_functions(scene, {place: each for place, each in told.calls.items() if place not in places})
        found += [StopCase(scene, Kind.STOPPED, *each) for each in told.states if each not in states]
        found += _of_waits(scene)
        if scene == GOOD:
            found += [*_of_events(scene, told), *_of_answers(scene)]
        sites |= told.sites.keys()
        places |= told.calls.keys()
        states |= set(told.states)
    return found


def _of_calls(scene: str, recording: Recording, sites: Mapping[Site, int]) -> Iterator[Case]:
    for site, visit in sites.items():
        of_a_map = site.by == "machine" and site.service == "s3"  # how often Step Functions tries, AWS does not say
        for kind in LASTING if of_a_map else (*ONCE, *LASTING):
            yield CallCase(scene, kind, site, visit)
        if site in recording.later:  # a poll: the first look, and a later one
            yield from (CallCase(scene, kind, site, recording.later[site], again=True) for kind in ONCE)


def _of_functions(scene: str, calls: Mapping[Place, tuple[int, list[Site]]]) -> Iterator[Case]:
    for place, (visit, sites) in calls.items():
        ends = (BEGINNING, END)
        points = (BEGINNING, *range(1, len(sites) + 1), END)
        after_changes = [
            number + 1 for number, site in enumerate(sites, 1) if number < len(sites) and not is_read(site)
        ]
        for kind, where in (
            (Kind.KILLED, points),
            (Kind.KILLED_ALWAYS, (*ends, *after_changes)),
            (Kind.SLOW, ends),
            (Kind.SLOW_ALWAYS, ends),
        ):
            for point in where:
                known_as = point_name(point, sites), _nothing_changed_since(point, sites)
                yield PointCase(scene, kind, place, visit, point, *known_as)


def _nothing_changed_since(point: int, sites: list[Site]) -> int:
    """The earliest point of an invocation at which AWS's side was as it is at this one."""
    if point in (BEGINNING, END):
        return point
    return max((number + 1 for number, site in enumerate(sites[: point - 1], 1) if not is_read(site)), default=1)


def _of_events(scene: str, recording: Recording) -> Iterator[Case]:
    for detail_type, target in recording.events:
        for kind in (Kind.LOST, Kind.DOUBLED, Kind.LATE, Kind.OUT_OF_ORDER):
            yield EventCase(scene, kind, detail_type, target)


def _of_answers(scene: str) -> Iterator[Case]:
    to_the_source = f"arn:aws:events:*:{SOURCE.id}:event-bus/*"
    for answer in ANSWERS:
        for kind in (Kind.NEVER, Kind.TWICE, Kind.TOO_LATE):
            yield EventCase(scene, kind, answer, to_the_source)
    for question in QUESTIONS:
        for by_bus in (True, False):
            yield ForgedCase(scene, Kind.WRONG_ACCOUNT, question, by_bus)
        yield ForgedCase(scene, Kind.UNASKED, question, by_bus=False)


def _of_waits(scene: str) -> Iterator[Case]:
    waits = {"cluster": (*WAITS, MEMBER), "instance": WAITS}.get(scene, ())
    for what, pattern, account in waits:
        for kind in ENDS_OF_A_WAIT:
            yield WaitCase(scene, kind, what, pattern, account.id)
