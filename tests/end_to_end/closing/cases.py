"""Every way in which a transfer may die, at every state of its machine, and which of the closers do not come then."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tests.statemachine import machines

MACHINE = "ferry_snapshot"


class Way(StrEnum):
    """How it dies."""

    STOPPED = "StopExecution as the state begins"
    WORKING = "StopExecution while the state's function works: that goes on, 20 seconds later"
    KILLED = "The state's function killed before it has done anything, as often as it is tried"
    SILENCED = "The state's function killed when it has done everything, as often as it is tried"
    DELETED = "DeleteStateMachine as the state begins"
    LEAPT = "The clock jumps past the end time as the state begins"


class Off(StrEnum):
    """Who does not come to close."""

    NOBODY = "everybody at work"
    EVENT = "status event lost"
    SWEEPER = "and the sweeper's schedule stopped"


OF_FUNCTIONS = frozenset({Way.WORKING, Way.KILLED, Way.SILENCED})


@dataclass(frozen=True)
class Case:
    """One transfer that dies."""

    state: str
    way: Way
    off: Off

    def __str__(self) -> str:
        return f"{self.state}, {self.way.name.lower()}, {self.off.name.lower()} off"


def states() -> dict[str, str | None]:
    """Every state of the machine by its definition, in its order; with the function that it invokes, if it does."""
    found = machines.states(MACHINE)
    return {name: machines.function_of(state) if state["Type"] == "Task" else None for name, state, _ in found}


def cases(way: Way) -> list[Case]:
    """Every state at which a transfer can die so, three times."""
    at = [state for state, function in states().items() if function or way not in OF_FUNCTIONS]
    return [Case(state, way, off) for off in Off for state in at]
