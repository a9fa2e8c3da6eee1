"""Whether the transfer key's policy will take this transfer's lease: opening it is tried on paper. Reads only."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from snapferry.errors import KeyPolicyFull
from snapferry.findings import Findings
from snapferry.leasing import lease, managed_elsewhere, policy_checks
from snapferry.leasing.asked_for import wanted_lease
from snapferry.leasing.key_policy import read_policy
from snapferry.leasing.lease import Lease, Policy
from snapferry.leasing.transfer_keys import check_released
from snapferry.settings import Settings
from snapferry.transfers import TransferPlan

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_LONGEST_NAME: Final = "x" * 64  # of a role: the target has yet to name it, and there must be room for any


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOutlook:
    """What is to be expected of the transfer key.

    Attributes:
        report: Where its policy is managed elsewhere: the statements that are wanted, and what is found of them.
        remarks: What passes by itself, but has to be waited for.
    """

    report: dict[str, Any] | None = None
    remarks: tuple[str, ...] = ()


def look_at_policy(kms: "KMSClient", plan: TransferPlan, settings: Settings, findings: Findings) -> KeyOutlook:
    """Note everything for which KMS, or we ourselves, would refuse to open this transfer's lease.

    Args:
        kms: A client.
        plan: The transfer.
        settings: The stack's.
        findings: Takes what is found.
    """
    if settings.key_policy_is_elsewhere:
        return _look_elsewhere(kms, plan.key_arn, wanted_lease(plan, settings, None), findings)
    findings.check(lambda: check_released(kms, plan.key_arn, stack=settings.stack))
    document = findings.check(lambda: read_policy(kms, plan.key_arn))
    if document is None:
        return KeyOutlook()
    wanted = wanted_lease(plan, settings, f"arn:{plan.partition}:iam::{plan.target_account}:role/{_LONGEST_NAME}")
    opened = lease.opened(document, wanted)
    full_for_now = _others_fill_it(document, opened, wanted)
    for refusal in policy_checks.reasons(opened, plan.key_arn, editor=settings.text("KEY_EDITOR_ARN")):
        if not (full_for_now and isinstance(refusal, KeyPolicyFull)):
            findings.add(refusal)
    waiting = "the leases of other transfers fill the key policy: this one waits until they end"
    return KeyOutlook(remarks=(waiting,) if full_for_now else ())


def _look_elsewhere(kms: "KMSClient", key_arn: str, wanted: Lease, findings: Findings) -> KeyOutlook:
    """Nothing will be written: the policy must let the target in as it stands."""
    report = findings.check(lambda: managed_elsewhere.require(read_policy(kms, key_arn), wanted, key_arn))
    return KeyOutlook(report=report)


def _others_fill_it(document: Policy, opened: Policy, wanted: Lease) -> bool:
    alone = lease.opened(lease.without_leases(document), wanted)
    return policy_checks.has_room(alone) and not policy_checks.has_room(opened)
