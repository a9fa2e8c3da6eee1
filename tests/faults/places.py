"""Where a call happens: in which function, invoked by which state, event or schedule, and which call of its kind it is.

The same tracker records a good run and, later, tells a fault that its moment has come; so a fault strikes exactly the
call that was recorded, whatever was repeated before it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.accounts import ACCOUNTS
from sandbox.functions.function import BEGINNING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.events.delivery import Delivery
    from sandbox.functions import FunctionSpec
    from sandbox.gate import Call
    from sandbox.interpreter import StateEvent
    from sandbox.world import Sandbox

EVENT, SCHEDULE = "event", "schedule"
READS = ("Describe", "Get", "List", "Query")
LOOKING = "Look at the database"  # one state for many waits: what is waited for tells them apart
_OF_STACK = re.compile(r"snapferry-(?:source|target)-")
_OF_MACHINE = re.compile(r"snapferry-(?:source|target)-(?P<name>\w+)MachineRole")
_ITS_OWN = ("DescribeExecution", "StopExecution")  # of `.sync`: Step Functions sees to them, and tells nobody
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_SIDES = {account.id: account.profile for account in ACCOUNTS}


@dataclass(frozen=True, order=True)
class Place:
    """One function's work for one cause.

    Attributes:
        side: `source` or `target`.
        cause: The machine, or EVENT or SCHEDULE.
        state: The state's name, the event's detail type, or the schedule's.
        after: The task that the machine did before; empty where that makes no difference.
        function: Without the stack's name and without `Function`; empty for what a machine does by itself.
    """

    side: str
    cause: str
    state: str
    after: str
    function: str

    def __str__(self) -> str:
        after = f" after {self.after}" if self.after else ""
        return f"{self.side} {self.cause}, {self.state}{after}"


@dataclass(frozen=True, order=True)
class Site:
    """One API call in the program.

    Attributes:
        by: `function`, or whoever invokes it: `machine`, `schedule`.
        number: The how-manieth call of this operation in one invocation, from 1.
    """

    place: Place
    by: str
    service: str
    operation: str
    number: int = 1

    def __str__(self) -> str:
        number = f" {self.number}" if self.number > 1 else ""
        return f"{self.place}: {self.service} {self.operation}{number}"

    @property
    def request(self) -> tuple[str, str, str]:
        """Who calls what, wherever it be."""
        return self.by, self.service, self.operation


def is_read(site: Site) -> bool:
    """Whether a call changes nothing: it has no effect that a lost answer could hide."""
    return site.operation.startswith(READS)


type CallListener = Callable[[Site, int, Call, bool], None]
"""Is told the site, the visit, the call, and whether it has had its effect."""
type PointListener = Callable[[Place, int, int], bool]
"""Is told the place, the visit, and the point of the invocation; see `sandbox.functions.function.PointHook`."""


class Tracker:
    """Follows every call of both accounts' functions, state machines and schedules."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.on_call: list[CallListener] = []
        self.on_point: list[PointListener] = []
        self.on_delivery: list[Callable[[Delivery], None]] = []
        self._states: dict[str, str] = {}
        self._tasks: dict[str, list[str]] = {}
        self._places: dict[str, Place] = {}
        self._numbers: Counter[tuple[str, str, str]] = Counter()
        self._sites: dict[int, Site] = {}
        self.visits: Counter[Place] = Counter()
        """How often a place was come to; a state's retries are one visit."""
        sandbox.on_state.append(self._enter)
        sandbox.gate.before.append(self._before)
        sandbox.gate.after.append(self._after)
        sandbox.functions.at_points.append(self._at_point)
        sandbox.events.before_delivery.append(self._deliver)

    def begin(self) -> None:
        """A transfer is about to start: count anew."""
        for counted in (self._states, self._tasks, self._places, self._numbers, self._sites, self.visits):
            counted.clear()

    def _enter(self, event: StateEvent) -> None:
        if event.kind != "entered" or not event.state:
            return
        machine = _OF_STACK.sub("", event.machine).partition("/")[0]  # children of a Map are of its machine
        self._states[machine] = event.state
        tasks = self._tasks.setdefault(machine, [])
        if event.type == "TaskStateEntered" and tasks[-1:] != [event.state]:
            tasks.append(event.state)
        self._fresh = machine
        for kind in [kind for kind in self._numbers if kind[0] == f"{_SIDES[event.account]} {machine}, {event.state}"]:
            del self._numbers[kind]

    def _before(self, call: Call) -> None:
        site = self._site(call)
        if site is not None:
            self._sites[id(call)] = site
            for listener in list(self.on_call):
                listener(site, self.visits[site.place], call, False)

    def _after(self, call: Call) -> None:
        site = self._sites.pop(id(call), None)
        if site is not None:
            for listener in list(self.on_call):
                listener(site, self.visits[site.place], call, True)

    def _site(self, call: Call) -> Site | None:
        role, _, session = call.caller.arn.partition("assumed-role/")[2].partition("/")
        if call.service == "lambda" and call.operation == "Invoke":
            return self._invoking(call, role)
        if of_machine := _OF_MACHINE.fullmatch(role):
            return self._by_machine(call, _machine_name(of_machine))
        place = self._places.get(f"{call.caller.account} {session}")
        if place is None:
            return None
        kind = (session, call.service, call.operation)
        self._numbers[kind] += 1
        return Site(place, "function", call.service, call.operation, self._numbers[kind])

    def _by_machine(self, call: Call, machine: str) -> Site | None:
        """What a state does without a function: it starts an execution, it reads and writes what a Map is about."""
        if call.operation in _ITS_OWN:
            return None
        place = Place(_SIDES[call.caller.account], machine, self._states[machine], "", "")
        if self._fresh == machine:
            self.visits[place] += 1
            self._fresh = None
        kind = (str(place), call.service, call.operation)
        self._numbers[kind] += 1
        return Site(place, "machine", call.service, call.operation, self._numbers[kind])

    def _invoking(self, call: Call, role: str) -> Site:
        name = str(call.parameters["FunctionName"]).rpartition(":")[2]
        side = _SIDES[call.caller.account]
        if of_machine := _OF_MACHINE.fullmatch(role):
            machine = _machine_name(of_machine)
            state = self._states[machine]
            after = self._tasks[machine][-2:-1] if state == LOOKING else []
            place = Place(side, machine, state, "".join(after), _short(name))
            by = "machine"
        else:
            place, by = Place(side, SCHEDULE, _OF_STACK.sub("", role), "", _short(name)), SCHEDULE
        if by == SCHEDULE or self._fresh is not None:
            self.visits[place] += 1
            self._fresh = None
        self._places[f"{call.caller.account} {name}"] = place
        return Site(place, by, call.service, call.operation)

    _fresh: str | None = None
    """The machine that has entered a state and not yet invoked its function."""

    def _deliver(self, delivery: Delivery) -> None:
        for listener in list(self.on_delivery):
            listener(delivery)
        if ":function:" in delivery.target_arn:
            name = delivery.target_arn.rpartition(":")[2]
            kind = delivery.event["detail-type"]
            place = Place(_SIDES[delivery.account], EVENT, kind, "", _short(name))
            self._places[f"{delivery.account} {name}"] = place

    def _at_point(self, spec: FunctionSpec, point: int) -> bool:
        place = self._places.get(f"{spec.account} {spec.name}")
        if place is None:
            return False
        if point == BEGINNING:
            for kind in [kind for kind in self._numbers if kind[0] == spec.name]:
                del self._numbers[kind]
            self.visits[place] += place.cause == EVENT
        return sum(listener(place, self.visits[place], point) for listener in list(self.on_point)) > 0


def _machine_name(role: re.Match[str]) -> str:
    return _CAPITAL.sub("-", role["name"]).lower()


def _short(function: str) -> str:
    return _OF_STACK.sub("", function).removesuffix("Function")
