"""A good run, recorded: every call, every state, every event that it is made of. The matrix is generated from it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sandbox.functions.function import BEGINNING, END
from tests.faults.places import EVENT, SCHEDULE

if TYPE_CHECKING:
    from sandbox.events.delivery import Delivery
    from sandbox.gate import Call
    from sandbox.interpreter import StateEvent
    from tests.faults.places import Place, Site, Tracker


@dataclass
class Recording:
    """What happened.

    Attributes:
        sites: Every call, with the visit at which its place first makes it.
        later: Those that a state makes again at a later visit, with the next one.
        calls: For each place, the calls of the visit that made most, in their order; kills strike between them.
        visits: How often each place was come to.
        states: Machine and state, in the order in which they were first entered.
        events: Detail type and ARN of the target, of every delivery.
    """

    sites: dict[Site, int] = field(default_factory=dict)
    later: dict[Site, int] = field(default_factory=dict)
    calls: dict[Place, tuple[int, list[Site]]] = field(default_factory=dict)
    visits: Counter[Place] = field(default_factory=Counter)
    states: list[tuple[str, str]] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)

    def of(self, machine: str) -> Recording:
        """What one machine did, without what others did meanwhile; all of it for an empty name."""
        if not machine:
            return self
        return replace(
            self,
            sites={site: visit for site, visit in self.sites.items() if site.place.cause == machine},
            later={site: visit for site, visit in self.later.items() if site.place.cause == machine},
            calls={place: each for place, each in self.calls.items() if place.cause == machine},
            states=[each for each in self.states if f"{machine}/" in f"{each[0]}/"],
        )


class Recorder:
    """Listens until it is told to stop."""

    def __init__(self, tracker: Tracker) -> None:
        self.recording = Recording()
        self._tracker = tracker
        self._now: dict[Place, list[Site]] = defaultdict(list)
        tracker.on_call.append(self._note_call)
        tracker.on_point.append(self._note_point)
        tracker.on_delivery.append(self._note_delivery)

    def stop(self) -> Recording:
        """Listen no more; what was heard."""
        self._tracker.on_call.remove(self._note_call)
        self._tracker.on_point.remove(self._note_point)
        self._tracker.on_delivery.remove(self._note_delivery)
        self.recording.visits.update(self._tracker.visits)
        return self.recording

    def note_state(self, event: StateEvent) -> None:
        """For the sandbox's `on_state`."""
        entered = (event.machine.partition("-")[2], event.state)
        if event.kind == "entered" and event.state and entered not in self.recording.states:
            self.recording.states.append(entered)

    def _note_call(self, site: Site, visit: int, _call: Call, had_effect: bool) -> None:  # noqa: FBT001 - a listener's
        if not had_effect:
            first = self.recording.sites.setdefault(site, visit)
            if visit > first and site.place.cause not in (EVENT, SCHEDULE):
                self.recording.later.setdefault(site, visit)
            if site.by == "function":
                self._now[site.place].append(site)

    def _note_point(self, place: Place, visit: int, point: int) -> bool:
        if point == BEGINNING:
            self._now[place] = []
        if point == END:
            known = self.recording.calls.get(place)
            if known is None or len(self._now[place]) > len(known[1]):
                self.recording.calls[place] = (visit, self._now[place])
        return False

    def _note_delivery(self, delivery: Delivery) -> None:
        event = (str(delivery.event["detail-type"]), delivery.target_arn)
        if event not in self.recording.events:
            self.recording.events.append(event)
