"""CloudFormation's answers about stacks, so that `aws cloudformation describe-stacks` shows the outputs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sandbox.deploy.registry import Made
from sandbox.deploy.site import Site
from sandbox.deploy.stack import Stack
from sandbox.gate import AwsError, Call, Gate

HIDDEN = "****"
CREATED = "CREATE_COMPLETE"

Stacks = Mapping[tuple[str, str], Stack]
"""(account id, stack name) -> stack."""


def register(gate: Gate, stacks: Stacks, gone: Mapping[str, Stack]) -> None:
    """Answer the operations that look at stacks; those that are gone are known by their ids."""
    gate.answer("cloudformation", "DescribeStacks", partial(_describe_stacks, stacks, gone))
    gate.answer("cloudformation", "ListStacks", partial(_list_stacks, stacks))
    gate.answer("cloudformation", "DescribeStackResources", partial(_describe_stack_resources, stacks))
    gate.answer("cloudformation", "ListStackResources", partial(_list_stack_resources, stacks))


def find(stacks: Stacks, call: Call, name: str) -> Stack:
    """The caller's stack of this name or id.

    Raises:
        AwsError: ValidationError, there is none.
    """
    short = name.split("/")[1] if name.startswith("arn:") else name
    stack = stacks.get((call.caller.account, short))
    if stack is None:
        raise AwsError("ValidationError", f"Stack with id {name} does not exist", 400)
    return stack


def _describe_stacks(stacks: Stacks, gone: Mapping[str, Stack], call: Call) -> dict[str, Any]:
    name = call.parameters.get("StackName")
    if name is not None:
        of_caller = gone.get(name)  # only by its id
        if of_caller is not None and name not in {stack.id for stack in stacks.values()}:
            return {"Stacks": [_stack(of_caller)]}
        return {"Stacks": [_stack(find(stacks, call, name))]}
    return {"Stacks": [_stack(stack) for stack in _of_caller(stacks, call)]}


def _list_stacks(stacks: Stacks, call: Call) -> dict[str, Any]:
    wanted = call.parameters.get("StackStatusFilter")
    found = [stack for stack in _of_caller(stacks, call) if wanted is None or stack.status in wanted]
    names = ("StackId", "StackName", "CreationTime", "StackStatus")
    return {"StackSummaries": [{name: _stack(stack)[name] for name in names} for stack in found]}


def _describe_stack_resources(stacks: Stacks, call: Call) -> dict[str, Any]:
    stack = find(stacks, call, call.parameters.get("StackName", ""))
    wanted = call.parameters.get("LogicalResourceId")
    place = {"StackId": stack.id, "StackName": stack.name}
    found = [one for one in stack.made.values() if wanted in (None, one[0].resource.logical_id)]
    return {"StackResources": [{**place, "Timestamp": _time(stack), **_resource(*one)} for one in found]}


def _list_stack_resources(stacks: Stacks, call: Call) -> dict[str, Any]:
    stack = find(stacks, call, call.parameters.get("StackName", ""))
    made = stack.made.values()
    return {"StackResourceSummaries": [{"LastUpdatedTimestamp": _time(stack), **_resource(*one)} for one in made]}


def _of_caller(stacks: Stacks, call: Call) -> list[Stack]:
    return [stack for (account, _), stack in stacks.items() if account == call.caller.account]


def _stack(stack: Stack) -> dict[str, Any]:
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": stack.template.description,
        "CreationTime": _time(stack),
        **({} if stack.updated is None else {"LastUpdatedTime": datetime.fromtimestamp(stack.updated, UTC)}),
        "StackStatus": stack.status,
        **({"StackStatusReason": stack.reason} if stack.reason else {}),
        "Parameters": [_parameter(stack, name) for name in stack.parameters],
        "Outputs": [_output(stack, name) for name in stack.outputs],
    }


def _parameter(stack: Stack, name: str) -> dict[str, str]:
    hidden = str(stack.template.parameters[name].get("NoEcho", False)).lower() == "true"
    return {"ParameterKey": name, "ParameterValue": HIDDEN if hidden else stack.parameters[name]}


def _output(stack: Stack, name: str) -> dict[str, Any]:
    written = stack.template.outputs[name]
    described = {"OutputKey": name, "OutputValue": stack.outputs[name], "Description": written.get("Description", "")}
    if "Export" in written:
        described["ExportName"] = stack.scope.value(written["Export"]["Name"])
    return described


def _resource(site: Site, made: Made) -> dict[str, Any]:
    return {
        "LogicalResourceId": site.resource.logical_id,
        "PhysicalResourceId": made.physical_id or made.ref,
        "ResourceType": site.resource.type,
        "ResourceStatus": CREATED,
    }


def _time(stack: Stack) -> datetime:
    return datetime.fromtimestamp(stack.created, UTC)
