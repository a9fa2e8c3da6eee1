"""Draw every state machine from its definition, in Mermaid: `make machines` writes docs/machines.md anew."""  # noqa: INP001 - docs is a folder of documents, no package

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "machines.md"
MACHINES: Final = {
    "In the source account": ("ferry_snapshot", "ferry_fleet", "close_access"),
    "In the target account": ("receive_snapshot", "restore_database", "switch_back", "apply_retention", "take_back"),
}
"""In the order in which a reader meets them."""
HEAD: Final = """\
# The state machines

Drawn from the definitions in `statemachine/` by `make machines`. A rectangle is a task, a rhombus a choice, a round
box a wait; a thick frame ends the execution, or the box around it. Solid arrows are the way on, dotted ones what an
error leads to. A task without a dotted arrow hands its error to the box around it.
"""
SHAPES: Final = {
    "Task": '["{}"]',
    "Pass": '[/"{}"/]',
    "Choice": '{{"{}"}}',
    "Wait": '(["{}"])',
    "Succeed": '[["{}"]]:::good',
    "Fail": '[["{}"]]:::bad',
}
STYLES: Final = ("classDef good stroke:#2e7d32,stroke-width:3px", "classDef bad stroke:#c62828,stroke-width:3px")
EVERY_ERROR: Final = "States.ALL"
INDENT: Final = "    "

type Definition = dict[str, Any]


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for account, names in MACHINES.items():
        parts.append(f"\n## {account}\n")
        parts += [section(name) for name in names]
    return "".join(parts)


def section(name: str) -> str:
    """One machine: its name, what its definition says of it, and its drawing."""
    definition = json.loads((ROOT / "statemachine" / f"{name}.asl.json").read_text(encoding="utf-8"))
    return f"\n### {name}\n\n{definition['Comment']}\n\n```mermaid\n{drawing(definition)}```\n"


def drawing(definition: Definition) -> str:
    """A machine as a flowchart; a state's number follows the order of the definition."""
    numbers = {state: f"s{number}" for number, state in enumerate(_names(definition), start=1)}
    lines = ["flowchart TD", *_flow(definition, numbers), *STYLES]
    return "\n".join([lines[0], *(INDENT + line for line in lines[1:])]) + "\n"


def flows(state: Definition) -> Iterator[Definition]:
    """The flows inside a Parallel or a Map."""
    yield from state.get("Branches", [])
    if "ItemProcessor" in state:
        yield state["ItemProcessor"]


def ways(state: Definition) -> Iterator[tuple[str, str, bool]]:
    """Where a state leads: the next state, when, and whether it is an error that leads there."""
    for rule in state.get("Choices", []):
        yield rule["Next"], _condition(rule["Condition"]), False
    if "Default" in state:
        yield state["Default"], "otherwise", False
    if "Next" in state:
        yield state["Next"], "", False
    caught: dict[str, list[str]] = {}
    for catcher in state.get("Catch", []):
        caught.setdefault(catcher["Next"], []).extend(catcher["ErrorEquals"])
    for following, errors in caught.items():
        yield following, "any error" if EVERY_ERROR in errors else ", ".join(errors), True


def _names(flow: Definition) -> Iterator[str]:
    for name, state in flow["States"].items():
        yield name
        for inner in flows(state):
            yield from _names(inner)


def _flow(flow: Definition, numbers: dict[str, str]) -> Iterator[str]:
    for name, state in flow["States"].items():
        yield from _box(name, state, numbers)
    for name, state in flow["States"].items():
        for following, when, is_error in ways(state):
            arrow = "-.->" if is_error else "-->"
            yield f"{numbers[name]} {arrow}{f'|"{_text(when)}"|' if when else ''} {numbers[following]}"


def _box(name: str, state: Definition, numbers: dict[str, str]) -> Iterator[str]:
    inside = list(flows(state))
    if not inside:
        yield numbers[name] + SHAPES[state["Type"]].format(_text(name))
        return
    yield f'subgraph {numbers[name]} ["{_text(name)}"]'
    for each in inside:
        yield from (INDENT + line for line in _flow(each, numbers))
    yield "end"


def _condition(expression: str) -> str:
    return expression.removeprefix("{%").removesuffix("%}").strip().replace("$", "")


def _text(words: str) -> str:
    """Words between quotation marks: Mermaid writes these signs as entities."""
    for sign, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        words = words.replace(sign, entity)
    return words


if __name__ == "__main__":
    main()
