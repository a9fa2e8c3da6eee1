"""The target's own key: one of the stack's, or one that its deployer has named. Reads only."""

import json
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.errors import OwnKeyNotUsable
from snapferry.keys import DENIED, Key, find_key
from snapferry.leasing import key_uses
from snapferry.leasing.key_policy import read_policy
from snapferry.target.target_stack import TargetStack

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_TO_KEEP_PASSWORDS: Final = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")


def find_own_key(kms: "KMSClient", stack: TargetStack) -> Key:
    """Return the key of the copies, the databases and their secrets.

    Raises:
        OwnKeyNotUsable: It is not enabled, not there, of the wrong kind, or closed to the stack's roles.
    """
    try:
        key = find_key(kms, stack.key, region=stack.region, refusal=OwnKeyNotUsable)
        policy = read_policy(kms, key.arn) if _is_of(stack, key) else None
    except OwnKeyNotUsable as refused:
        if isinstance(refused.__cause__, ClientError) and aws.code(refused.__cause__) == DENIED:
            refused.remedy = _remedy(stack)
        raise
    except ClientError as error:
        if aws.code(error) != DENIED:
            raise
        raise OwnKeyNotUsable(
            f"The policy of key {stack.key} cannot be looked at", resource=stack.key, remedy=_remedy(stack)
        ) from error
    said = "" if policy is None else key_uses.lacking(policy, _needs(stack))
    if said:
        raise OwnKeyNotUsable(
            f"The policy of the own key {key.arn} neither leaves it to IAM nor lets this stack's roles: {said}",
            resource=key.arn,
            remedy=_remedy(stack),
        )
    return key


def statements_for(stack: TargetStack) -> list[dict[str, Any]]:
    """Return the key policy statements that the stack needs on a key that leaves nothing to IAM."""
    by_rds = {"StringEquals": {"kms:ViaService": f"rds.{stack.region}.amazonaws.com"}}
    root = f"arn:{stack.partition}:iam::{stack.account}:root"
    return [
        _statement("SnapferryLooks", [root], key_uses.TO_LOOK),
        _statement("SnapferryCopiesAndRestores", stack.users_by_rds, key_uses.BY_RDS) | {"Condition": by_rds},
        _statement("SnapferryKeepsPasswords", [stack.secure_role], _TO_KEEP_PASSWORDS),
    ]


def _is_of(stack: TargetStack, key: Key) -> bool:
    """KMS shows a key's policy to nobody of another account."""
    return key.arn.split(":")[4] == stack.account


def _needs(stack: TargetStack) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(stack.users_by_rds, key_uses.BY_RDS) | {stack.secure_role: _TO_KEEP_PASSWORDS}


def _statement(sid: str, principals: list[str], actions: tuple[str, ...]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": principals},
        "Action": list(actions),
        "Resource": "*",
    }


def _remedy(stack: TargetStack) -> str:
    return (
        f"add to its policy these statements: {json.dumps(statements_for(stack))}, or one that leaves it to the "
        "account's IAM, as KMS has it by default"
    )
