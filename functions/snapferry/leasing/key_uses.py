"""What a key's policy lets roles do, told before RDS is asked.

Judged without the conditions; those are KMS's to judge, when RDS comes with the call.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from snapferry.leasing import policy_checks
from snapferry.leasing.lease import Policy

BY_RDS: Final = (
    "kms:CreateGrant",
    "kms:DescribeKey",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""What AWS documents for whoever has RDS encrypt or decrypt something (aws-facts 2.4, 4.2)."""
TO_LOOK: Final = ("kms:DescribeKey", "kms:GetKeyPolicy")


def lacking(policy: Policy, needs: Mapping[str, Iterable[str]]) -> str:
    """Return, for people, what a policy neither leaves to IAM nor lets roles do; empty if it lacks nothing.

    Args:
        policy: The key's.
        needs: The actions that each role needs, by its ARN.
    """
    missing = {
        role: [action for action in actions if not policy_checks.may(policy, action, role)]
        for role, actions in needs.items()
    }
    return "; ".join(f"{role} may not {', '.join(actions)}" for role, actions in missing.items() if actions)
