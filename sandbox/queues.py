"""Messages that AWS services put into SQS queues, with the permissions that this needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.sqs.models import sqs_backends

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.sqs.models import Queue

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
    queue = _find(queue_arn)
    decision = permissions.check_service(service, SEND, queue_arn, _policy_of(queue), dict(context))
    if not decision.allowed:
        raise QueueRefused("NO_PERMISSIONS", decision.message)
    _put(queue_arn, body, attributes)


def send_as(
    caller: Caller, queue_arn: str, body: str, *, permissions: Permissions, attributes: Mapping[str, str]
) -> None:
    """A service sends in the name of a role: its policies decide, across accounts also the queue's.

    Raises:
        QueueRefused: NO_RESOURCE, NO_PERMISSIONS.
    """
    queue = _find(queue_arn)
    decision = permissions.check(
        caller,
        SEND,
        queue_arn,
        resource_account=queue_arn.split(":")[4],
        resource_policy=_policy_of(queue),
    )
    if not decision.allowed:
        raise QueueRefused("NO_PERMISSIONS", decision.message)
    _put(queue_arn, body, attributes)


def _find(queue_arn: str) -> Queue:
    _, _, _, region, account, name = queue_arn.split(":")
    queue = sqs_backends[account][region].queues.get(name)
    if queue is None:
        raise QueueRefused("NO_RESOURCE", f"The queue {queue_arn} does not exist.")
    return queue


def _policy_of(queue: Queue) -> dict[str, Any] | None:
    return json.loads(queue.policy) if queue.policy else None


def _put(queue_arn: str, body: str, attributes: Mapping[str, str]) -> None:
    _, _, _, region, account, name = queue_arn.split(":")
    typed = {key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()}
    sqs_backends[account][region].send_message(name, body, message_attributes=typed)
