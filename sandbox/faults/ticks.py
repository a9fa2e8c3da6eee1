"""Faults of EventBridge Scheduler: a schedule that fires twice, late, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sandbox.clock import Clock
    from sandbox.faults.turns import Turns
    from sandbox.scheduler import Scheduler
    from sandbox.scheduler.schedule import Schedule


@dataclass
class TickFault:
    """The times at which a schedule is due, and what befalls them; each method gives the fault itself."""

    name: str
    """The schedule's, or a pattern."""
    turns: Turns
    _delays: Sequence[float] = (0.0,)

    @property
    def strokes(self) -> list[float]:
        """When it struck; see `Turns`."""
        return self.turns.strokes

    def doubled(self, apart: float = 0.0) -> TickFault:
        """It fires twice, so many virtual seconds apart: at least once is all that Scheduler promises."""
        return self._come((0.0, apart))

    def delayed(self, seconds: float) -> TickFault:
        """It fires late."""
        return self._come((seconds,))

    def lost(self) -> TickFault:
        """It does not fire, and no queue knows of it."""
        return self._come(())

    def delays(self, schedule: Schedule, now: float) -> Sequence[float] | None:
        """When and how often the target is invoked; None for no say."""
        if not fnmatchcase(schedule.name, self.name) or not self.turns.strikes(now):
            return None
        return self._delays

    def _come(self, delays: Sequence[float]) -> TickFault:
        self._delays = delays
        return self


class TickFaults:
    """All faults of schedules."""

    def __init__(self, scheduler: Scheduler, clock: Clock) -> None:
        self.all: list[TickFault] = []
        self._clock = clock
        scheduler.before_firing.append(self._delays)

    def _delays(self, schedule: Schedule, _due: datetime) -> Sequence[float] | None:
        said = [fault.delays(schedule, self._clock.now) for fault in list(self.all)]
        return next((delays for delays in said if delays is not None), None)
