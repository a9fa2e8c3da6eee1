"""Grants that the target holds on the transfer key: a grant outlives the statement that allowed it (aws-facts 11)."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import GrantListEntryTypeDef


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant, as the receipt shows it."""

    id: str
    grantee: str
    operations: list[str]
    revoked: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as it stands in a function's result."""
        return asdict(self)


def grants_of(kms: "KMSClient", key_arn: str, account: str) -> list[Grant]:
    """Return the grants on a key that an account has issued, or that one of its principals holds."""
    pages = kms.get_paginator("list_grants").paginate(KeyId=key_arn)
    rows = [row for page in pages for row in page["Grants"] if _concerns(row, account)]
    return [Grant(row["GrantId"], row.get("GranteePrincipal", ""), list(row.get("Operations", []))) for row in rows]


def revoke(kms: "KMSClient", key_arn: str, grant: Grant) -> Grant:
    """End a grant."""
    kms.revoke_grant(KeyId=key_arn, GrantId=grant.id)
    return Grant(grant.id, grant.grantee, grant.operations, revoked=True)


def _concerns(row: "GrantListEntryTypeDef", account: str) -> bool:
    principals = (row.get("IssuingAccount", ""), row.get("GranteePrincipal", ""))
    return any(account in principal.split(":") for principal in principals)
