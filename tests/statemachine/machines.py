"""The state machines' definitions, taken apart for the tests: levels, states, and the ways between them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.deploy.loading import load_template

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.name.removesuffix(".asl.json") for path in (ROOT / "statemachine").glob("*.asl.json"))
TEMPLATES = ("template.yaml", "template-target.yaml")

RUN_EXECUTION = "${RunExecution}"

type State = dict[str, Any]

_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)(?!\w*\()")
_FUNCTION = re.compile(r"\$\{(\w+)FunctionArn\}")


@dataclass(frozen=True)
class Way:
    """One way out of a state; `assigns` is what is assigned when it is taken, `caught` the errors for which it is."""

    target: str
    assigns: dict[str, Any] = field(default_factory=dict)
    condition: str = ""
    caught: tuple[str, ...] = ()


@dataclass(frozen=True)
class Level:
    """A `States` with its `StartAt`: the machine's own, one branch of a Parallel, or what a Map does with each item.

    `holder` is the Parallel or the Map.
    """

    start: str
    states: dict[str, State]
    parent: "Level | None" = None
    holder: State | None = None

    @property
    def catcher(self) -> State | None:
        """The nearest state around that catches."""
        if self.holder is None or "Catch" in self.holder or self.parent is None:
            return self.holder
        return self.parent.catcher


@cache
def text(name: str) -> str:
    return (ROOT / "statemachine" / f"{name}.asl.json").read_text(encoding="utf-8")


@cache
def definition(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(text(name), object_pairs_hook=_without_doubles)
    return loaded


def levels(name: str) -> list[Level]:
    """Every level of a machine, the outermost first."""
    return list(_levels(definition(name), None, None))


def states(name: str) -> list[tuple[str, State, Level]]:
    """Every state of a machine, those inside of branches too, with its name and its level."""
    return [(each, state, level) for level in levels(name) for each, state in level.states.items()]


def tasks(name: str) -> list[tuple[str, State, Level]]:
    return [(each, state, level) for each, state, level in states(name) if state["Type"] == "Task"]


def own_tasks(name: str) -> list[tuple[str, State, Level]]:
    """The tasks that invoke a function of ours; the others run what a profile names, or another machine of ours."""
    return [each for each in tasks(name) if not runs_hook(each[1]) and each[1]["Resource"] != RUN_EXECUTION]


def runs_hook(state: State) -> bool:
    return "{% $hook.arn %}" in state["Arguments"].values()


def ways(state: State) -> Iterator[Way]:
    """Every way out of a state, in the order in which Step Functions tries them."""
    assigns = state.get("Assign", {})
    for rule in state.get("Choices", []):
        yield Way(rule["Next"], rule.get("Assign", {}), rule["Condition"])
    for target in (state.get("Default"), state.get("Next")):
        if target is not None:
            yield Way(target, assigns)
    for rule in state.get("Catch", []):
        yield Way(rule["Next"], rule.get("Assign", {}), caught=tuple(rule["ErrorEquals"]))


def variables_in(value: Any) -> set[str]:
    """The variables that the expressions inside a value read; `$states` and functions are none."""
    found = re.findall(r"\{%.*?%\}", json.dumps(value, ensure_ascii=False))
    return {name for expression in found for name in _VARIABLE.findall(expression)} - {"states"}


def function_of(state: State) -> str:
    """The template's name of the function that a task invokes: `PlanTransfer`."""
    match = _FUNCTION.fullmatch(state["Arguments"]["FunctionName"])
    assert match is not None, state["Arguments"]["FunctionName"]
    return match[1]


def snake(name: str) -> str:
    """`PlanTransfer` is the module `plan_transfer`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@cache
def template(name: str) -> dict[str, Any]:
    return load_template(ROOT / name)


def resources(template_name: str, kind: str) -> dict[str, dict[str, Any]]:
    """The properties of a template's resources of one type, by logical id."""
    found = template(template_name)["Resources"]
    return {each: one.get("Properties", {}) for each, one in found.items() if one["Type"] == kind}


@dataclass(frozen=True)
class Declared:
    """A machine as its template declares it."""

    template: dict[str, Any]
    properties: dict[str, Any]


def declared(name: str) -> Declared:
    """Where a machine is deployed; each one stands in exactly one template."""
    (found,) = (
        Declared(template(each), properties)
        for each in TEMPLATES
        for properties in resources(each, "AWS::Serverless::StateMachine").values()
        if properties["DefinitionUri"] == f"statemachine/{name}.asl.json"
    )
    return found


def _levels(container: dict[str, Any], parent: Level | None, holder: State | None) -> Iterator[Level]:
    level = Level(container["StartAt"], container["States"], parent, holder)
    yield level
    for state in level.states.values():
        for branch in [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
            yield from _levels(branch, level, state)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"a key stands twice: {keys}"
    return dict(pairs)
