"""What Step Functions refuses in a definition, and moto takes: variables and JSONata where they cannot be."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.register.definitions import ASSIGN_PLACE, FIELDS, SCOPES, STATES_PLACE, VARIABLE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

# Fields that only JSONPath has.
OF_JSONPATH = frozenset(
    {
        *("InputPath", "Parameters", "ResultSelector", "ResultPath", "OutputPath", "ItemsPath", "SecondsPath"),
        *("TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "MaxConcurrencyPath"),
        *("ToleratedFailureCountPath", "ToleratedFailurePercentagePath"),
    }
)
INNER = ("Branches", "ItemProcessor", "Iterator")
NAME = re.compile(r"[^\W\d]\w*")
LONGEST_NAME = 80
RESERVED = "states"
EXPRESSION = re.compile(r"\{%(.*)%\}", re.DOTALL)
RESULT, ERROR_OUTPUT = re.compile(r"\$states\.result\b"), re.compile(r"\$states\.errorOutput\b")
WITH_RESULT = frozenset({"Task", "Parallel", "Map"})
WITHOUT_ASSIGN = frozenset({"Succeed", "Fail"})


@dataclass(frozen=True)
class Scope:
    """A machine, a branch, or an item processor, and the names of the variables of those around it."""

    states: dict[str, Any]
    language: str
    outer: frozenset[str]


def check(text: str) -> None:
    """Look through a definition.

    Raises:
        AwsError: InvalidDefinition.
    """
    try:
        machine = json.loads(text)
    except ValueError:
        return  # moto says what is wrong with it
    if isinstance(machine, dict) and isinstance(machine.get("States"), dict):
        _check(Scope(machine["States"], machine.get("QueryLanguage", "JSONPath"), frozenset()))


def _check(scope: Scope) -> None:
    named = frozenset(name for state in scope.states.values() for name in _assigned(state))
    for name in sorted(named):
        bare = name.removesuffix(".$")
        fits = NAME.fullmatch(bare) and len(bare) <= LONGEST_NAME and bare != RESERVED
        VARIABLE_NAME.refuse_if(not fits, name=bare)
        SCOPES.refuse_if(name in scope.outer, name=bare)
    for name, state in scope.states.items():
        language = state.get("QueryLanguage", scope.language)
        ASSIGN_PLACE.refuse_if(state.get("Type") in WITHOUT_ASSIGN and "Assign" in state, state=name)
        if language == "JSONata":
            fields = sorted(OF_JSONPATH & set(state))
            FIELDS.refuse_if(fields, state=name, fields=", ".join(fields))
            _check_expressions(name, state)
        for inner in _inner(state):
            apart = inner.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED"  # it sees none of these variables
            outer = frozenset[str]() if apart else scope.outer | named
            _check(Scope(inner.get("States", {}), inner.get("QueryLanguage", language), outer))


def _check_expressions(name: str, state: dict[str, Any]) -> None:
    without_catch = {field: value for field, value in state.items() if field not in {"Catch", *INNER}}
    texts = list(_expressions(without_catch))
    result = state.get("Type") not in WITH_RESULT and any(RESULT.search(text) for text in texts)
    STATES_PLACE.refuse_if(result, state=name, what="$states.result")
    STATES_PLACE.refuse_if(any(ERROR_OUTPUT.search(text) for text in texts), state=name, what="$states.errorOutput")


def _inner(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from state.get("Branches", [])
    yield from (state[field] for field in ("ItemProcessor", "Iterator") if field in state)


def _assigned(state: dict[str, Any]) -> Iterator[str]:
    """Names that a state assigns: by itself, by a Choice's rule, or in a Catch."""
    for part in (state, *state.get("Choices", []), *state.get("Catch", [])):
        yield from part.get("Assign") or {}


def _expressions(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _expressions(inner)
    elif isinstance(value, str) and (found := EXPRESSION.fullmatch(value)):
        yield found[1]
