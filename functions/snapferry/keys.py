"""KMS keys: whether one can encrypt a snapshot, told before the first hour is spent."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.errors import GiveUp

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

_NOT_THERE: Final = frozenset({"NotFoundException", "InvalidArnException"})
DENIED: Final = "AccessDeniedException"


@dataclass(frozen=True, slots=True)
class Key:
    """A key that can encrypt snapshots.

    Attributes:
        managed_by_aws: Its policy cannot be changed, so no other account can ever use it (``aws/rds``).
    """

    arn: str
    managed_by_aws: bool


def describe_key(kms: "KMSClient", key: str, *, refusal: type[GiveUp]) -> "KeyMetadataTypeDef":
    """Return what KMS says of a key.

    Raises:
        GiveUp: ``refusal``: it is not there, or may not be looked at.
    """
    try:
        return kms.describe_key(KeyId=key)["KeyMetadata"]
    except ClientError as error:
        if aws.code(error) in _NOT_THERE:
            raise refusal(f"Key {key} does not exist", resource=key, remedy="name a key of this account") from error
        if aws.code(error) == DENIED:
            message = error.response["Error"]["Message"].rstrip(".")
            raise refusal(
                f"Key {key} cannot be looked at: {message}",
                resource=key,
                remedy="let the key's policy leave that to the account's roles, or name another key",
            ) from error
        raise


def find_key(kms: "KMSClient", key: str, *, region: str, refusal: type[GiveUp]) -> Key:
    """Return a key that is enabled, symmetric, for encryption, and of this Region (aws-facts 4.6).

    Args:
        kms: A client.
        key: Id, ARN, alias name or alias ARN.
        region: The Region in which RDS has to use it.
        refusal: Which error says that it cannot be used.

    Raises:
        GiveUp: ``refusal``, with every reason at once.
    """
    facts = describe_key(kms, key, refusal=refusal)
    reasons = _unusable(facts, region)
    if reasons:
        raise refusal(f"Key {key} cannot encrypt a snapshot: {'; '.join(reasons)}", resource=key, remedy="name another")
    return Key(arn=facts["Arn"], managed_by_aws=facts["KeyManager"] == "AWS")


def _unusable(facts: "KeyMetadataTypeDef", region: str) -> list[str]:
    key_region = facts["Arn"].split(":")[3]
    checks = {
        f"its state is {facts['KeyState']}": facts["KeyState"] == "Enabled",
        f"it is of the kind {facts['KeySpec']}, not SYMMETRIC_DEFAULT": facts["KeySpec"] == "SYMMETRIC_DEFAULT",
        f"it is for {facts['KeyUsage']}, not ENCRYPT_DECRYPT": facts["KeyUsage"] == "ENCRYPT_DECRYPT",
        f"it is of the Region {key_region}, not {region}": key_region == region,
    }
    return [reason for reason, fine in checks.items() if not fine]
