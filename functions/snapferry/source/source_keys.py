"""The key that a snapshot is under: whether the stack's roles can read it, and whether a copy is needed. Reads only."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from snapferry.databases.source_checks import Subject
from snapferry.errors import DatabaseKeyNotNamed, DatabaseKeyNotUsable, GiveUp, UnderTransferKey
from snapferry.keys import Key, find_key
from snapferry.leasing import key_uses
from snapferry.leasing.key_policy import read_policy
from snapferry.source.route import Route

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

# what AWS documents for the caller who takes a snapshot (aws-facts 2.4)
_TO_CREATE: Final = ("kms:CreateGrant", "kms:DescribeKey")


def find_database_key(kms: "KMSClient", arn: str, route: Route) -> Key:
    """Return the key that a database or a snapshot is under.

    Raises:
        DatabaseKeyNotUsable: It is not enabled, not there, or may not be looked at.
    """
    try:
        return find_key(kms, arn, region=route.region, refusal=DatabaseKeyNotUsable)
    except DatabaseKeyNotUsable as refused:
        unseen = isinstance(refused.__cause__, ClientError)
        refused.remedy = _grant(route) if unseen else "enable it, or cancel its deletion, and run again"
        raise


def against_key(subject: Subject, key: Key, route: Route, kms: "KMSClient") -> Iterator[GiveUp]:
    """Yield why the stack's roles cannot use a customer managed key of a database or of a snapshot."""
    if key.arn not in route.database_keys:
        yield DatabaseKeyNotNamed(
            f"{subject.identifier} is under the customer managed key {key.arn}, which this stack's roles may not use",
            resource=key.arn,
            remedy="deploy the source stack again with this key in the parameter DatabaseKeyArns",
        )
    elif account_of(key) == route.source_account:
        yield from _against_policy(key, route, kms)


def against_transfer_key(subject: Subject, key: Key, route: Route) -> Iterator[GiveUp]:
    """Yield why what is under the transfer key already may not be opened: the deployer has not said so."""
    if not route.shares_originals:
        yield UnderTransferKey(
            f"{subject.identifier} is under the transfer key {key.arn} itself, which would be opened to the target "
            "account while the database uses it",
            resource=key.arn,
            remedy="deploy the source stack with another transfer key (TransferKeyArn empty makes one), or allow it "
            "with ShareOriginals=true",
        )


def account_of(key: Key) -> str:
    """Return the account that owns a key."""
    return key.arn.split(":")[4]


def statements_for(route: Route) -> list[dict[str, Any]]:
    """Return the key policy statements that the stack's roles need on a database's key that leaves nothing to IAM."""
    look: dict[str, Any] = {
        "Sid": "SnapferryLooks",
        "Effect": "Allow",
        "Principal": {"AWS": [route.plan_role]},
        "Action": list(key_uses.TO_LOOK),
        "Resource": "*",
    }
    use = {
        **look,
        "Sid": "SnapferryReadsThisDatabase",
        "Principal": {"AWS": [route.snapshot_role, route.copy_role]},
        "Action": list(key_uses.BY_RDS),
        "Condition": {"StringEquals": {"kms:ViaService": f"rds.{route.region}.amazonaws.com"}},
    }
    return [look, use]


def _grant(route: Route) -> str:
    return f"add to its policy these statements: {json.dumps(statements_for(route))}"


def _against_policy(key: Key, route: Route, kms: "KMSClient") -> Iterator[GiveUp]:
    policy = read_policy(kms, key.arn)
    said = key_uses.lacking(policy, {route.snapshot_role: _TO_CREATE, route.copy_role: key_uses.BY_RDS})
    if said:
        yield DatabaseKeyNotUsable(
            f"The policy of the database's key {key.arn} neither leaves it to IAM nor lets this stack's roles: {said}",
            resource=key.arn,
            remedy=_grant(route),
        )
