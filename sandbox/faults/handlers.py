"""Faults of functions: killed, or slower than they may be."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sandbox.functions.function import BEGINNING, END, Killed

if TYPE_CHECKING:
    from sandbox.clock import Clock
    from sandbox.faults.turns import Turns
    from sandbox.functions import Functions, FunctionSpec


@dataclass
class FunctionFault:
    """Invocations of the functions of one name, and where their end comes; each method gives the fault itself."""

    name: str
    """Of the function, or a pattern: `*CopySnapshot*`."""
    turns: Turns
    _point: int | None = None
    _hangs: bool = False

    @property
    def strokes(self) -> list[float]:
        """When it struck; see `Turns`."""
        return self.turns.strokes

    def killed_before_it_begins(self) -> FunctionFault:
        """Its process dies, and it has done nothing."""
        return self._at(BEGINNING)

    def killed_before_call(self, number: int) -> FunctionFault:
        """Its process dies just before its API call of this number, counted from 1, is sent."""
        return self._at(number)

    def killed_when_done(self) -> FunctionFault:
        """It has done everything, and nobody hears of it."""
        return self._at(END)

    def too_slow_to_begin(self) -> FunctionFault:
        """Its time is over before it has done anything."""
        return self._at(BEGINNING, hangs=True)

    def too_slow_to_answer(self) -> FunctionFault:
        """It has done everything, and its time is over before it says so."""
        return self._at(END, hangs=True)

    def comes_to(self, spec: FunctionSpec, point: int, now: float) -> bool:
        """Whether the invocation hangs here.

        Raises:
            Killed: its process dies here.
        """
        if point != self._point or not fnmatchcase(spec.name, self.name) or not self.turns.strikes(now):
            return False
        if not self._hangs:
            raise Killed
        return True

    def _at(self, point: int, *, hangs: bool = False) -> FunctionFault:
        self._point, self._hangs = point, hangs
        return self


class FunctionFaults:
    """All faults of functions."""

    def __init__(self, functions: Functions, clock: Clock) -> None:
        self.all: list[FunctionFault] = []
        self._clock = clock
        functions.at_points.append(self._comes_to)

    def _comes_to(self, spec: FunctionSpec, point: int) -> bool:
        return any(fault.comes_to(spec, point, self._clock.now) for fault in list(self.all))
