"""docs/machines.md is current; read back from it, every state and every way of every definition is drawn."""

import html
import json
import re
from typing import Any

import pytest

from docs.draw_machines import MACHINES, PAGE, page
from sandbox.stage import ROOT

DEFINITIONS = sorted((ROOT / "statemachine").glob("*.asl.json"))
NODE = re.compile(r'^\s*(?:subgraph )?(?P<id>s\d+) ?[\[({/]+"(?P<label>[^"]*)"', re.MULTILINE)
EDGE = re.compile(r"^\s*(?P<one>s\d+) (?P<arrow>-->|-\.->)(?:\|[^|]*\|)? (?P<other>s\d+)$", re.MULTILINE)
ENTITY = re.compile(r"#(quot|lt|gt|35);")

type Way = tuple[str, str, str]


def test_the_page_is_what_the_definitions_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make machines`"


def test_every_machine_is_drawn() -> None:
    drawn = {name for names in MACHINES.values() for name in names}
    assert drawn == {path.name.removesuffix(".asl.json") for path in DEFINITIONS}


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.name.split(".")[0])
def test_the_drawing_shows_every_state_and_every_way(path: Any) -> None:
    definition = json.loads(path.read_text(encoding="utf-8"))
    drawing = _drawing(path.name.removesuffix(".asl.json"))
    names = {node["id"]: _plain(node["label"]) for node in NODE.finditer(drawing)}
    drawn = {(names[edge["one"]], names[edge["other"]], edge["arrow"]) for edge in EDGE.finditer(drawing)}
    states = dict(_states(definition))
    assert sorted(names.values()) == sorted(states)
    assert drawn == {way for name, state in states.items() for way in _ways(name, state)}


def _drawing(machine: str) -> str:
    part = PAGE.read_text(encoding="utf-8").partition(f"\n### {machine}\n")[2]
    return part.partition("```mermaid\n")[2].partition("```")[0]


def _plain(label: str) -> str:
    return html.unescape(ENTITY.sub(lambda found: "#" if found[1] == "35" else f"&{found[1]};", label))


def _states(node: Any) -> Any:
    """Every state below a node of a definition, however deep it lies."""
    if isinstance(node, dict):
        yield from node.get("States", {}).items()
        for each in node.values():
            yield from _states(each)
    elif isinstance(node, list):
        for each in node:
            yield from _states(each)


def _ways(name: str, state: dict[str, Any]) -> list[Way]:
    following = [rule["Next"] for rule in state.get("Choices", [])]
    following += [state[word] for word in ("Next", "Default") if word in state]
    return [
        *((name, each, "-->") for each in following),
        *((name, each["Next"], "-.->") for each in state.get("Catch", [])),
    ]
