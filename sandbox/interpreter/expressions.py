"""Mending: JSONata expressions and variables.

AWS: values are bound, undefined fails the state with States.QueryEvaluationError, `Assign` and `Output` both see the
variables as they were on entry, and times in the context are ISO 8601 with milliseconds and `Z`.
moto: has no evaluator, pastes values into the source, sets variables before `Output`, and keeps times as Python's.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.assign.assign_decl import AssignDecl
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.query_language import QueryLanguageMode
from moto.stepfunctions.parser.asl.component.common.string.string_expression import (
    StringJSONata,
    StringVariableSample,
)
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore

from sandbox.interpreter.failures import failed
from sandbox.jsonata import QueryError, evaluate
from sandbox.register.definitions import VARIABLE_SIZE, VARIABLES_SIZE
from sandbox.register.stepfunctions import ASSIGNED_LATER

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.eval.environment import Environment

    from sandbox.interpreter.patches import Patches


# Bytes.
LARGEST_ASSIGNMENT = 256 * 1024
LARGEST_OF_ALL = 10 * 1024 * 1024


def mend(patches: Patches) -> None:
    """Bind values instead of pasting them; assign when the state is left."""
    patches.replace(StringJSONata, "_eval_body", _evaluate_jsonata)
    patches.replace(StringVariableSample, "_eval_body", _sample_variable)
    patches.replace(AssignDecl, "_eval_body", _note_assignment)
    patches.replace(VariableStore, "get_assigned_variables", _assigned_variables)
    exited = CommonStateField._get_state_exited_event_details  # noqa: SLF001 - the seam

    def assign_and_exit(state: CommonStateField, env: Environment) -> Any:
        _assign(env)
        return exited(state, env)

    patches.replace(CommonStateField, "_get_state_exited_event_details", assign_and_exit)


def aws_time(moment: datetime) -> str:
    """A time as Step Functions writes it: `2026-01-01T00:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def evaluated(template: Any, env: Environment) -> Any:
    """A template with the values of its JSONata expressions, where moto does not look for any."""
    if isinstance(template, dict):
        return {name: evaluated(value, env) for name, value in template.items()}
    if isinstance(template, str) and template.startswith("{%") and template.endswith("%}"):
        return _value_or_failure(template[2:-2], _variables(env) | {"states": _states(env)}, env)
    return template


def _evaluate_jsonata(expression: StringJSONata, env: Environment) -> None:
    bindings = _variables(env) | {"states": _states(env)}
    env.stack.append(_value_or_failure(expression.expression, bindings, env))


def _sample_variable(sample: StringVariableSample, env: Environment) -> None:
    bindings = _variables(env)
    if sample.query_language_mode == QueryLanguageMode.JSONata:
        bindings["states"] = _states(env)
    env.stack.append(_value_or_failure(sample.expression, bindings, env))


def _value_or_failure(expression: str, bindings: dict[str, Any], env: Environment) -> Any:
    try:
        return evaluate(expression, bindings)
    except QueryError as error:
        name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
        details: Any = {
            "evaluationFailedEventDetails": EvaluationFailedEventDetails(cause=str(error), error=name.error_name)
        }
        raise FailureEventException(
            failure_event=FailureEvent(
                env=env,
                error_name=name,
                event_type=HistoryEventType.EvaluationFailed,
                event_details=details,
            )
        ) from error


def _variables(env: Environment) -> dict[str, Any]:
    store = env.variable_store
    return {**store._outer_scope, **store._inner_scope}  # noqa: SLF001 - it has no way to list them


def _states(env: Environment) -> dict[str, Any]:
    """`$states`; result and errorOutput are undefined where the state has none."""
    data: Any = env.states._states_data  # noqa: SLF001 - it gives copies of one value at a time only
    states = {name: value for name, value in data.items() if value is not None or name == "input"}
    states["context"] = dict(data["context"])
    if "State" in states["context"]:
        entered = datetime.fromisoformat(states["context"]["State"]["EnteredTime"])
        states["context"]["State"] = {**states["context"]["State"], "EnteredTime": aws_time(entered)}
    return states


def _note_assignment(declaration: AssignDecl, env: Environment) -> None:
    """Evaluate now, assign when the state is left."""
    values: dict[str, Any] = {}
    for binding in declaration.declaration_bindings:
        binding.eval(env=env)
        values.update(env.stack.pop())
    _check_sizes(values, env)
    env.variable_store.__dict__["noted"] = values
    if not ASSIGNED_LATER.holds:
        _assign(env)


def _check_sizes(values: dict[str, Any], env: Environment) -> None:
    broken = VARIABLE_SIZE if VARIABLE_SIZE.holds and _size(values) > LARGEST_ASSIGNMENT else None
    everything = _variables(env) | values
    if broken is None and VARIABLES_SIZE.holds and _size(everything) > LARGEST_OF_ALL:
        broken = VARIABLES_SIZE
    if broken is not None:
        raise failed(env, broken.code, broken.message)


def _size(values: dict[str, Any]) -> int:
    return sum(len(json.dumps(value, ensure_ascii=False).encode()) for value in values.values())


def _assign(env: Environment) -> None:
    for name, value in env.variable_store.__dict__.pop("noted", {}).items():
        env.variable_store.set(variable_identifier=name, variable_value=value)


def _assigned_variables(store: VariableStore) -> dict[str, str]:
    """Escaped, and in the same order every time; moto does neither."""
    traced = sorted(store._declaration_tracing)  # noqa: SLF001 - the seam
    return {name: json.dumps(store.get(name), separators=(",", ":")) for name in traced}
