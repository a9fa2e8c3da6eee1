"""The lease: what a transfer writes into the transfer key's policy, as pure functions over the document.

``close(open(p)) == p``: statements of ours are added at the end and taken out by their Sid; nothing else is touched.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

type Policy = dict[str, Any]
type Statement = dict[str, Any]

SIZE_LIMIT: Final = 32 * 1024
"""Bytes that a key policy may have (aws-facts 4.3)."""

RESERVE: Final = 2 * 1024
"""Bytes that leases leave free. If they filled the document, KMS would refuse the key's administrators an edit of their
own, such as a Deny in an emergency, until a transfer ends; two long statements fit into it."""

_SID: Final = re.compile(r"Snapferry([0-9a-f]{16})(Look|Use|Grant)")
_DEAD_PRINCIPAL: Final = re.compile(r"A(IDA|ROA)[A-Z0-9]{12,}")

# What AWS documents for copying a shared encrypted snapshot (aws-facts 2.4, 4.2)
CRYPTOGRAPHIC: Final = [
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
]
GRANTS: Final = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who may use the key for what, and until when.

    Attributes:
        transfer: The transfer's id; part of each statement's Sid.
        account: The target account.
        role_arn: The one role of the target account that will copy; None lets in the whole account.
        region: The Region whose RDS may use the key on the role's behalf.
        ends: UTC, ISO 8601 with ``Z``: when the statements end by themselves.
        via_service: Let the key be used by way of RDS only, not by a direct call.
    """

    transfer: str
    account: str
    role_arn: str | None
    region: str
    partition: str
    ends: str
    via_service: bool = True

    @property
    def principal(self) -> str:
        """Who is let in: the role, or the whole account."""
        return self.role_arn or self.root

    @property
    def root(self) -> str:
        """The account, as a policy names it: all that its own administrators let use the key."""
        return f"arn:{self.partition}:iam::{self.account}:root"


def is_role_of(role_arn: str, account: str, partition: str) -> bool:
    """Tell whether this is one role of an account; ``*`` and ``?`` would be wildcards in a policy's condition."""
    return re.fullmatch(rf"arn:{partition}:iam::{account}:role/[A-Za-z0-9+=,.@_/-]+", role_arn) is not None


def statements(lease: Lease) -> list[Statement]:
    """Return the three statements of a lease: look at the key, use it, let RDS hold a grant on it.

    DescribeKey stands alone because a call through RDS is not the only one that needs it (aws-facts 4.2).
    """
    return [
        _statement(lease, "Look", ["kms:DescribeKey"], {}),
        _statement(lease, "Use", CRYPTOGRAPHIC, _through_rds(lease)),
        _statement(lease, "Grant", GRANTS, {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
    ]


def opened(policy: Policy, lease: Lease) -> Policy:
    """Return a policy with a transfer's lease in it, as the only one of that transfer."""
    return _with(policy, [*statements_in(closed(policy, lease.transfer)), *statements(lease)])


def closed(policy: Policy, transfer: str) -> Policy:
    """Return a policy without one transfer's lease; one that has none is returned as it is."""
    if not any(transfer_of(each) == transfer for each in statements_in(policy)):
        return policy
    return _with(policy, [each for each in statements_in(policy) if transfer_of(each) != transfer])


def without_leases(policy: Policy) -> Policy:
    """Return what others have written: a policy without any transfer's lease."""
    return _with(policy, [each for each in statements_in(policy) if transfer_of(each) is None])


def holds(policy: Policy, lease: Lease) -> bool:
    """Tell whether a policy holds exactly this lease."""
    found = [each for each in statements_in(policy) if transfer_of(each) == lease.transfer]
    return [_canonical(each) for each in found] == [_canonical(each) for each in statements(lease)]


def transfer_of(statement: Statement) -> str | None:
    """Return the transfer whose lease a statement belongs to; None if it is not ours."""
    match = _SID.fullmatch(str(statement.get("Sid", "")))
    return match and match[1]


def transfers_in(policy: Policy) -> frozenset[str]:
    """Return the transfers of which a policy holds any statement."""
    return frozenset(found for each in statements_in(policy) if (found := transfer_of(each)))


def ends_of(policy: Policy, transfer: str) -> list[str]:
    """Return when a transfer's statements end by themselves; UTC, ISO 8601."""
    own = [each for each in statements_in(policy) if transfer_of(each) == transfer]
    return [str(each["Condition"]["DateLessThan"]["aws:CurrentTime"]) for each in own]


def changes(before: Policy, after: Policy) -> list[str]:
    """Say which statements of others came or went between two documents."""
    one, other = ({_canonical(each): each for each in statements_in(without_leases(p))} for p in (before, after))
    gone = [f"{named(each)} is gone" for text, each in one.items() if text not in other]
    return gone + [f"{named(each)} is new" for text, each in other.items() if text not in one]


def fingerprint(policy: Policy) -> str:
    """Return the SHA-256, in hex, of what others have written in a policy."""
    return hashlib.sha256(_canonical(without_leases(policy)).encode()).hexdigest()


def same(one: Policy, other: Policy) -> bool:
    """Tell whether two documents say the same, in whichever way KMS writes them."""
    return _canonical(one) == _canonical(other)


def dead_principals(policy: Policy) -> list[str]:
    """Return the ids of deleted users and roles in a policy: KMS would refuse to take it back (aws-facts 4.3)."""
    return sorted({name for name in principals(policy) if _DEAD_PRINCIPAL.fullmatch(name)})


def size(policy: Policy) -> int:
    """Return the bytes that a policy has when it is put."""
    return len(encoded(policy).encode())


def encoded(policy: Policy) -> str:
    """Return a policy as it is put: as short as JSON gets."""
    return json.dumps(policy, separators=(",", ":"), ensure_ascii=False)


def _statement(lease: Lease, part: str, actions: list[str], conditions: Mapping[str, Any]) -> Statement:
    narrowed = {"ArnEquals": {"aws:PrincipalArn": lease.role_arn}} if lease.role_arn else {}
    return {
        "Sid": f"Snapferry{lease.transfer}{part}",
        "Effect": "Allow",
        "Principal": {"AWS": lease.root},
        "Action": actions,
        "Resource": "*",
        "Condition": {**narrowed, **conditions, "DateLessThan": {"aws:CurrentTime": lease.ends}},
    }


def _through_rds(lease: Lease) -> dict[str, Any]:
    if not lease.via_service:
        return {}
    # RDS may call by way of EBS too: AWS's own example lists both. The suffix is the same in every partition.
    services = [f"{service}.{lease.region}.amazonaws.com" for service in ("rds", "ec2")]
    return {"StringEquals": {"kms:ViaService": services}}


def _with(policy: Policy, statement: list[Statement]) -> Policy:
    return {**policy, "Statement": statement}


def statements_in(policy: Policy) -> list[Statement]:
    """Return a policy's statements; a document may hold a single one without a list."""
    found = policy.get("Statement", [])
    return list(found) if isinstance(found, list) else [found]


def principals(policy: Policy) -> list[str]:
    """Return everybody whom a policy names, wherever it does."""
    named = [each.get(key) for each in statements_in(policy) for key in ("Principal", "NotPrincipal")]
    kinds = [kind for one in named for kind in (one.values() if isinstance(one, dict) else [one])]
    return [str(name) for kind in kinds for name in (kind if isinstance(kind, list) else [kind])]


def named(statement: Statement) -> str:
    """Return what people call a statement by."""
    return f"statement {statement['Sid']}" if statement.get("Sid") else "a statement without a Sid"


def _canonical(value: Any) -> str:
    return json.dumps(_unlisted(value), sort_keys=True, separators=(",", ":"))


def _unlisted(value: Any) -> Any:
    """Write a list of one as its only member: KMS may show either (aws-facts 4.3)."""
    if isinstance(value, dict):
        return {name: _unlisted(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return _unlisted(value[0]) if len(value) == 1 else [_unlisted(inner) for inner in value]
    return value
