"""Deploying a template: read, translate, check, make; a stack that is there already is updated."""

import re
from pathlib import Path

from sandbox.accounts import PARTITION, REGION, Account
from sandbox.deploy import resources  # noqa: F401 - registers the resource types
from sandbox.deploy.errors import InvalidTemplate
from sandbox.deploy.loading import load_template
from sandbox.deploy.lookup import LookUpInAccount
from sandbox.deploy.parameters import resolve_parameters
from sandbox.deploy.rules import check_rules
from sandbox.deploy.sam import to_cloudformation
from sandbox.deploy.scope import Scope
from sandbox.deploy.site import World
from sandbox.deploy.stack import Plan, Stack, stack_id
from sandbox.deploy.template import Template, read_template
from sandbox.deploy.values import NO_VALUE, text

STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")


def deploy(sandbox: World, account: Account, name: str, template: Path, parameters: dict[str, str]) -> Stack:
    """Deploy a SAM or CloudFormation template, the way `sam deploy` does: a new stack, or an update of the one there.

    Args:
        sandbox: the world.
        account: whose administrator deploys.
        name: the stack's.
        template: the file; CodeUri and DefinitionUri are relative to it.
        parameters: values for the template's parameters; where there is none, that of the stack that is there, or the
            default.

    Raises:
        Refused: see `sandbox.deploy.errors`. Nothing is left of a new stack, but for what says DeletionPolicy Retain;
            one that was there is as it was.
    """
    if not STACK_NAME.fullmatch(name):
        raise InvalidTemplate(f"Value '{name}' at 'stackName' must match {STACK_NAME.pattern}")
    there = sandbox.stacks.get((account.id, name))
    source = load_template(template)
    given = {**_still_declared(there, source.get("Parameters", {})), **parameters}
    document = to_cloudformation(source, template.parent, given, REGION)
    plan = plan_stack(sandbox, account, name, read_template(document, set(_pseudo_parameters(account, name))), given)
    if there is not None:
        there.update(plan)
        return there
    stack = Stack(sandbox, account, REGION, name, plan.template, plan.parameters, plan.scope, sandbox.clock.now)
    stack.create()
    sandbox.stacks[account.id, name] = stack
    return stack


def plan_stack(world: World, account: Account, name: str, template: Template, parameters: dict[str, str]) -> Plan:
    """What a stack shall become: its parameters checked, its conditions worked out.

    Raises:
        InvalidTemplate, NotInSandbox: see `sandbox.deploy.errors`.
    """
    pseudo = _pseudo_parameters(account, name)
    resolved = resolve_parameters(template.parameters, parameters, LookUpInAccount(world, account))
    scope = Scope({**pseudo, **resolved}, mappings=template.mappings, conditions=template.conditions)
    for condition in template.conditions:
        scope.condition(condition)
    check_rules(template.rules, scope)
    declared = template.parameters.items()
    return Plan(template, {one: parameters.get(one, text(said.get("Default", ""))) for one, said in declared}, scope)


def _still_declared(stack: Stack | None, declared: dict[str, object]) -> dict[str, str]:
    """The values that an update goes on with where it is given none (UsePreviousValue)."""
    return {name: value for name, value in stack.parameters.items() if name in declared} if stack else {}


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
