"""Both templates as CloudFormation gets them: translated by AWS's own SAM translator, with their roles taken apart."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session

from sandbox.accounts import REGION
from sandbox.deploy.loading import load_template
from sandbox.deploy.sam import to_cloudformation

ROOT = Path(__file__).parents[2]
SOURCE, TARGET, HOOKS = "template.yaml", "template-target.yaml", "template-hooks.yaml"
TEMPLATES = (SOURCE, TARGET)
LOGS_KEY = {"Fn::If": ["MakesLogsKey", {"Fn::GetAtt": ["LogsKey", "Arn"]}, {"Ref": "LogsKeyArn"}]}
"""The stack's own, or the one that its deployer names."""


@dataclass(frozen=True)
class Statement:
    """One statement of a role's own policies; resources as JSON text, intrinsic functions and all.

    Attributes:
        only_if: The template's condition under which it is there; empty if it always is.
    """

    role: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: dict[str, Any]
    only_if: str = ""

    def allows(self, action: str) -> bool:
        return self.effect == "Allow" and any(fnmatchcase(action.lower(), each.lower()) for each in self.actions)


@cache
def resources(template: str) -> dict[str, Any]:
    """All resources after translation, by logical id."""
    found: dict[str, Any] = to_cloudformation(load_template(ROOT / template), ROOT, {}, REGION)["Resources"]
    return found


def of_type(template: str, kind: str) -> dict[str, Any]:
    return {name: each for name, each in resources(template).items() if each["Type"] == kind}


def statements(template: str) -> list[Statement]:
    """Every statement of every role."""
    return [each for name, role in of_type(template, "AWS::IAM::Role").items() for each in _of_role(name, role)]


def roles_that_may(template: str, *actions: str) -> set[str]:
    return {each.role for each in statements(template) for action in actions if each.allows(action)}


@cache
def rds_actions(*beginnings: str) -> tuple[str, ...]:
    """The actions of RDS's own model that begin so."""
    operations = botocore.session.get_session().get_service_model("rds").operation_names
    return tuple(f"rds:{name}" for name in operations if name.startswith(beginnings))


def _of_role(name: str, role: dict[str, Any]) -> Iterator[Statement]:
    for policy in role["Properties"].get("Policies", []):
        for only_if, statement in map(unwrapped, listed(policy["PolicyDocument"]["Statement"])):
            yield Statement(
                role=name,
                effect=statement["Effect"],
                actions=tuple(listed(statement["Action"])),
                resources=tuple(
                    each if isinstance(each, str) else json.dumps(each) for each in listed(statement["Resource"])
                ),
                condition=statement.get("Condition", {}),
                only_if=only_if,
            )


def unwrapped(statement: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A statement out of its `Fn::If`, which leaves nothing in its place; and that condition."""
    if "Fn::If" not in statement:
        return "", statement
    condition, inner, otherwise = statement["Fn::If"]
    assert otherwise == {"Ref": "AWS::NoValue"}
    return condition, inner


def listed(value: Any) -> list[Any]:
    """Where IAM takes one thing or a list of them: the list."""
    return value if isinstance(value, list) else [value]
