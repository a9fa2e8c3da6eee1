"""Messages that AWS services put into SQS queues, with the permissions that this needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.sqs.models import sqs_backends

from sandbox.register.events import QUEUE_POLICY
from sandbox.register.functions import FAILURE_RIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.accounts import Caller
    from sandbox.permissions import Permissions

SEND = "sqs:SendMessage"


class QueueRefused(Exception):
    """A message cannot be put into a queue; `code` is EventBridge's word for the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def send_by(  # noqa: PLR0913 - each of them is one part of a message and its permission
    service: str,
    queue_arn: str,
    body: str,
    *,
    permissions: Permissions,
    attributes: Mapping[str, str],
    context: Mapping[str, str],
) -> None:
    """A service sends in its own name: the queue's policy decides.

    Args:
        service: its principal, `events.amazonaws.com`.
        queue_arn: of a queue in either account.
        body: the message.
        permissions: who decides.
        attributes: message attributes, all strings.
        context: condition keys, such as aws:SourceArn.

    Raises:
        QueueRefused: NO_RESOURCE, NO_PERMISSIONS.
    """
    _must_exist(queue_arn)
    policy = permissions.resource_policy(queue_arn)
    decision = permissions.check_service(service, SEND, queue_arn, policy, dict(context))
    if QUEUE_POLICY.holds and not decision.allowed:
        raise QueueRefused("NO_PERMISSIONS", decision.message)
    _put(queue_arn, body, attributes)


def send_as(
    caller: Caller, queue_arn: str, body: str, *, permissions: Permissions, attributes: Mapping[str, str]
) -> None:
    """A service sends in the name of a role: its policies decide, across accounts also the queue's.

    Raises:
        QueueRefused: NO_RESOURCE, NO_PERMISSIONS.
    """
    _must_exist(queue_arn)
    decision = permissions.check(caller, SEND, queue_arn, resource_policy=permissions.resource_policy(queue_arn))
    if FAILURE_RIGHTS.holds and not decision.allowed:
        raise QueueRefused("NO_PERMISSIONS", decision.message)
    _put(queue_arn, body, attributes)


def _must_exist(queue_arn: str) -> None:
    _, _, _, region, account, name = queue_arn.split(":")
    if name not in sqs_backends[account][region].queues:
        raise QueueRefused("NO_RESOURCE", f"The queue {queue_arn} does not exist.")


def _put(queue_arn: str, body: str, attributes: Mapping[str, str]) -> None:
    _, _, _, region, account, name = queue_arn.split(":")
    typed = {key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()}
    sqs_backends[account][region].send_message(name, body, message_attributes=typed)
