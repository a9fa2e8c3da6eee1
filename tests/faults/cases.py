"""Every case of the matrix: what goes wrong, and where. All of them follow from recordings of runs without a fault."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sandbox.accounts import ACCOUNTS, SOURCE
from sandbox.functions.function import BEGINNING, END
from tests.faults.kinds import Kind
from tests.faults.settings import DEADLINE_HOURS
from tests.faults.strikes import CallStrike, PointStrike, StopStrike

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.events.delivery import Delivery
    from sandbox.world import Sandbox
    from tests.faults.ground import Ground
    from tests.faults.places import Place, Site

MINUTE, HOUR = 60.0, 3600.0
UNKNOWN_STATUS = "reticulating-splines"
THIRD = "333333333333"
FORGED = {"role_arn": f"arn:aws:iam::{THIRD}:role/anybody"}
HEARS_ANSWERS = "snapferry-source-HearAnswerFunction"


class Strike(Protocol):
    """A fault that is armed."""

    @property
    def struck(self) -> bool:
        """Whether its moment has come."""

    def disarm(self) -> None:
        """Take it away."""


@dataclass(frozen=True)
class Case(ABC):
    """One fault at one place, in one scene."""

    scene: str
    kind: Kind

    def __str__(self) -> str:
        return f"{self.scene}: {self.where}: {self.kind}"

    @property
    @abstractmethod
    def where(self) -> str:
        """Where it strikes, as the page and the command line name it."""

    @property
    def at(self) -> object:
        """What it befalls."""
        return self.where

    @abstractmethod
    def arm(self, ground: Ground) -> Strike:
        """Let it happen on this ground."""


@dataclass(frozen=True)
class CallCase(Case):
    """An API call, at one visit of its place."""

    site: Site
    visit: int
    again: bool = False
    """Not where the place first makes the call: a poll's later look."""

    @property
    def where(self) -> str:
        """The site."""
        return f"{self.site}{' again' if self.again else ''}"

    @property
    def at(self) -> object:
        """The state: it is repeated with everything in it."""
        return (self.site.place.side, self.site.place.state)

    @property
    def keeps_out(self) -> bool:
        """Whether the state's function is not begun."""
        refused = self.kind in (Kind.THROTTLED, Kind.BROKEN)
        return refused and self.site.request == ("machine", "lambda", "Invoke")

    def arm(self, ground: Ground) -> Strike:
        """At the tracker."""
        return CallStrike(ground.tracker, self.kind, self.site, self.visit)


@dataclass(frozen=True)
class PointCase(Case):
    """A point of a function's invocation: BEGINNING, END, or before the call of a number."""

    place: Place
    visit: int
    point: int
    before: str
    """What would come next, in words."""
    as_at: int
    """The earliest point at which nothing is otherwise than here."""

    @property
    def where(self) -> str:
        """The place and the point."""
        return f"{self.place}: {self.place.function} {self.before}"

    @property
    def at(self) -> object:
        """The state, as for calls: those are points of it."""
        return (self.place.side, self.place.state)

    def arm(self, ground: Ground) -> Strike:
        """At the tracker."""
        return PointStrike(ground.tracker, self.kind, self.place, self.visit, self.point)


class _OfFaults:
    """One of the sandbox's own faults."""

    def __init__(self, fault: Any, faults: list[Any]) -> None:
        self._fault, self._faults = fault, faults

    @property
    def struck(self) -> bool:
        return bool(self._fault.strokes)

    def disarm(self) -> None:
        if self._fault in self._faults:
            self._faults.remove(self._fault)


@dataclass(frozen=True)
class EventCase(Case):
    """An event on its way to one target: the other account's bus, or the function that hears it."""

    detail_type: str
    target: str
    """ARN, or pattern."""
    first: int = 1
    """The delivery that is meant, from 1."""

    @property
    def where(self) -> str:
        """Event and target."""
        return f'event "{self.detail_type}" to {self.target.split(":", 4)[-1].replace("*", "")}'

    def arm(self, ground: Ground) -> Strike:
        """By the sandbox's faults of events."""
        times = None if self.kind in (Kind.NEVER, Kind.LOST) else 1
        fault = ground.sandbox.faults.event(self.detail_type, target=self.target, times=times)
        deeds: dict[Kind, Callable[[], object]] = {
            Kind.LOST: fault.lost,
            Kind.NEVER: fault.lost,
            Kind.DOUBLED: lambda: fault.doubled(apart=1.0),
            Kind.TWICE: lambda: fault.doubled(apart=1.0),
            Kind.LATE: lambda: fault.delayed(8 * MINUTE),
            Kind.TOO_LATE: lambda: fault.delayed(DEADLINE_HOURS * HOUR + 30 * MINUTE),
            Kind.OUT_OF_ORDER: lambda: fault.doubled(apart=12 * MINUTE),
        }
        deeds[self.kind]()
        return _OfFaults(fault, ground.sandbox.faults._events.all)  # noqa: SLF001 - there is no other way to end one


@dataclass(frozen=True)
class WaitCase(Case):
    """Something that RDS makes, and that is waited for."""

    what: str
    pattern: str
    account_id: str

    @property
    def where(self) -> str:
        """What is waited for."""
        return self.what

    def arm(self, ground: Ground) -> Strike:
        """By the sandbox's faults of RDS's work."""
        account = next(one for one in ACCOUNTS if one.id == self.account_id)
        fault = ground.sandbox.faults.rds(self.pattern, account=account)
        deeds: dict[Kind, Callable[[], object]] = {
            Kind.FAILS: fault.ends_failed,
            Kind.UNKNOWN: lambda: fault.shows(UNKNOWN_STATUS, 20 * MINUTE),
            Kind.UNKNOWN_ALWAYS: lambda: fault.shows(UNKNOWN_STATUS),
            Kind.STUCK: fault.sticks,
        }
        deeds[self.kind]()
        return _OfFaults(fault, ground.sandbox.faults._works.all)  # noqa: SLF001 - there is no other way to end one


@dataclass(frozen=True)
class ForgedCase(Case):
    """An answer that nobody should believe, while a question is open: as the question comes to the target."""

    question: str
    by_bus: bool
    """Put on the source's own bus; else handed to the function in an envelope of a third account."""

    @property
    def where(self) -> str:
        """The question and the way."""
        return f'"{self.question}", {"by the own bus" if self.by_bus else "by a third account"}'

    @property
    def at(self) -> object:
        """The question's event."""
        return self.question

    def arm(self, ground: Ground) -> Strike:
        """At the tracker."""
        return _Forger(ground, self)


class _Forger:
    def __init__(self, ground: Ground, case: ForgedCase) -> None:
        self.struck = False
        self._ground, self._case = ground, case
        ground.tracker.on_delivery.append(self._listen)

    def disarm(self) -> None:
        self._ground.tracker.on_delivery.remove(self._listen)

    def _listen(self, delivery: Delivery) -> None:
        if delivery.event["detail-type"] != self._case.question or delivery.is_to_a_bus or self.struck:
            return
        self.struck = True
        transfer = str(delivery.event["detail"]["transfer"])
        if self._case.kind is Kind.UNASKED:
            transfer = transfer[::-1]
        for reply in ("Accepted", "Failed"):
            detail = {"version": 1, "transfer": transfer, "question": self._case.question, "source_account": SOURCE.id}
            self._put(self._ground.sandbox, reply, {**detail, "reply": reply, "result": FORGED})

    def _put(self, sandbox: Sandbox, reply: str, detail: dict[str, Any]) -> None:
        if self._case.by_bus:
            entry = {"Source": "snapferry.target", "DetailType": reply, "Detail": json.dumps(detail)}
            sandbox.client("events", SOURCE).put_events(Entries=[{**entry, "EventBusName": "snapferry"}])
            return
        event = {"source": "snapferry.target", "detail-type": reply, "account": THIRD, "detail": detail}
        sandbox.client("lambda", SOURCE).invoke(
            FunctionName=HEARS_ANSWERS, InvocationType="Event", Payload=json.dumps({**event, "id": "1", "version": "0"})
        )


@dataclass(frozen=True)
class StopCase(Case):
    """A state at which somebody stops the execution."""

    machine: str
    state: str

    @property
    def where(self) -> str:
        """Machine and state."""
        return f"{self.machine.replace('-', ' ', 1)}, {self.state}"

    def arm(self, ground: Ground) -> Strike:
        """At the sandbox's states."""
        return StopStrike(ground.sandbox, self.machine, self.state)


def point_name(point: int, calls: list[Site]) -> str:
    """A point in words."""
    if point == BEGINNING:
        return "at its beginning"
    if point == END:
        return "when it is done"
    site = calls[point - 1]
    return f"before {site.operation}{f' {site.number}' if site.number > 1 else ''}"
