"""Notes which of the templates' rights the roles of deployed stacks make use of, and what they are refused."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from sandbox.deploy.loading import load_template
from sandbox.deploy.values import NO_VALUE
from tests.permissions.grants import ALL, Grant, grants
from tests.templates.stacks import ROOT

if TYPE_CHECKING:
    from sandbox.deploy import Stack
    from sandbox.permissions import Decision
    from sandbox.permissions.simulator import Question
    from sandbox.world import Sandbox

Use = tuple[str, str, str]
"""Template, role, and a grant's key."""


class ByTest(defaultdict[Use, set[str]]):
    """Uses, each with the test files that made it."""

    def __init__(self) -> None:
        super().__init__(set)

    def listed(self) -> list[tuple[str, str, str, list[str]]]:
        """As JSON holds it, in order."""
        return [(*use, sorted(tests)) for use, tests in sorted(self.items())]


@dataclass
class Noted:
    """What was made use of; and template, role and action of what no policy of a role allowed."""

    used: ByTest = field(default_factory=ByTest)
    refused: ByTest = field(default_factory=ByTest)
    now: str = ""
    """The test that runs."""


class Recorder:
    """Watches one sandbox."""

    def __init__(self, sandbox: Sandbox, noted: Noted) -> None:
        self._sandbox = sandbox
        self._noted = noted
        self._roles: dict[str, DeployedRole] = {}
        self._stacks: list[int] = []
        self._early: list[tuple[Question, Decision]] = []
        self._known: dict[str, frozenset[Use]] = {}
        sandbox.permissions.watchers.append(self._hear)

    def _hear(self, question: Question, decision: Decision) -> None:
        if ":assumed-role/" not in question.principal:
            return
        if [id(stack) for stack in self._sandbox.stacks.values()] != self._stacks:
            self._learn_stacks()
        role = self._roles.get(_role_of(question))
        if role is None:
            self._early.append((question, decision))  # its stack is being made
        else:
            self._note(role, question, decision)

    def _learn_stacks(self) -> None:
        stacks = list(self._sandbox.stacks.values())
        self._stacks = [id(stack) for stack in stacks]
        self._roles = {arn: role for stack in stacks for arn, role in _roles_of(stack)}
        self._known.clear()
        early, self._early = self._early, []
        for question, decision in early:
            self._hear(question, decision)

    def _note(self, role: DeployedRole, question: Question, decision: Decision) -> None:
        if not decision.allowed:
            if not decision.explicit and not self._allowed_by_role(role, question):
                self._noted.refused[role.template, role.name, question.action].add(self._noted.now)
            return
        timeless = {key: value for key, value in question.context.items() if "Time" not in key}
        asked = json.dumps([question.principal, question.action, question.resource, timeless], sort_keys=True)
        if asked not in self._known:
            self._known[asked] = frozenset(self._uses(role, question))
        for use in self._known[asked]:
            self._noted.used[use].add(self._noted.now)

    def _uses(self, role: DeployedRole, question: Question) -> list[Use]:
        return [
            (role.template, role.name, grant.key)
            for grant, patterns in role.patterns
            if _covers(grant, patterns, question)
            and (not grant.condition or self._sandbox.permissions.would_allow(question, role.statement(grant)))
        ]

    def _allowed_by_role(self, role: DeployedRole, question: Question) -> bool:
        return any(_covers(grant, patterns, question) for grant, patterns in role.patterns)


@dataclass(frozen=True)
class DeployedRole:
    """A role of a stack, its rights worked out."""

    stack: Stack
    template: str
    name: str

    @cached_property
    def patterns(self) -> list[tuple[Grant, tuple[str, ...]]]:
        """Each right that is there, with the ARNs that its resource comes to."""
        mine = (grant for grant in grants(self.template) if grant.role == self.name)
        return [(grant, self._resources(grant)) for grant in mine if self._is_there(grant)]

    def statement(self, grant: Grant) -> dict[str, Any]:
        """One right, as a policy's statement."""
        condition = self.stack.scope.value(json.loads(grant.written_condition))
        return {"Effect": "Allow", "Action": grant.action, "Resource": self._resources(grant), "Condition": condition}

    def _is_there(self, grant: Grant) -> bool:
        return all(self.stack.scope.condition(name) for name in grant.only_if.split())

    def _resources(self, grant: Grant) -> tuple[str, ...]:
        value = self.stack.scope.value(json.loads(grant.written))
        listed = value if isinstance(value, list) else [value]
        return tuple(str(each) for each in listed if each is not NO_VALUE)


def _roles_of(stack: Stack) -> list[tuple[str, DeployedRole]]:
    template = _template_of(stack.template.description)
    if template is None:
        return []
    roles = (name for name, each in stack.template.resources.items() if each.type == "AWS::IAM::Role")
    made = ((name, stack.attributes[name]["Arn"]) for name in roles if name in stack.attributes)
    return [(arn, DeployedRole(stack, template, name)) for name, arn in made]


@cache
def _template_of(description: str) -> str | None:
    """The file, by what it says that it is; None for a stack of a test's own."""
    return next((name for name in ALL if load_template(ROOT / name)["Description"] == description), None)


def _role_of(question: Question) -> str:
    return str(question.context["aws:PrincipalArn"])


def _covers(grant: Grant, patterns: tuple[str, ...], question: Question) -> bool:
    if question.action != grant.action:
        return False
    return any(_like(pattern).fullmatch(question.resource.replace("*", "~")) or pattern == "*" for pattern in patterns)


@cache
def _like(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
