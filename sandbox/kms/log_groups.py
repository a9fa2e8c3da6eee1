"""Log groups under a key: CloudWatch Logs has to be let in by the key's policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.accounts import PARTITION
from sandbox.register.kms_keys import LOG_GROUPS

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.kms.use import ServiceUse
    from sandbox.permissions import Context

ACTIONS = (
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:DescribeKey",
)


def check(call: Call, use: ServiceUse) -> None:
    """A hook before every call; looks at those that put a log group under a key.

    Raises:
        AwsError: InvalidParameterException.
    """
    key = call.parameters.get("kmsKeyId")
    if call.service != "logs" or call.operation not in ("CreateLogGroup", "AssociateKmsKey") or not key:
        return
    account, region = call.caller.account, call.region
    group = f"arn:{PARTITION}:logs:{region}:{account}:log-group:{call.parameters['logGroupName']}"
    context: Context = {"kms:EncryptionContext:aws:logs:arn": group}
    service = f"logs.{region}.amazonaws.com"
    admitted = use.by_service(key, account, region, service=service, actions=ACTIONS, context=context)
    LOG_GROUPS.refuse_if(not admitted, group=group)
