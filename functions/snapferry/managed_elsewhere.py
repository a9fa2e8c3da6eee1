"""Where the deployer manages the key policy: nothing is written, and the found document must let the target in."""

import json
from typing import Any, Final

from snapferry import lease, policy_checks
from snapferry.errors import KeyPolicyNotOpen
from snapferry.lease import Lease, Policy

ELSEWHERE: Final = "elsewhere"
"""The value of the stack's parameter KeyPolicyManaged that says so."""


def what_is_found(policy: Policy, wanted: Lease) -> dict[str, Any]:
    """Return the statements that are wanted, and which of their actions the document allows and lacks.

    Conditions in the document are not judged: KMS does that when the target copies.
    """
    actions = [action for each in lease.statements(wanted) for action in each["Action"]]
    missing = [action for action in actions if not _allows(policy, wanted, action)]
    return {
        "managed": ELSEWHERE,
        "wanted": lease.statements(wanted),
        "found": [action for action in actions if action not in missing],
        "missing": missing,
    }


def require(policy: Policy, wanted: Lease, key_arn: str) -> dict[str, Any]:
    """Return what is found, if it lets the target in.

    Raises:
        KeyPolicyNotOpen: It does not; the message holds the statements that are wanted.
    """
    report = what_is_found(policy, wanted)
    if report["missing"]:
        raise KeyPolicyNotOpen(
            f"The policy of {key_arn}, which is managed elsewhere, does not let account {wanted.account} do "
            f"{', '.join(report['missing'])}",
            resource=key_arn,
            remedy=f"add to it these statements, or wider ones: {json.dumps(report['wanted'])}",
        )
    return report


def _allows(policy: Policy, wanted: Lease, action: str) -> bool:
    # before the target has accepted nobody knows its role: any principal of its account may be meant
    role = wanted.role_arn or f"arn:{wanted.partition}:iam::{wanted.account}:root"
    return policy_checks.may(policy, action, role, anybody_of_account=wanted.role_arn is None)
