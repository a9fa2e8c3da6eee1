"""Faults of events on their way to a rule's target: lost, doubled, late."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.clock import Clock
    from sandbox.events import Events
    from sandbox.events.delivery import Delivery
    from sandbox.faults.turns import Turns


@dataclass
class EventFault:
    """Deliveries of events of one kind, and what befalls them; each method gives the fault itself."""

    detail_type: str
    """Or a pattern."""
    target: str
    """Pattern of the target's ARN. An event that crosses accounts is delivered twice: to the bus, and from there."""
    turns: Turns
    _delays: Sequence[float] = (0.0,)

    @property
    def strokes(self) -> list[float]:
        """When it struck; see `Turns`."""
        return self.turns.strokes

    def lost(self) -> EventFault:
        """Nobody ever gets it, and no queue does."""
        return self._come(())

    def doubled(self, apart: float = 0.0) -> EventFault:
        """It comes twice, so many virtual seconds apart: at least once is all that EventBridge promises."""
        return self._come((0.0, apart))

    def delayed(self, seconds: float) -> EventFault:
        """It comes late; later events that are not delayed overtake it."""
        return self._come((seconds,))

    def delays(self, delivery: Delivery, now: float) -> Sequence[float] | None:
        """When and how often it shall come; None for no say."""
        matches = fnmatchcase(delivery.event["detail-type"], self.detail_type)
        if not matches or not fnmatchcase(delivery.target_arn, self.target) or not self.turns.strikes(now):
            return None
        return self._delays

    def _come(self, delays: Sequence[float]) -> EventFault:
        self._delays = delays
        return self


class EventFaults:
    """All faults of events."""

    def __init__(self, events: Events, clock: Clock) -> None:
        self.all: list[EventFault] = []
        self._clock = clock
        events.before_delivery.append(self._delays)

    def _delays(self, delivery: Delivery) -> Sequence[float] | None:
        said = [fault.delays(delivery, self._clock.now) for fault in list(self.all)]
        return next((delays for delays in said if delays is not None), None)
