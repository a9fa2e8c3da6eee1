"""Deploying a template: read, translate, check, make."""

import re
from pathlib import Path

from sandbox.accounts import PARTITION, REGION, Account
from sandbox.deploy import resources  # noqa: F401 - registers the resource types
from sandbox.deploy.errors import InvalidTemplate, NotInSandbox
from sandbox.deploy.loading import load_template
from sandbox.deploy.lookup import LookUpInAccount
from sandbox.deploy.parameters import resolve_parameters
from sandbox.deploy.rules import check_rules
from sandbox.deploy.sam import to_cloudformation
from sandbox.deploy.scope import Scope
from sandbox.deploy.site import World
from sandbox.deploy.stack import Stack, stack_id
from sandbox.deploy.template import read_template
from sandbox.deploy.values import NO_VALUE, text

STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")


def deploy(sandbox: World, account: Account, name: str, template: Path, parameters: dict[str, str]) -> Stack:
    """Deploy a SAM or CloudFormation template as a new stack, the way `sam deploy` does.

    Args:
        sandbox: the world.
        account: whose administrator deploys.
        name: the stack's; there must be none of this name yet.
        template: the file; CodeUri and DefinitionUri are relative to it.
        parameters: values for the template's parameters; defaults stand where there is none.

    Raises:
        Refused: see `sandbox.deploy.errors`. Nothing is left of the stack, but for what says DeletionPolicy Retain.
    """
    if not STACK_NAME.fullmatch(name):
        raise InvalidTemplate(f"Value '{name}' at 'stackName' must match {STACK_NAME.pattern}")
    if (account.id, name) in sandbox.stacks:
        raise NotInSandbox(f"stack {name} is there already, and the sandbox cannot update one: delete it first")
    document = to_cloudformation(load_template(template), template.parent, parameters, REGION)
    pseudo = _pseudo_parameters(account, name)
    read = read_template(document, set(pseudo))
    resolved = resolve_parameters(read.parameters, parameters, LookUpInAccount(sandbox, account))
    scope = Scope({**pseudo, **resolved}, mappings=read.mappings, conditions=read.conditions)
    for condition in read.conditions:
        scope.condition(condition)
    check_rules(read.rules, scope)
    given = {one: parameters.get(one, text(declared.get("Default", ""))) for one, declared in read.parameters.items()}
    stack = Stack(sandbox, account, REGION, name, read, given, scope, sandbox.clock.now)
    stack.create()
    sandbox.stacks[account.id, name] = stack
    return stack


def _pseudo_parameters(account: Account, name: str) -> dict[str, object]:
    return {
        "AWS::AccountId": account.id,
        "AWS::NoValue": NO_VALUE,
        "AWS::NotificationARNs": [],
        "AWS::Partition": PARTITION,
        "AWS::Region": REGION,
        "AWS::StackId": stack_id(account, REGION, name),
        "AWS::StackName": name,
        "AWS::URLSuffix": "amazonaws.com",
    }
