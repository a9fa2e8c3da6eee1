"""Grants that the target holds on the transfer key: a grant outlives the statement that allowed it (aws-facts 11).

Those that the source's own people have given to the target are shown too, but are not ours to end.
"""

import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import GrantListEntryTypeDef

_PRINCIPAL: Final = re.compile(r"arn:[^:]+:(?:iam|sts)::(\d{12}):.+|(\d{12})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One grant, as the receipt shows it.

    Attributes:
        issuing_account: 12 digits; empty where KMS does not say.
        grantee: An ARN, or a service that works for the account that has issued it; empty where KMS does not say.
    """

    id: str
    issuing_account: str
    grantee: str
    operations: list[str]
    revoked: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as it stands in a function's result."""
        return asdict(self)


def grants_of(kms: "KMSClient", key_arn: str, account: str) -> list[Grant]:
    """Return the grants on a key that an account has issued, or that one of its principals holds."""
    pages = kms.get_paginator("list_grants").paginate(KeyId=key_arn)
    found = [_grant(row) for page in pages for row in page["Grants"]]
    return [grant for grant in found if account in (grant.issuing_account, _account(grant.grantee))]


def revoke(kms: "KMSClient", key_arn: str, grant: Grant) -> Grant:
    """End a grant."""
    kms.revoke_grant(KeyId=key_arn, GrantId=grant.id)
    return replace(grant, revoked=True)


def _grant(row: "GrantListEntryTypeDef") -> Grant:
    return Grant(
        id=row["GrantId"],
        issuing_account=_account(row.get("IssuingAccount", "")),
        grantee=row.get("GranteePrincipal") or row.get("GranteeServicePrincipal", ""),
        operations=list(row.get("Operations", [])),
    )


def _account(principal: str) -> str:
    """Return a principal's account; empty for a service."""
    match = _PRINCIPAL.fullmatch(principal)
    return (match[1] or match[2]) if match else ""
