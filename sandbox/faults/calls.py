"""Faults of API calls: throttled, failed before or after the effect, denied, slow, or overtaken by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from sandbox.faults.errors import denied, server_error, throttled

if TYPE_CHECKING:
    from sandbox.faults.turns import Turns
    from sandbox.gate import AwsError, Call, Gate

Deed = Callable[["Call"], None]


class Moment(Enum):
    """Before the call has its effect, or after it."""

    BEFORE = "before"
    AFTER = "after"


@dataclass
class CallFault:
    """Calls of one kind, and what befalls them; choose it with one of the methods, each gives the fault itself."""

    service: str
    operation: str
    by: str
    """A part of the caller's ARN: a function's name, a role's, an account's id; empty for everybody."""
    turns: Turns
    _deeds: dict[Moment, Deed] = field(default_factory=dict)
    _at_it: bool = False

    @property
    def strokes(self) -> list[float]:
        """When it struck; see `Turns`."""
        return self.turns.strokes

    def throttled(self) -> CallFault:
        """Refused for the rate of calls, with the service's own code."""
        return self._raising(Moment.BEFORE, throttled)

    def denied(self) -> CallFault:
        """Refused as if a policy were missing."""
        return self._raising(Moment.BEFORE, denied)

    def fails(self) -> CallFault:
        """Status 500, and nothing has happened."""
        return self._raising(Moment.BEFORE, server_error)

    def loses_its_answer(self) -> CallFault:
        """Status 500, although all that was asked for has happened."""
        return self._raising(Moment.AFTER, server_error)

    def refused(self, error: AwsError) -> CallFault:
        """Refused with this error."""
        return self._raising(Moment.BEFORE, lambda _: error)

    def slow(self, seconds: float) -> CallFault:
        """The answer takes so many more virtual seconds to a function, which may meanwhile time out."""

        def delay(call: Call) -> None:
            call.delay = seconds

        self._deeds[Moment.BEFORE] = delay
        return self

    def meanwhile(self, deed: Callable[[], object]) -> CallFault:
        """Somebody else does something just before the call has its effect: between our read and our write."""

        def let_them(_: Call) -> None:
            deed()

        self._deeds[Moment.BEFORE] = let_them
        return self

    def meets(self, call: Call, moment: Moment, now: float) -> None:
        """Strike, if this is its call and its moment.

        Raises:
            AwsError: what the fault answers.
        """
        deed = self._deeds.get(moment)
        if deed is None or self._at_it or not self._matches(call) or not self.turns.strikes(now):
            return
        self._at_it = True  # what it does may be a call of the same kind
        try:
            deed(call)
        finally:
            self._at_it = False

    def _matches(self, call: Call) -> bool:
        return (call.service, call.operation) == (self.service, self.operation) and self.by in call.caller.arn

    def _raising(self, moment: Moment, error: Callable[[Call], AwsError]) -> CallFault:
        def refuse(call: Call) -> None:
            raise error(call)

        self._deeds[moment] = refuse
        return self


class CallFaults:
    """All faults of calls, at the gate."""

    def __init__(self, gate: Gate) -> None:
        self.all: list[CallFault] = []
        gate.before.append(lambda call: self._meet(call, Moment.BEFORE))
        gate.after.append(lambda call: self._meet(call, Moment.AFTER))

    def _meet(self, call: Call, moment: Moment) -> None:
        if moment is Moment.AFTER and call.error is not None:
            return  # it had no effect
        for fault in list(self.all):
            fault.meets(call, moment, call.time)
