"""Deploys the project's templates into the sandbox: what they declare is made, or the template is refused.

`deploy(sandbox, account, name, template, parameters) -> Stack` is the whole of it; `register(world, gate)` answers
CloudFormation's operations that look at stacks, change their parameters, and delete them. What a template may say and
nothing acts upon stands in `not_enacted`.
"""

from sandbox.deploy import describe
from sandbox.deploy.calls import StackCalls
from sandbox.deploy.deployment import deploy
from sandbox.deploy.errors import DeploymentFailed, InvalidTemplate, NotInSandbox, Refused
from sandbox.deploy.site import World
from sandbox.deploy.stack import Stack
from sandbox.gate import Gate

__all__ = ["DeploymentFailed", "InvalidTemplate", "NotInSandbox", "Refused", "Stack", "deploy", "register"]


def register(world: World, gate: Gate) -> None:
    """Answer CloudFormation's operations."""
    gone: dict[str, Stack] = {}
    describe.register(gate, world.stacks, gone)
    StackCalls(world, world.stacks, gone).register(gate)
