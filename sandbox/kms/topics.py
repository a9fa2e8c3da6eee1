"""Topics under a key: SNS has whoever publishes use it, by way of SNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.sns.models import sns_backends

from sandbox.kms.keys import KeyNotAccessible
from sandbox.register.kms_keys import TOPICS

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.kms.use import ServiceUse

ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
CODES = {None: TOPICS.code, "Disabled": "KMSDisabled", KeyNotAccessible.MISSING: "KMSNotFound"}
"""By the key's state, where that is the reason; any other: KMSInvalidState."""


def check(call: Call, use: ServiceUse) -> None:
    """A hook before every call; looks at those that publish to a topic under a key.

    Raises:
        AwsError: KMSAccessDenied, or what its state makes of it.
    """
    if (call.service, call.operation) != ("sns", "Publish") or not TOPICS.holds:
        return
    topics = sns_backends[call.backend_account][call.region].topics
    topic = topics.get(call.parameters.get("TopicArn", ""))
    key = topic and topic.kms_master_key_id
    if not key:
        return
    try:
        use.on_behalf(call.caller, key, ACTIONS, via="sns", region=call.region, encryption_context={})
    except KeyNotAccessible as error:
        code = CODES.get(error.state, "KMSInvalidState")
        raise TOPICS.refusal(code=code, reason=error.reason) from error
