"""Giving an event to a target, with the permissions that each kind of target asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sandbox.attempts import NO_PERMISSIONS, NO_RESOURCE, TargetFailed
from sandbox.events.entries import bus_of_arn
from sandbox.gate import AwsError
from sandbox.queues import QueueRefused, send_by
from sandbox.register.events import BUS_POLICY, FUNCTION_POLICY, RULE_ARN_SEEN, SENDER_KEPT
from sandbox.roles import RoleRefused, act_as

if TYPE_CHECKING:
    from sandbox.accounts import Credentials
    from sandbox.events.bus import Events
    from sandbox.events.delivery import Delivery
    from sandbox.world import Sandbox

SERVICE = "events.amazonaws.com"


def send(sandbox: Sandbox, events: Events, delivery: Delivery) -> None:
    """Give the event to the target; in a virtual thread.

    Raises:
        TargetFailed: missing permission or target (never tried again), throttled, or broken.
    """
    service = delivery.target_arn.split(":")[2]
    if service == "lambda":
        _to_function(sandbox, delivery)
    elif service == "sqs":
        _to_queue(sandbox, delivery)
    elif service == "events":
        _to_bus(sandbox, events, delivery)
    else:
        _to_machine(sandbox, delivery)


def _to_function(sandbox: Sandbox, delivery: Delivery) -> None:
    """Asynchronously: what the function makes of it, its own retries and its failure queue decide."""
    arn = delivery.target_arn
    try:
        function = sandbox.functions.find(arn, delivery.account)
    except AwsError as error:
        raise TargetFailed(NO_RESOURCE, str(error), retry=False) from error
    decision = sandbox.permissions.check_service(
        SERVICE, "lambda:InvokeFunction", arn, function.policy, {**_context(delivery)}
    )
    if FUNCTION_POLICY.holds and not decision.allowed:
        raise TargetFailed(NO_PERMISSIONS, decision.message, retry=False)
    sandbox.functions.invoke_later(arn, json.loads(delivery.body), delivery.account)


def _to_queue(sandbox: Sandbox, delivery: Delivery) -> None:
    try:
        send_by(
            SERVICE,
            delivery.target_arn,
            delivery.body,
            permissions=sandbox.permissions,
            attributes={},
            context=_context(delivery),
        )
    except QueueRefused as refusal:
        raise TargetFailed(refusal.code, str(refusal), retry=False) from refusal


def _to_bus(sandbox: Sandbox, events: Events, delivery: Delivery) -> None:
    """The role's policies decide, and across accounts the receiving bus's too. The envelope stays as it is."""
    role, event = _role(sandbox, delivery), delivery.event
    decision = sandbox.permissions.check(
        role.caller,
        "events:PutEvents",
        delivery.target_arn,
        resource_policy=sandbox.permissions.resource_policy(delivery.target_arn),
        context={
            "events:source": event["source"],
            "events:detail-type": event["detail-type"],
            **(_context(delivery) if RULE_ARN_SEEN.holds else {}),
        },
    )
    if BUS_POLICY.holds and not decision.allowed:
        raise TargetFailed(NO_PERMISSIONS, decision.message, retry=False)
    account, region, name = bus_of_arn(delivery.target_arn)
    if not SENDER_KEPT.holds:
        event = event | {"account": account}
    events.dispatch(account, region, name, event, hops=delivery.hops + 1)


def _to_machine(sandbox: Sandbox, delivery: Delivery) -> None:
    """StartExecution in the role's name. The execution's name makes a second attempt harmless."""
    stepfunctions = sandbox.transport.client("stepfunctions", _role(sandbox, delivery), delivery.region)
    rule_name = delivery.rule_arn.rsplit("/", 1)[-1]
    try:
        stepfunctions.start_execution(
            stateMachineArn=delivery.target_arn,
            name=f"{delivery.event['id']}_{rule_name}"[:80],
            input=delivery.body,
        )
    except ClientError as error:
        raise TargetFailed.of(error) from error


def _role(sandbox: Sandbox, delivery: Delivery) -> Credentials:
    session = delivery.rule_arn.rsplit("/", 1)[-1]
    try:
        return act_as(sandbox, SERVICE, delivery.target["RoleArn"], session, _context(delivery))
    except RoleRefused as refusal:
        raise TargetFailed(NO_PERMISSIONS, str(refusal), retry=False) from refusal


def _context(delivery: Delivery) -> dict[str, str]:
    return {"aws:SourceArn": delivery.rule_arn, "aws:SourceAccount": delivery.account}
