"""CloudFormation's answers about stacks, so that `aws cloudformation describe-stacks` shows the outputs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sandbox.deploy.registry import Made
from sandbox.deploy.site import Site
from sandbox.deploy.stack import Stack
from sandbox.gate import AwsError, Call, Gate

# moto would answer these, and leave out what it does not know without a word.
NOT_BY_API = ("CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet", "ExecuteChangeSet")
STATUS_OF_A_GAP = 501  # which boto3 does not repeat
HIDDEN = "****"
COMPLETE = "CREATE_COMPLETE"

Stacks = Mapping[tuple[str, str], Stack]
"""(account id, stack name) -> stack."""


def register(gate: Gate, stacks: Stacks) -> None:
    """Answer the operations that look at stacks, and refuse those that would make one behind the sandbox's back."""
    for operation in NOT_BY_API:
        gate.answer("cloudformation", operation, _refuse)
    gate.answer("cloudformation", "DescribeStacks", partial(_describe_stacks, stacks))
    gate.answer("cloudformation", "ListStacks", partial(_list_stacks, stacks))
    gate.answer("cloudformation", "DescribeStackResources", partial(_describe_stack_resources, stacks))
    gate.answer("cloudformation", "ListStackResources", partial(_list_stack_resources, stacks))


def _describe_stacks(stacks: Stacks, call: Call) -> dict[str, Any]:
    name = call.parameters.get("StackName")
    if name is not None:
        return {"Stacks": [_stack(_find(stacks, call, name))]}
    return {"Stacks": [_stack(stack) for stack in _of_caller(stacks, call)]}


def _list_stacks(stacks: Stacks, call: Call) -> dict[str, Any]:
    wanted = call.parameters.get("StackStatusFilter", [COMPLETE])
    found = _of_caller(stacks, call) if COMPLETE in wanted else []
    names = ("StackId", "StackName", "CreationTime", "StackStatus")
    return {"StackSummaries": [{name: _stack(stack)[name] for name in names} for stack in found]}


def _describe_stack_resources(stacks: Stacks, call: Call) -> dict[str, Any]:
    stack = _find(stacks, call, call.parameters.get("StackName", ""))
    wanted = call.parameters.get("LogicalResourceId")
    place = {"StackId": stack.id, "StackName": stack.name}
    found = [one for one in stack.made.values() if wanted in (None, one[0].resource.logical_id)]
    return {"StackResources": [{**place, "Timestamp": _time(stack), **_resource(*one)} for one in found]}


def _list_stack_resources(stacks: Stacks, call: Call) -> dict[str, Any]:
    stack = _find(stacks, call, call.parameters.get("StackName", ""))
    made = stack.made.values()
    return {"StackResourceSummaries": [{"LastUpdatedTimestamp": _time(stack), **_resource(*one)} for one in made]}


def _of_caller(stacks: Stacks, call: Call) -> list[Stack]:
    return [stack for (account, _), stack in stacks.items() if account == call.caller.account]


def _find(stacks: Stacks, call: Call, name: str) -> Stack:
    short = name.split("/")[1] if name.startswith("arn:") else name
    stack = stacks.get((call.caller.account, short))
    if stack is None:
        raise AwsError("ValidationError", f"Stack with id {name} does not exist", 400)
    return stack


def _stack(stack: Stack) -> dict[str, Any]:
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": stack.template.description,
        "CreationTime": _time(stack),
        "StackStatus": COMPLETE,
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
        "ResourceStatus": COMPLETE,
    }


def _time(stack: Stack) -> datetime:
    return datetime.fromtimestamp(stack.created, UTC)


def _refuse(call: Call) -> dict[str, Any]:
    message = f"the sandbox deploys templates by Sandbox.deploy, not by cloudformation:{call.operation}"
    raise AwsError("InternalFailure", message, STATUS_OF_A_GAP)
