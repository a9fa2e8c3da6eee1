"""Key policies as people write them, and leases to open in them."""

import json
from typing import Any

from hypothesis import strategies as st

from snapferry.leasing.lease import Lease

ADMINISTRATORS: dict[str, Any] = {
    "Sid": "AccountAdministersTheKey",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
    "Action": "kms:*",
    "Resource": "*",
}
POLICY: dict[str, Any] = {"Version": "2012-10-17", "Id": "theirs", "Statement": [ADMINISTRATORS]}
ROLE = "arn:aws:iam::222222222222:role/snapferry-target-CopySnapshotFunctionRole"


def lease(transfer: str = "0123456789abcdef", **more: Any) -> Lease:
    """A lease for the target's copying role."""
    known: dict[str, Any] = {
        "account": "222222222222",
        "role_arn": ROLE,
        "region": "eu-west-1",
        "partition": "aws",
        "ends": "2026-01-03T02:00:00Z",
    }
    return Lease(transfer=transfer, **known | more)


TRANSFERS = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
LEASES = TRANSFERS.map(lease)
_TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=8)  # what KMS takes (aws-facts 4.3)
_ACTIONS = st.sampled_from(["kms:*", "kms:Decrypt", ["kms:Decrypt"], ["kms:Encrypt", "kms:DescribeKey"]])
_PRINCIPALS = st.sampled_from(
    ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::111111111111:root"]}, {"Service": "rds.amazonaws.com"}]
)
_OTHERS_STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Principal": _PRINCIPALS,
        "Action": _ACTIONS,
        "Resource": st.just("*"),
    },
    optional={
        "Sid": _TEXT | st.sampled_from(["Snapferry", "SnapferryLook", "Snapferry0123456789ABCDEFLook"]),
        "Condition": st.dictionaries(
            _TEXT, st.dictionaries(_TEXT, _TEXT | st.lists(_TEXT, max_size=2), max_size=2), max_size=2
        ),
    },
)
POLICIES = st.fixed_dictionaries(
    {"Version": st.just("2012-10-17"), "Statement": st.lists(_OTHERS_STATEMENTS, max_size=4)},
    optional={"Id": _TEXT},
)
"""Documents without a lease, in whatever language their authors write."""

_NAMES = st.sampled_from(
    [
        "arn:aws:iam::111111111111:root",
        "111111111111",
        "arn:aws:iam::111111111111:role/somebody",
        "arn:aws:iam::111111111111:role/snapferry-source-EditKeyPolicyFunctionRole",
        "arn:aws:iam::222222222222:root",
        "AROAQ3EXAMPLEROLE0002",
        "AIDAQ3EXAMPLEUSER0001",
        "*",
    ]
)
_NAMED = st.just("*") | st.fixed_dictionaries({"AWS": _NAMES | st.lists(_NAMES, min_size=1, max_size=3)})
_VERBS = st.sampled_from(["kms:*", "*", "kms:Put*", "kms:PutKeyPolicy", "KMS:putkeypolicy", "kms:P?tKeyPolicy"]) | (
    st.sampled_from(["kms:Decrypt", "kms:Get*", "kms:Schedule*", "kms:Encrypt"])
)
_CONDITIONS = st.dictionaries(
    st.sampled_from(["StringEquals", "StringLike", "Bool", "ArnLike"]),
    st.dictionaries(_TEXT.filter(bool), _TEXT | st.lists(_TEXT, max_size=3), min_size=1, max_size=2),
    min_size=1,
    max_size=2,
)
_SIDS = _TEXT | st.sampled_from(
    ["Snapferry", "Snapferry0123456789abcdef", "Snapferry0123456789abcdefLooked", "Ünser Schlüssel"]
)


def _statement(parts: tuple[str, str, str, Any, Any]) -> dict[str, Any]:
    effect, who, what, principal, action = parts
    return {"Effect": effect, who: principal, what: action, "Resource": "*"}


_RICH_STATEMENTS = st.builds(
    lambda base, more: {**base, **more},
    st.tuples(
        st.sampled_from(["Allow", "Allow", "Deny"]),
        st.sampled_from(["Principal", "Principal", "Principal", "NotPrincipal"]),
        st.sampled_from(["Action", "Action", "Action", "NotAction"]),
        _NAMED,
        _VERBS | st.lists(_VERBS, min_size=1, max_size=3),
    ).map(_statement),
    st.fixed_dictionaries({}, optional={"Sid": _SIDS, "Condition": _CONDITIONS}),
)
RICH_POLICIES = st.fixed_dictionaries(
    {"Version": st.just("2012-10-17"), "Statement": _RICH_STATEMENTS | st.lists(_RICH_STATEMENTS, max_size=5)},
    optional={"Id": _TEXT},
)
"""Documents with a single statement or a list of them, NotAction, NotPrincipal, deleted principals, any condition."""


def padded(policy: dict[str, Any], size: int) -> dict[str, Any]:
    """A policy with one more statement, so that it has at least this many bytes when it is put."""
    found = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    missing = max(0, size - len(json.dumps({**policy, "Statement": found}, separators=(",", ":"), ensure_ascii=False)))
    filler = {**ADMINISTRATORS, "Sid": "Long", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o" * missing}}}
    return {**policy, "Statement": [*found, filler]}
