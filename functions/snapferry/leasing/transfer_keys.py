"""The transfer key: which keys Snapferry refuses to write to, each refusal with a name of its own."""

from typing import TYPE_CHECKING, Final

from snapferry.errors import (
    KeyDisabled,
    KeyInAnotherRegion,
    KeyManagedByAws,
    KeyNotReleased,
    KeyNotSymmetric,
    KeyOfAnotherStack,
    KeyPendingDeletion,
    TransferKeyNotUsable,
)
from snapferry.findings import Findings
from snapferry.keys import describe_key

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

LEASE_TAG: Final = "snapferry:lease"
STACK_TAG: Final = "snapferry:stack"
ALLOWED: Final = "allowed"

_PENDING: Final = frozenset({"PendingDeletion", "PendingReplicaDeletion"})


def find_transfer_key(kms: "KMSClient", key: str, *, region: str) -> str:
    """Return the ARN of a key under which a copy can be encrypted that another account reads.

    Args:
        kms: A client.
        key: Id, ARN, alias name or alias ARN.
        region: The Region in which RDS has to use it.

    Raises:
        TransferKeyNotUsable: It is not there, or one of the named kinds of it.
        TransferNotPossible: Several of them at once.
    """
    _check_region(key, region)
    facts = describe_key(kms, key, refusal=TransferKeyNotUsable)
    _check_manager(facts)
    findings = Findings("source account")
    findings.check(lambda: _check_state(facts))
    findings.check(lambda: _check_kind(facts))
    findings.raise_any()
    return facts["Arn"]


def check_released(kms: "KMSClient", key_arn: str, *, stack: str) -> None:
    """Make sure by its tags that this stack may edit a key's policy.

    Raises:
        KeyNotReleased: Nobody has tagged it so.
        KeyOfAnotherStack: It is tagged for another stack.
    """
    tags = tags_of(kms, key_arn)
    if tags.get(LEASE_TAG) != ALLOWED:
        raise KeyNotReleased(
            f"Key {key_arn} lacks the tag {LEASE_TAG}={ALLOWED}, so its policy is not edited",
            resource=key_arn,
            remedy="tag it so, or deploy with KeyPolicyManaged=elsewhere",
        )
    owner = tags.get(STACK_TAG, stack)
    if owner != stack:
        raise KeyOfAnotherStack(
            f"Key {key_arn} is tagged {STACK_TAG}={owner}, and this stack is {stack}",
            resource=key_arn,
            remedy="give each stack a key of its own: two stacks do not see each other's locks",
        )


def tags_of(kms: "KMSClient", key_arn: str) -> dict[str, str]:
    """Return a key's tags."""
    rows = kms.list_resource_tags(KeyId=key_arn, Limit=50)["Tags"]  # 50 is all that a key can have
    return {row["TagKey"]: row["TagValue"] for row in rows}


def _check_manager(facts: "KeyMetadataTypeDef") -> None:
    if facts["KeyManager"] == "AWS":
        raise KeyManagedByAws(
            f"Key {facts['Arn']} is managed by AWS, so its policy can let in no other account",
            resource=facts["Arn"],
            remedy="deploy the source stack with the parameter TransferKeyArn naming a customer managed key, or empty",
        )


def _check_state(facts: "KeyMetadataTypeDef") -> None:
    state = facts["KeyState"]
    if state in _PENDING:
        raise KeyPendingDeletion(
            f"Key {facts['Arn']} is about to be deleted: its state is {state}",
            resource=facts["Arn"],
            remedy="cancel its deletion and enable it, or name another key",
        )
    if state != "Enabled":
        raise KeyDisabled(
            f"Key {facts['Arn']} cannot be used: its state is {state}",
            resource=facts["Arn"],
            remedy="enable it, or name another key",
        )


def _check_kind(facts: "KeyMetadataTypeDef") -> None:
    if (facts["KeySpec"], facts["KeyUsage"]) != ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"):
        raise KeyNotSymmetric(
            f"Key {facts['Arn']} is a {facts['KeySpec']} key for {facts['KeyUsage']}; RDS takes symmetric ones",
            resource=facts["Arn"],
            remedy="name a symmetric encryption key",
        )


def _check_region(key: str, region: str) -> None:
    """KMS knows keys of its own Region only, and would say of this one that it does not exist."""
    key_region = key.split(":")[3] if key.startswith("arn:") else region
    if key_region != region:
        raise KeyInAnotherRegion(
            f"Key {key} is of the Region {key_region}, not {region}",
            resource=key,
            remedy="name a key of the stack's own Region",
        )
