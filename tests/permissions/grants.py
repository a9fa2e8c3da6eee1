"""What the roles of the three templates are allowed, taken apart: one action on one resource each."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sandbox.permissions.managed_policies import managed_policy_statements
from tests.permissions.authorization import arns_of, may_meet
from tests.permissions.reasons import UNTESTED, Reasons, reasons
from tests.templates.stacks import HOOKS, SOURCE, TARGET, listed, of_type, unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = (SOURCE, TARGET, HOOKS)
OF_POLICY = re.compile(r"(\w+?)RolePolicy(\d+)")
"""SAM's name of the role's policy that stands at this place of the function's, or the machine's, `Policies`."""

# What SAM adds to the roles that it makes. Nobody can leave it out, so its reasons stand here.
ADDED = {
    "EventInvokeConfigOnFailureSQSPolicy": "an event that the function fails at goes into the queue of failed events",
    "AWSLambdaBasicExecutionRole": "no test: SAM gives it to every function's role, for its log",
    "AWSLambdaVPCAccessExecutionRole": "no test: SAM gives it to a function in a VPC, for its interfaces and log",
}


@dataclass(frozen=True)
class Grant:
    """One action on one resource that a role is allowed under a condition.

    Attributes:
        resource: as a person reads it.
        condition: JSON; empty if there is none.
        only_if: the template's condition under which the statement is there; empty if it always is.
        written: the resource as JSON, intrinsic functions and all; `written_condition` likewise.
        why: the comment beside it.
    """

    template: str
    role: str
    action: str
    resource: str
    condition: str
    only_if: str
    written: str
    written_condition: str
    why: str

    @property
    def key(self) -> str:
        """What tells it from the role's others, and stays the same when statements change places."""
        return " | ".join(filter(None, (self.action, self.resource, self.condition, self.only_if)))

    @property
    def untested(self) -> str:
        """Why it is there although no test uses it; empty if it has to be used."""
        found = UNTESTED.search(self.why)
        return found[1] if found else ""


@cache
def grants(template: str) -> tuple[Grant, ...]:
    """Every right of every role of a template."""
    written = [
        grant for name, role in of_type(template, "AWS::IAM::Role").items() for grant in _of_role(template, name, role)
    ]
    known = arns_of(frozenset(grant.action for grant in written))
    return tuple(grant for grant in written if _means_something(grant, known))


def void_resources(template: str) -> list[tuple[str, str]]:
    """Role and resource of patterns that none of their statement's actions knows."""
    roles = of_type(template, "AWS::IAM::Role").items()
    written = {
        (name, grant.resource, grant.condition) for name, role in roles for grant in _of_role(template, name, role)
    }
    met = {(grant.role, grant.resource, grant.condition) for grant in grants(template)}
    return sorted((role, resource) for role, resource, _ in written - met)


def _of_role(template: str, name: str, role: dict[str, Any]) -> Iterator[Grant]:
    properties = role["Properties"]
    for place, policy in enumerate(properties.get("Policies", [])):
        said = _said(template, name, place, policy["PolicyName"])
        for number, statement in enumerate(listed(policy["PolicyDocument"]["Statement"])):
            beside = said if isinstance(said, str) else said[number]
            yield from _of_statement(template, name, statement, beside)
    for arn in properties.get("ManagedPolicyArns", []):
        for statement in managed_policy_statements(arn):
            yield from _of_statement(template, name, statement, ADDED[arn.rsplit("/", 1)[-1]])


def _said(template: str, role: str, place: int, policy: str) -> str | tuple[Reasons, ...]:
    made_by_sam = OF_POLICY.fullmatch(policy)
    if made_by_sam:
        return reasons(template, made_by_sam[1])[int(made_by_sam[2])]
    added = next((why for end, why in ADDED.items() if policy.endswith(end)), None)
    return added or reasons(template, role)[place]


def _of_statement(template: str, role: str, written: dict[str, Any], said: str | Reasons) -> Iterator[Grant]:
    only_if, statement = unwrapped(written)
    if statement["Effect"] != "Allow":
        return
    condition = statement.get("Condition")
    for action_place, action in enumerate(listed(statement["Action"])):
        for place, resource in enumerate(listed(statement["Resource"])):
            yield Grant(
                template=template,
                role=role,
                action=action,
                resource=told(resource),
                condition=json.dumps(_told_within(condition), sort_keys=True) if condition else "",
                only_if=" ".join(filter(None, (only_if, _optional(resource)))),
                written=json.dumps(resource),
                written_condition=json.dumps(condition),
                why=said if isinstance(said, str) else said.of(action_place, place),
            )


def told(written: Any) -> str:  # noqa: PLR0911 - one for each intrinsic function
    """A resource, or a value of a condition, in the fewest words that tell it from others."""
    if isinstance(written, str):
        return written
    ((function, given),) = written.items()
    if function == "Ref":
        return str(given)
    if function == "Fn::GetAtt":
        return ".".join(given)
    if function == "Fn::Sub":
        return _substituted(given).removeprefix("arn:${AWS::Partition}:").replace("AWS::", "")
    if function == "Fn::Select":
        return f"{told(given[1])}[{given[0]}]"
    if function == "Fn::Split":
        return told(given[1]).split("}")[0].removeprefix("${")
    if function == "Fn::If":
        return " or ".join(told(each) for each in given[1:] if each != {"Ref": "AWS::NoValue"})
    return json.dumps(written, sort_keys=True)


def _substituted(given: Any) -> str:
    text, values = given if isinstance(given, list) else (given, {})
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", "${" + told(value) + "}")
    return str(text)


def _told_within(condition: Any) -> Any:
    if isinstance(condition, list):
        return [_told_within(each) for each in condition]
    if isinstance(condition, dict) and len(condition) == 1 and next(iter(condition)).startswith(("Ref", "Fn::")):
        return told(condition)
    return {key: _told_within(value) for key, value in condition.items()} if isinstance(condition, dict) else condition


def _optional(resource: Any) -> str:
    """The condition under which one resource of a list is there."""
    optional = isinstance(resource, dict) and "Fn::If" in resource and {"Ref": "AWS::NoValue"} in resource["Fn::If"]
    return str(resource["Fn::If"][0]) if optional else ""


def _means_something(grant: Grant, known: dict[str, list[str]]) -> bool:
    """Whether the action knows such a resource: `rds:DescribeDBClusters` on `db:*` allows nothing."""
    if ":" not in grant.resource:
        return True  # all, or one that the template names
    return any(may_meet(grant.resource, arn) for arn in known[grant.action])
