"""A key policy that is managed elsewhere: what is wanted of it, and what is found."""

from typing import Any

import pytest

from snapferry import lease as leases
from snapferry.errors import KeyPolicyNotOpen
from snapferry.managed_elsewhere import require, what_is_found
from tests.unit.policies import ADMINISTRATORS, POLICY, ROLE, lease

KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EVERYTHING = {**ADMINISTRATORS, "Sid": "Target", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}}


def with_(*statements: dict[str, Any]) -> dict[str, Any]:
    return {**POLICY, "Statement": [ADMINISTRATORS, *statements]}


def test_our_own_statements_would_do() -> None:
    assert what_is_found(leases.opened(POLICY, lease()), lease())["missing"] == []


@pytest.mark.parametrize(
    "statement",
    [
        EVERYTHING,
        {**EVERYTHING, "Principal": {"AWS": "222222222222"}},
        {**EVERYTHING, "Principal": {"AWS": [ROLE]}},
        {**EVERYTHING, "Principal": "*", "Condition": {"StringEquals": {"kms:CallerAccount": "222222222222"}}},
    ],
)
def test_wider_statements_of_others_will_do_too(statement: dict[str, Any]) -> None:
    assert require(with_(statement), lease(), KEY)["managed"] == "elsewhere"


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [{**EVERYTHING, "Principal": {"AWS": "333333333333"}}],
        [{**EVERYTHING, "Action": "kms:DescribeKey"}],
        [{**EVERYTHING, "Principal": {"AWS": f"{ROLE}-2"}}],
        [EVERYTHING, {**EVERYTHING, "Effect": "Deny", "Action": "kms:CreateGrant"}],
    ],
)
def test_what_does_not_let_the_role_in_is_refused_with_the_statements_that_are_wanted(statements: Any) -> None:
    with pytest.raises(KeyPolicyNotOpen, match="kms:CreateGrant") as raised:
        require(with_(*statements), lease(), KEY)
    assert "Snapferry0123456789abcdefUse" in raised.value.remedy


def test_before_anybody_has_accepted_any_role_of_the_target_may_be_the_one() -> None:
    document = with_({**EVERYTHING, "Principal": {"AWS": ROLE}})
    assert what_is_found(document, lease(role_arn=None))["missing"] == []
    assert what_is_found(document, lease(role_arn=f"{ROLE}-2"))["missing"]
