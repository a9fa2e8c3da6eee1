"""Key policies as people write them, and leases to open in them."""

from typing import Any

from hypothesis import strategies as st

from snapferry.lease import Lease

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
