"""Which cases are played, and which of them on one run: what fits into ten minutes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sandbox.functions.function import BEGINNING, END
from tests.faults.cases import CallCase, PointCase, StopCase
from tests.faults.generating import GOOD
from tests.faults.kinds import Kind
from tests.faults.places import is_read
from tests.statemachine import machines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.faults.cases import Case
    from tests.faults.places import Place

RIDE_AT_MOST = 60
AT_ONE_STATE = 4  # of the eight times that it is tried
TAKE_NO_TIME = ("Choice", "Pass", "Succeed", "Fail")


def plays(cases: Iterable[Case]) -> Iterator[tuple[Case, ...]]:
    """Who goes on stage with whom: what a transfer gets over rides with others, the rest goes alone."""
    riders: dict[str, list[list[Case]]] = defaultdict(list)
    for case in cases:
        if not case.kind.is_passing:
            yield (case,)
            continue
        for batch in riders[case.scene]:
            if _has_room(batch, case):
                batch.append(case)
                break
        else:
            riders[case.scene].append([case])
    for batches in riders.values():
        yield from map(tuple, batches)


def _has_room(batch: list[Case], case: Case) -> bool:
    at_the_same = sum(each.at == case.at for each in batch)
    disturbed = any(_disturb_each_other(each, case) for each in batch)
    return len(batch) < RIDE_AT_MOST and at_the_same < AT_ONE_STATE and not disturbed


def _disturb_each_other(one: Case, other: Case) -> bool:
    """Whether on one transfer one of the two might not strike, or strike another than it means."""
    if one.at != other.at:
        return one.kind is other.kind is Kind.LATE  # a late question and its late answer are too late together
    match one, other:
        case (CallCase(keeps_out=True), _) | (_, CallCase(keeps_out=True)):
            return False  # the state is repeated, and the other comes then
        case PointCase(), PointCase():
            return one.point == other.point  # what ends at one begins anew, and comes to the other
        case CallCase(), CallCase():  # the client's own repeats are of the same visit and operation
            return (one.visit, one.site.request) == (other.visit, other.site.request)
    return True


def representatives(cases: Iterable[Case]) -> Iterator[Case]:
    """What fits into ten minutes: where faults go the same way, one of them goes for its neighbours.

    A call that is throttled for long goes the way of one that is denied: the first call of each place stands for the
    others. A right is there, or not: a place's first call of an operation stands for the later ones. A function that
    is too slow every time goes the way of one that is killed every time: the end stands for the beginning. A state
    that takes no time is left at once: who stops there has stopped before the next one that does anything. A read has
    no effect: it makes no difference whether it is refused or its answer is lost, nor before which of several reads in
    a row a function is killed.

    A function that several states invoke does the same for each of them, and is retried in the same way
    (`tests/statemachine/retries.py`): its first place shows all its faults. In the others it is seen where the state
    leads when it fails at first, and when all is done and nobody hears of it.

    What lasts is shown in every way on the good run. In the other scenes a state fails at first because something is
    denied, and when all is done because its function is killed each time.
    """
    stood_for: set[object] = set()
    homes: dict[tuple[str, str], Place] = {}
    for case in cases:
        way: object = case
        if isinstance(case, StopCase):
            way = None if _is_left_at_once(case) else case
        elif isinstance(case, CallCase | PointCase):
            place = case.place if isinstance(case, PointCase) else case.site.place
            at_home = homes.setdefault((place.side, place.function), place) == place
            way = _way_of_call(case, at_home) if isinstance(case, CallCase) else _way_of_point(case, at_home)
        if way is not None and way not in stood_for and not _is_shown_on_the_good_run(case):
            stood_for.add(way)
            yield case


def _is_shown_on_the_good_run(case: Case) -> bool:
    never_begun = isinstance(case, PointCase) and case.kind is Kind.KILLED_ALWAYS and case.point == BEGINNING
    return case.scene != GOOD and (never_begun or case.kind in (Kind.THROTTLED_LONG, Kind.SLOW_ALWAYS))


def _way_of_call(case: CallCase, at_home: bool) -> object:  # noqa: FBT001 - beside the case it reads well
    """What all calls have in common that go the same way; None where another place stands for it."""
    place, by_function = case.site.place, case.site.by == "function"
    if case.kind is Kind.UNHEARD and is_read(case.site):
        return None
    if case.kind is Kind.THROTTLED_LONG:
        return (place, case.site.by, case.kind) if at_home or not place.function else None
    if case.kind is Kind.DENIED:
        return (place, case.site.by, case.kind, case.site.operation if at_home else None)
    return case if at_home or not by_function else None


def _way_of_point(case: PointCase, at_home: bool) -> object:  # noqa: FBT001 - as above
    """The same of a function's points."""
    if case.kind is Kind.SLOW_ALWAYS and case.point == BEGINNING:
        return None
    lost = case.point == END and case.kind in (Kind.KILLED, Kind.KILLED_ALWAYS)
    return (case.place, case.kind, case.as_at) if at_home or lost else None


def _is_left_at_once(case: StopCase) -> bool:
    _, _, machine = case.machine.partition("/")[0].replace("-", "_").partition("_")
    states = machines.states(machine) if machine in machines.NAMES else []  # a hook's machine is none of ours
    return any(name == case.state and state["Type"] in TAKE_NO_TIME for name, state, _ in states)
