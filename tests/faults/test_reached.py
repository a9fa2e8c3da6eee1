"""Nothing is left out of the matrix: some scene reaches every function, and every state that calls somebody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sandbox.stage import ROOT
from tests.faults.matrix import by_setting
from tests.faults.scenes import SCENES
from tests.statemachine import machines

if TYPE_CHECKING:
    from tests.faults.matrix import Troupe
    from tests.faults.recording import Recording

TEMPLATES = {"source": "template.yaml", "target": "template-target.yaml"}
CALLING = ("Task", "Map", "Parallel")
NOT_REACHED: dict[str, str] = {}
"""Functions and states that no scene reaches, each with the reason; it is empty for as long as there is none."""


@pytest.fixture(scope="module")
def recordings(troupe: Troupe) -> dict[str, Recording]:
    return {scene: troupe.record(scene) for scenes in by_setting(SCENES, lambda scene: scene) for scene in scenes}


@pytest.mark.long
def test_every_function_and_every_calling_state_is_reached_by_a_scene(recordings: dict[str, Recording]) -> None:
    reached = {name for recording in recordings.values() for name in _reached(recording)}
    assert _all() - reached == set(NOT_REACHED)


def _reached(recording: Recording) -> set[str]:
    functions = {f"{place.side} function {place.function}" for place in recording.visits if place.function}
    states = {tuple(each) for each in recording.states}
    return functions | {f"{machine.partition('/')[0]}: {state}" for machine, state in states}


def _all() -> set[str]:
    functions = {
        f"{side} function {name}"
        for side, template in TEMPLATES.items()
        for name in re.findall(r"^  (\w+)Function:$", (ROOT / template).read_text(encoding="utf-8"), re.MULTILINE)
    }
    states = {
        f"{_side(machine)}-{machine.replace('_', '-')}: {name}"
        for machine in machines.NAMES
        for name, state, _ in machines.states(machine)
        if state["Type"] in CALLING
    }
    return functions | states


def _side(machine: str) -> str:
    template = (ROOT / TEMPLATES["source"]).read_text(encoding="utf-8")
    return "source" if f"statemachine/{machine}.asl.json" in template else "target"
