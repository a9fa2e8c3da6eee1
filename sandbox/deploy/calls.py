"""CloudFormation's operations that change stacks, as far as the sandbox has them.

A template has its code beside it, which only `Sandbox.deploy` can find; by API a stack gets other parameters, or is
deleted. Both take their time: the call is answered at once, and the stack's status tells the rest.
"""

from collections.abc import MutableMapping
from typing import Any

from sandbox.deploy.deployment import plan_stack
from sandbox.deploy.describe import Stacks, find
from sandbox.deploy.errors import Refused
from sandbox.deploy.site import World
from sandbox.deploy.stack import DELETING, Stack
from sandbox.gate import AwsError, Call, Gate

# A guess: AWS publishes no durations.
SECONDS = 60.0
STATUS_OF_A_GAP = 501  # which boto3 does not repeat
BY_DEPLOY = ("CreateStack", "CreateChangeSet", "ExecuteChangeSet")
UPDATE = {"StackName", "UsePreviousTemplate", "Parameters", "Capabilities", "ClientRequestToken"}
DELETE = {"StackName", "ClientRequestToken"}


class StackCalls:
    """UpdateStack with other parameters, and DeleteStack."""

    def __init__(self, world: World, stacks: Stacks, gone: MutableMapping[str, Stack]) -> None:
        self._world = world
        self._stacks = stacks
        self._gone = gone

    def register(self, gate: Gate) -> None:
        """Answer the operations, and refuse those that would make a stack behind the sandbox's back."""
        for operation in BY_DEPLOY:
            gate.answer("cloudformation", operation, _refuse)
        gate.answer("cloudformation", "UpdateStack", self.update, waits=True)
        gate.answer("cloudformation", "DeleteStack", self.delete, waits=True)

    def update(self, call: Call) -> dict[str, Any]:
        """UpdateStack: other parameters for the same template."""
        if call.parameters.get("UsePreviousTemplate") is not True:
            _refuse(call)
        _only(call, UPDATE)
        stack = find(self._stacks, call, call.parameters["StackName"])
        _free(stack, "updated")
        given = dict(_parameter(stack, one) for one in call.parameters.get("Parameters", []))
        try:
            plan = plan_stack(self._world, stack.account, stack.name, stack.template, given)
        except Refused as refusal:
            raise AwsError("ValidationError", str(refusal), 400) from refusal
        if plan.parameters == stack.parameters:
            raise AwsError("ValidationError", "No updates are to be performed.", 400)

        def work() -> None:
            try:
                stack.update(plan)
            except Refused:
                return  # its status tells

        self._world.clock.spawn(work, f"update stack {stack.name}", SECONDS)
        return {"StackId": stack.id}

    def delete(self, call: Call) -> dict[str, Any]:
        """DeleteStack; nothing happens if there is none."""
        _only(call, DELETE)
        try:
            stack = find(self._stacks, call, call.parameters["StackName"])
        except AwsError:
            return {}
        _free(stack, "deleted")
        stack.status = DELETING

        def work() -> None:
            try:
                stack.delete()
            except Refused:
                return  # its status tells
            self._gone[stack.id] = stack

        self._world.clock.spawn(work, f"delete stack {stack.name}", SECONDS)
        return {}


def _free(stack: Stack, what: str) -> None:
    if stack.status.endswith("_IN_PROGRESS"):
        message = f"Stack:{stack.id} is in {stack.status} state and can not be {what}."
        raise AwsError("ValidationError", message, 400)


def _parameter(stack: Stack, one: dict[str, Any]) -> tuple[str, str]:
    name = one["ParameterKey"]
    if one.get("UsePreviousValue"):
        if name not in stack.parameters:
            raise AwsError("ValidationError", f"Parameters: [{name}] do not exist in the template", 400)
        return name, stack.parameters[name]
    return name, one["ParameterValue"]


def _only(call: Call, known: set[str]) -> None:
    if unknown := sorted(set(call.parameters) - known):
        message = f"the sandbox does not know {', '.join(unknown)} of cloudformation:{call.operation}"
        raise AwsError("InternalFailure", message, STATUS_OF_A_GAP)


def _refuse(call: Call) -> dict[str, Any]:
    message = f"the sandbox deploys templates by Sandbox.deploy, not by cloudformation:{call.operation}"
    raise AwsError("InternalFailure", message, STATUS_OF_A_GAP)
