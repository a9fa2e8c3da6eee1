"""What a turn of each waiting loop costs, counted in the machines' own definitions."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bench import ROOT

EVENTS: Final = {"Task": 5, "Choice": 2, "Wait": 2, "Pass": 2}
"""History events of a state: entered and exited; a task is scheduled, started and succeeded, too."""

type States = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop in which a machine waits for as long as it takes.

    Attributes:
        machine: Its name.
        wait: The Wait state's name.
        states: Those of one turn, the Wait first.
        events: History events of one turn.
    """

    machine: str
    wait: str
    states: tuple[str, ...]
    events: int


def loops() -> list[Loop]:
    """Return the loops of all machines that wait as long as it takes, each Wait as long as a function says."""
    return [
        loop
        for path in sorted((ROOT / "statemachine").glob("*.asl.json"))
        for states in _levels(json.loads(path.read_text(encoding="utf-8")))
        for loop in _loops(path.name.removesuffix(".asl.json"), states)
    ]


def _levels(holder: dict[str, Any]) -> Iterator[States]:
    states: States = holder["States"]
    yield states
    for state in states.values():
        inner = [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]
        for each in inner:
            yield from _levels(each)


def _loops(machine: str, states: States) -> Iterator[Loop]:
    for name, state in states.items():
        if state["Type"] != "Wait" or not str(state.get("Seconds")).endswith(".wait_seconds %}") or "Assign" in state:
            continue  # one that counts its turns is given up after so many
        turn = _turn(states, name)
        if turn:
            yield Loop(machine, name, turn, sum(EVENTS[states[each]["Type"]] for each in turn))


def _turn(states: States, wait: str) -> tuple[str, ...]:
    """Return the shortest way from a Wait back to itself on which nothing fails; empty if it is in no loop."""
    paths: deque[tuple[str, ...]] = deque([(wait,)])
    known: set[str] = set()
    while paths:
        path = paths.popleft()
        for following in _ways(states[path[-1]]):
            if following == wait:
                return path
            if following not in known:
                known.add(following)
                paths.append((*path, following))
    return ()


def _ways(state: dict[str, Any]) -> list[str]:
    found = [state.get("Next"), state.get("Default"), *(choice["Next"] for choice in state.get("Choices", []))]
    return [name for name in found if name is not None]
