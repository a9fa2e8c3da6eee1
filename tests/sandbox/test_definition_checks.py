"""Definitions that Step Functions does not take, and the sizes of variables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.machines import Machines, asking, task

if TYPE_CHECKING:
    from sandbox.world import Sandbox

END = {"End": {"Type": "Succeed"}}
KIB = 1024


@pytest.fixture
def machines(sandbox: Sandbox) -> Machines:
    return Machines(sandbox)


def passing(**fields: Any) -> dict[str, Any]:
    return {"Pass": {"Type": "Pass", "Next": "End", **fields}, **END}


def inner(states: dict[str, Any], **around: Any) -> dict[str, Any]:
    branch = {"StartAt": next(iter(states)), "States": states}
    both = {"Both": {"Type": "Parallel", "Branches": [branch], "Next": "End"}, **END}
    return {"Note": {"Type": "Pass", "Assign": around, "Next": "Both"}, **both} if around else both


FORBIDDEN: dict[str, dict[str, Any]] = {
    "fields of JSONPath": passing(ResultPath="$.x"),
    "result of a Pass": passing(Output="{% $states.result %}"),
    "error outside of a Catch": {"Do": task(Output={"e": ["{% $states.errorOutput.Cause %}"]})},
    "Assign in Succeed": {"End": {"Type": "Succeed", "Assign": {"x": 1}}},
    "long name": passing(Assign={"x" * 81: 1}),
    "reserved name": passing(Assign={"states": 1}),
    "part of a variable": passing(Assign={"x.y": 1}),
    "name of an outer scope": inner(passing(Assign={"x": 2}), x=1),
    "name of an outer scope in a Catch": inner(
        {"Ask": asking(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "End", "Assign": {"x": 2}}]), **END}, x=1
    ),
    "deep inside": inner(inner(passing(Output="{% $states.result %}"))),
}


@pytest.mark.parametrize("states", FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_a_definition_may_not_have(machines: Machines, states: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refused:
        machines.create("m", states)
    assert refused.value.response["Error"]["Code"] == "InvalidDefinition"
    definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    machine = machines.create("good", END)
    with pytest.raises(ClientError, match="SCHEMA_VALIDATION_FAILED"):
        machines.client.update_state_machine(stateMachineArn=machine, definition=json.dumps(definition))


ALLOWED: dict[str, dict[str, Any]] = {
    "same name in two branches": inner(passing(Assign={"x": 1})) | {"Note": {"Type": "Pass", "End": True}},
    "error in a Catch": {
        "Do": task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "End", "Output": "{% $states.errorOutput %}"}]),
        **END,
    },
    "the longest name": passing(Assign={"x" * 80: 1, "Größe_2": 1}),
    "own language of a state": {"Pass": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": 1, "End": True}},
    "words in a text": passing(Output="about $states.result"),
}


@pytest.mark.parametrize("states", ALLOWED.values(), ids=ALLOWED)
def test_what_it_may_have(machines: Machines, states: dict[str, Any]) -> None:
    language = {"QueryLanguage": "JSONPath"} if "QueryLanguage" in states.get("Pass", {}) else {}
    machines.create("m", states, **language)


def padded(size: int) -> str:
    return f"{{% $pad('', {size}, 'x') %}}"


def test_variables_have_a_size(machines: Machines) -> None:
    fits = passing(Assign={"a": padded(128 * KIB - 20), "b": padded(128 * KIB - 20)})
    assert machines.run(fits)["status"] == "SUCCEEDED"
    failed = machines.run(passing(Assign={"a": padded(128 * KIB), "b": padded(128 * KIB)}))
    assert (failed["status"], failed["error"]) == ("FAILED", "States.DataLimitExceeded")


def test_all_variables_together_have_a_size(machines: Machines) -> None:
    def noting(number: int) -> dict[str, Any]:
        states = {
            f"S{one}": {"Type": "Pass", "Assign": {f"v{one}": padded(255 * KIB)}, "Output": 1, "Next": f"S{one + 1}"}
            for one in range(number)
        }
        return states | {f"S{number}": {"Type": "Succeed"}}

    assert machines.run(noting(40))["status"] == "SUCCEEDED"
    failed = machines.run(noting(42))
    assert (failed["status"], failed["error"]) == ("FAILED", "States.DataLimitExceeded")
