"""The machines, the functions they invoke, and the templates that put both together."""

import re
from typing import Any

import pytest

from tests.statemachine import machines

every_machine = pytest.mark.parametrize("name", machines.NAMES)


@every_machine
def test_every_substitution_is_provided_and_every_provided_one_is_used(name: str) -> None:
    used = set(re.findall(r"\$\{(\w+)\}", machines.text(name)))
    assert used == set(machines.declared(name).properties["DefinitionSubstitutions"])


@every_machine
def test_a_functions_substitution_is_that_function(name: str) -> None:
    for key, value in machines.declared(name).properties["DefinitionSubstitutions"].items():
        if key.endswith("FunctionArn"):
            assert value == {"Fn::GetAtt": [key.removesuffix("Arn"), "Arn"]}


@every_machine
def test_a_machine_may_invoke_exactly_what_it_invokes(name: str) -> None:
    policies = machines.declared(name).properties["Policies"]
    (own,) = (each["Statement"][0] for each in policies)
    assert (own["Effect"], own["Action"]) == ("Allow", "lambda:InvokeFunction")
    allowed = [each["Fn::GetAtt"] for each in own["Resource"]]
    assert sorted(allowed) == sorted([f"{each}Function", "Arn"] for each in _invoked(name))


def _invoked(name: str) -> set[str]:
    return {machines.function_of(task) for _, task, _ in machines.own_tasks(name)}


@every_machine
def test_every_function_ends_before_its_state_does(name: str) -> None:
    template = machines.declared(name).template
    for each, task, _ in machines.own_tasks(name):
        properties = template["Resources"][f"{machines.function_of(task)}Function"]["Properties"]
        timeout = properties.get("Timeout", template["Globals"]["Function"]["Timeout"])
        assert timeout < _least_seconds(task["TimeoutSeconds"], template["Parameters"]), each


@pytest.mark.parametrize("template", machines.TEMPLATES)
def test_every_function_is_called_like_its_handlers_module(template: str) -> None:
    for logical_id, properties in machines.resources(template, "AWS::Serverless::Function").items():
        module = machines.snake(logical_id.removesuffix("Function"))
        assert properties["Handler"] == f"{module}.handler"
        assert (machines.ROOT / "functions" / f"{module}.py").is_file()


def test_every_handlers_module_is_deployed() -> None:
    modules = {path.stem for path in (machines.ROOT / "functions").glob("*.py")}
    deployed = {
        properties["Handler"].removesuffix(".handler")
        for template in machines.TEMPLATES
        for properties in machines.resources(template, "AWS::Serverless::Function").values()
    }
    assert deployed == modules


def test_every_function_is_invoked_by_a_machine_a_rule_or_a_schedule() -> None:
    for template in machines.TEMPLATES:
        resources = machines.template(template)["Resources"]
        invoked = {
            f"{machines.function_of(task)}Function"
            for name in machines.NAMES
            if machines.declared(name).template == machines.template(template)
            for _, task, _ in machines.own_tasks(name)
        }
        for rule in machines.resources(template, "AWS::Events::Rule").values():
            targets = [target["Arn"].get("Fn::GetAtt", [""])[0] for target in rule["Targets"]]
            invoked |= {each for each in targets if each.endswith("Function")}
        for schedule in machines.resources(template, "AWS::Scheduler::Schedule").values():
            invoked |= {each for each in schedule["Target"]["Arn"].get("Fn::GetAtt", []) if each.endswith("Function")}
        assert invoked == {each for each in resources if resources[each]["Type"] == "AWS::Serverless::Function"}


def _least_seconds(timeout: Any, parameters: dict[str, Any]) -> int:
    """The shortest that a task's TimeoutSeconds can be."""
    if isinstance(timeout, int):
        return timeout
    parameter = re.fullmatch(r"\{% \$\{(\w+)\} %\}", timeout)
    if parameter:
        return int(parameters[parameter[1]]["MinValue"])
    at_least = re.match(r"\{% \$max\(\[(\d+), ", timeout)
    assert at_least is not None, timeout
    return int(at_least[1])
