"""Faults at the moment that a case names. Each is armed when it is made, and says whether it has struck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.accounts import ACCOUNTS
from sandbox.faults.errors import denied, server_error, throttled
from sandbox.functions.function import BEGINNING, END, Killed
from tests.faults.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.gate import AwsError, Call
    from sandbox.interpreter import StateEvent
    from sandbox.world import Sandbox
    from tests.faults.places import Place, Site, Tracker

LINGERS = 1.0  # virtual seconds: what befalls a state that takes no time takes effect before the next
_ERRORS: dict[Kind, Callable[[Call], AwsError]] = {
    Kind.THROTTLED: throttled,
    Kind.THROTTLED_LONG: throttled,
    Kind.BROKEN: server_error,
    Kind.UNHEARD: server_error,
    Kind.DENIED: denied,
}
_LASTING = frozenset({Kind.THROTTLED_LONG, Kind.DENIED, Kind.KILLED_ALWAYS, Kind.SLOW_ALWAYS})


class CallStrike:
    """Refuses one call; or, if the kind lasts, from that call on every one of the same function and operation."""

    def __init__(self, tracker: Tracker, kind: Kind, site: Site, visit: int) -> None:
        self.struck = False
        self._tracker, self._kind, self._site, self._visit = tracker, kind, site, visit
        tracker.on_call.append(self._listen)

    def disarm(self) -> None:
        """Somebody has mended it."""
        self._tracker.on_call.remove(self._listen)

    def _listen(self, site: Site, visit: int, call: Call, had_effect: bool) -> None:  # noqa: FBT001 - a listener's
        if had_effect is not (self._kind is Kind.UNHEARD):
            return
        if (site, visit) == (self._site, self._visit) and not self.struck:
            self.struck = True
            raise _ERRORS[self._kind](call)
        if self.struck and self._kind in _LASTING and _is_alike(site, self._site):
            raise _ERRORS[self._kind](call)


class PointStrike:
    """Ends one invocation at one point; or, if the kind lasts, every later one of the function there."""

    def __init__(self, tracker: Tracker, kind: Kind, place: Place, visit: int, point: int) -> None:
        self.struck = False
        self._tracker, self._kind, self._place, self._visit, self._point = tracker, kind, place, visit, point
        tracker.on_point.append(self._listen)

    def disarm(self) -> None:
        """Somebody has mended it."""
        self._tracker.on_point.remove(self._listen)

    def _listen(self, place: Place, visit: int, point: int) -> bool:
        is_the_first = not self.struck and (place, visit) == (self._place, self._visit)
        goes_on = self.struck and self._kind in _LASTING and self._concerns(place)
        if point != self._point or not (is_the_first or goes_on):
            return False
        self.struck = True
        if self._kind in (Kind.KILLED, Kind.KILLED_ALWAYS):
            raise Killed
        return True

    def _concerns(self, place: Place) -> bool:
        """A call's number means another call elsewhere; beginning and end are the same everywhere."""
        if self._point in (BEGINNING, END):
            return (place.side, place.function) == (self._place.side, self._place.function)
        return place == self._place


class StopStrike:
    """Stops an execution as it enters a state, or as an execution of another machine does."""

    def __init__(self, sandbox: Sandbox, machine: str, state: str, whom: str = "") -> None:
        self.struck = False
        self._sandbox, self._machine, self._state, self._whom = sandbox, machine, state, whom or machine
        self._latest: dict[str, str] = {}
        sandbox.on_state.append(self._listen)

    def disarm(self) -> None:
        """Listen no more."""
        self._sandbox.on_state.remove(self._listen)

    def _listen(self, event: StateEvent) -> None:
        machine = event.machine.partition("-")[2]
        self._latest[machine] = event.execution_arn
        entered = (event.kind, machine, event.state)
        if entered == ("entered", self._machine, self._state) and not self.struck:
            self.struck = True
            account = next(one for one in ACCOUNTS if one.id == event.account)
            arn = self._latest[self._whom]
            self._sandbox.client("stepfunctions", account).stop_execution(executionArn=arn)
            self._sandbox.clock.sleep(LINGERS)


def _is_alike(site: Site, other: Site) -> bool:
    return (site.place.side, site.place.function, site.request) == (
        other.place.side,
        other.place.function,
        other.request,
    )
