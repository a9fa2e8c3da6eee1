"""Event buses and rules: AWS::Events."""

import json
from typing import Any

from sandbox.deploy.documents import policy_document
from sandbox.deploy.errors import InvalidTemplate
from sandbox.deploy.properties import Properties, tag_list
from sandbox.deploy.registry import Before, Made, makes, updates
from sandbox.deploy.site import Site

MOST_TARGETS = 5  # of one rule
RULE = ("EventPattern", "ScheduleExpression", "State", "Description", "RoleArn")


@makes("AWS::Events::EventBus")
def event_bus(site: Site, properties: Properties) -> Made:
    """Ref is the bus's name."""
    name = properties.want("Name")
    policy = properties.take("Policy")
    said = properties.some("Description", "DeadLetterConfig", "KmsKeyIdentifier")
    made = site.call("events", "CreateEventBus", Name=name, Tags=tag_list(properties.tags()), **said)
    site.on_delete("events", "DeleteEventBus", Name=name)
    if policy is not None:
        document = policy_document(policy, site.resource.where)
        site.call("events", "PutPermission", EventBusName=name, Policy=document)
    return Made(ref=name, attributes={"Arn": made["EventBusArn"], "Name": name})


@makes("AWS::Events::EventBusPolicy")
def event_bus_policy(site: Site, properties: Properties) -> Made:
    """One statement of a bus's policy; several such resources add up."""
    bus, sid = _put_statement(site, properties)
    site.on_delete("events", "RemovePermission", EventBusName=bus, StatementId=sid)
    return Made(ref=sid)


@updates("AWS::Events::EventBusPolicy", "Action", "Condition", "Principal", "Statement")
def change_event_bus_policy(site: Site, properties: Properties, before: Before) -> Made:
    """See `event_bus_policy`: a statement of the same name is written over."""
    _put_statement(site, properties)
    return before.made


def _put_statement(site: Site, properties: Properties) -> tuple[str, str]:
    """Give the bus and the statement's name."""
    bus = properties.text("EventBusName", "default")
    sid = properties.want("StatementId")
    statement = properties.take("Statement")
    if statement is None:
        members = properties.some("Action", "Principal", "Condition")
        site.call("events", "PutPermission", EventBusName=bus, StatementId=sid, **members)
    else:
        policy = _policy_of_bus(site, bus)
        others = [one for one in policy["Statement"] if one.get("Sid") != sid]
        policy["Statement"] = [*others, {**statement, "Sid": sid}]
        site.call("events", "PutPermission", EventBusName=bus, Policy=policy)
    return bus, sid


@makes("AWS::Events::Rule")
def rule(site: Site, properties: Properties) -> Made:
    """Ref is the rule's name, with the bus before it where that is not the default one."""
    name = properties.text("Name", site.name(64))
    bus = properties.text("EventBusName", "default")
    targets = _targets(site, properties)
    said = properties.some(*RULE)
    tags = tag_list(properties.tags())
    arn = site.call("events", "PutRule", Name=name, EventBusName=bus, Tags=tags, **said)["RuleArn"]
    site.on_delete("events", "DeleteRule", Name=name, EventBusName=bus)
    _put_targets(site, name, bus, targets)
    bus_name = bus.rsplit("/", 1)[-1]
    return Made(ref=name if bus_name == "default" else f"{bus_name}|{name}", attributes={"Arn": arn})


@updates("AWS::Events::Rule", *RULE, "Targets")
def change_rule(site: Site, properties: Properties, before: Before) -> Made:
    """PutRule writes over what is there; targets that the template names no more are taken away."""
    bus, _, name = before.made.ref.rpartition("|")
    bus = bus or "default"
    targets = _targets(site, properties)
    said = properties.some(*RULE)
    properties.some("Name", "EventBusName", "Tags")
    site.call("events", "PutRule", Name=name, EventBusName=bus, **said)
    ids = {target["Id"] for target in targets}
    if gone := [target["Id"] for target in before.values.get("Targets", []) if target["Id"] not in ids]:
        site.call("events", "RemoveTargets", Rule=name, EventBusName=bus, Ids=gone)
    _put_targets(site, name, bus, targets)
    return before.made


def _targets(site: Site, properties: Properties) -> list[dict[str, Any]]:
    targets: list[dict[str, Any]] = properties.take("Targets", [])
    if len(targets) > MOST_TARGETS:
        raise InvalidTemplate(f"{site.resource.where}: a rule has at most {MOST_TARGETS} targets")
    return targets


def _put_targets(site: Site, name: str, bus: str, targets: list[dict[str, Any]]) -> None:
    if not targets:
        return
    answer = site.call("events", "PutTargets", Rule=name, EventBusName=bus, Targets=targets)
    if failed := answer.get("FailedEntries"):
        raise InvalidTemplate(f"{site.resource.where}: Targets: {failed}")
    ids = [target["Id"] for target in targets]
    site.on_delete("events", "RemoveTargets", Rule=name, EventBusName=bus, Ids=ids)


def _policy_of_bus(site: Site, bus: str) -> dict[str, Any]:
    written = site.call("events", "DescribeEventBus", Name=bus).get("Policy")
    empty: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}
    return json.loads(written) if written else empty
