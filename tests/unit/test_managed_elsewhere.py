"""A key policy that is managed elsewhere: what is wanted of it, and what is found."""

from datetime import UTC, datetime
from typing import Any

import pytest

from snapferry.errors import KeyPolicyNotOpen
from snapferry.leasing import lease as leases
from snapferry.leasing.managed_elsewhere import require, what_is_found
from tests.unit.policies import ADMINISTRATORS, POLICY, ROLE, lease

KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EVERYTHING = {**ADMINISTRATORS, "Sid": "Target", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}}


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease ends on January 3."""
    monkeypatch.setattr("snapferry.waits.now", lambda: datetime(2026, 1, 1, tzinfo=UTC))


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


def when(**condition: dict[str, Any]) -> dict[str, Any]:
    return {**EVERYTHING, "Condition": condition}


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, "kms:ViaService s3.eu-west-1"),
        ({"StringEquals": {"kms:ViaService": "rds.eu-west-2.amazonaws.com"}}, "kms:ViaService rds.eu-west-2"),
        ({"ArnEquals": {"aws:PrincipalArn": f"{ROLE}-2"}}, f"aws:PrincipalArn {ROLE}-2"),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}}, "aws:PrincipalArn arn:aws:iam::*:user/*"),
        ({"StringEquals": {"kms:CallerAccount": "333333333333"}}, "kms:CallerAccount 333333333333"),
        ({"StringNotEquals": {"aws:PrincipalAccount": "222222222222"}}, "StringNotEquals aws:PrincipalAccount"),
        ({"DateLessThan": {"aws:CurrentTime": "2025-12-31T00:00:00Z"}}, "2025-12-31"),  # over
        ({"DateLessThan": {"aws:CurrentTime": "2026-01-02T00:00:00Z"}}, "2026-01-02"),  # over before the deadline
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-02T00:00:00Z"}}, "2026-01-02"),  # not yet
        ({"Null": {"kms:ViaService": "true"}}, "Null kms:ViaService true"),
    ],
)
def test_a_condition_that_the_target_will_not_meet_is_told(condition: dict[str, Any], said: str) -> None:
    report = what_is_found(with_(when(**condition)), lease())
    assert "kms:Decrypt" in report["missing"]
    (finding,) = [each for each in report["findings"] if "kms:Decrypt" in each]
    assert "statement Target would allow it, but for its condition" in finding
    assert said in finding


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"kms:ViaService": ["rds.eu-west-1.amazonaws.com", "ec2.eu-west-1.amazonaws.com"]}},
        {"StringLike": {"kms:ViaService": "rds.*.amazonaws.com"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/snapferry-*"}},
        {"DateLessThan": {"aws:CurrentTime": "2026-01-03T02:00:00Z"}},
        {"DateGreaterThan": {"aws:CurrentTime": "2025-12-31T00:00:00Z"}, "Bool": {"aws:SecureTransport": "true"}},
        {"StringEqualsIfExists": {"kms:GrantIsForAWSResource": "true"}},
    ],
)
def test_a_condition_that_the_target_will_meet_is_enough(condition: dict[str, Any]) -> None:
    assert what_is_found(with_(when(**condition)), lease())["missing"] == []


def test_what_only_kms_can_tell_is_said_and_left_to_it() -> None:
    report = what_is_found(with_(when(StringEquals={"aws:PrincipalOrgID": "o-1"})), lease())
    assert report["missing"] == []
    assert (
        "allows it under the condition StringEquals aws:PrincipalOrgID o-1, of which only KMS" in report["findings"][0]
    )


def test_a_grant_that_is_not_for_a_service_is_told_apart() -> None:
    report = what_is_found(with_(when(Bool={"kms:GrantIsForAWSResource": "true"})), lease())
    assert report["found"] == ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]


@pytest.mark.parametrize(
    ("condition", "missing"),
    [
        ({"StringNotEquals": {"kms:ViaService": "rds.eu-west-1.amazonaws.com"}}, False),
        ({"StringNotEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, True),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-02T00:00:00Z"}}, True),  # before the deadline
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-04T00:00:00Z"}}, False),
    ],
)
def test_a_deny_counts_if_it_strikes_before_the_deadline(condition: dict[str, Any], missing: bool) -> None:  # noqa: FBT001
    deny = {**EVERYTHING, "Sid": "No", "Effect": "Deny", "Condition": condition}
    report = what_is_found(with_(EVERYTHING, deny), lease())
    assert ("kms:Decrypt" in report["missing"]) == missing
    assert any("statement No denies it" in each for each in report["findings"]) == missing


def test_where_it_lets_in_more_than_a_lease_would_it_is_said_statement_by_statement() -> None:
    assert what_is_found(leases.opened(POLICY, lease()), lease())["findings"] == []
    said = " ".join(what_is_found(with_({**EVERYTHING, "Principal": "*"}), lease())["findings"])
    for part in ("every account", "every role of account 222222222222", "direct calls", "no end"):
        assert part in said
    narrow = when(
        StringEquals={"kms:ViaService": "rds.eu-west-1.amazonaws.com"},
        ArnEquals={"aws:PrincipalArn": ROLE},
        DateLessThan={"aws:CurrentTime": "2026-01-03T02:00:00Z"},
    )
    assert what_is_found(with_(narrow), lease())["findings"] == []
    loose = lease(role_arn=None, via_service=False)
    said = " ".join(what_is_found(with_(EVERYTHING), loose)["findings"])
    assert "every role" not in said
    assert "direct calls" not in said
