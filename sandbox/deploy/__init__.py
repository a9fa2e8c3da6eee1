"""Deploys the project's templates into the sandbox: what they declare is made, or the template is refused.

`deploy(sandbox, account, name, template, parameters) -> Stack` is the whole of it; `register(gate, stacks)` answers
CloudFormation's operations that look at stacks. What a template may say and nothing acts upon stands in `not_enacted`.
"""

from sandbox.deploy.deployment import deploy
from sandbox.deploy.describe import register
from sandbox.deploy.errors import DeploymentFailed, InvalidTemplate, NotInSandbox, Refused
from sandbox.deploy.stack import Stack

__all__ = ["DeploymentFailed", "InvalidTemplate", "NotInSandbox", "Refused", "Stack", "deploy", "register"]
