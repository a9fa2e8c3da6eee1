"""Conditions judged before a call is made: what is certain must be what IAM's own rules say."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.permissions import Simulator
from sandbox.permissions.simulator import Question
from snapferry.leasing.policy_conditions import hold

ROLE = "arn:aws:iam::222222222222:role/copier"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
KNOWN: dict[str, str | None] = {
    "aws:principalarn": ROLE,
    "aws:principalaccount": "222222222222",
    "kms:calleraccount": "222222222222",
    "aws:currenttime": "2026-01-01T12:00:00Z",
    "aws:securetransport": "true",
    "kms:viaservice": "rds.eu-west-1.amazonaws.com",
    "kms:grantisforawsresource": None,
}
_STRINGS = st.sampled_from(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"])
_ARNS = st.sampled_from(["ArnEquals", "ArnLike", "ArnNotLike", "ArnNotEquals"])
_DATES = st.sampled_from(["DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"])
_IF_EXISTS = st.sampled_from(["", "IfExists"])


def _conditions(operators: Any, keys: list[str], values: list[str]) -> Any:
    found = st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=3)
    return st.builds(
        lambda op, rest, key, value: {op + rest: {key: value}}, operators, _IF_EXISTS, st.sampled_from(keys), found
    )


CONDITIONS = st.lists(
    st.one_of(
        _conditions(
            _STRINGS,
            ["kms:ViaService", "KMS:viaservice"],
            ["rds.eu-west-1.amazonaws.com", "rds.*", "s3.eu-west-1.amazonaws.com", "RDS.eu-west-1.amazonaws.com", "*"],
        ),
        _conditions(_STRINGS, ["kms:CallerAccount", "aws:PrincipalAccount"], ["222222222222", "333333333333", "2?22*"]),
        _conditions(
            _ARNS,
            ["aws:PrincipalArn"],
            [
                ROLE,
                f"{ROLE}-2",
                "arn:aws:iam::222222222222:role/*",
                "arn:aws:iam::*:role/copier",
                "arn:*:*::*:role/copi?r",
            ],
        ),
        _conditions(
            _DATES,
            ["aws:CurrentTime"],
            ["2026-01-01T12:00:00Z", "2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-01-01T13:00:00+02:00"],
        ),
        _conditions(st.just("Bool"), ["aws:SecureTransport", "kms:GrantIsForAWSResource"], ["true", "false"]),
        st.builds(
            lambda key, value: {"Null": {key: value}},
            st.sampled_from(["kms:ViaService", "kms:GrantIsForAWSResource"]),
            st.sampled_from(["true", "false"]),
        ),
    ),
    min_size=1,
    max_size=3,
)


@given(CONDITIONS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_certain_is_what_iam_says(simulator: Simulator, listed: list[dict[str, Any]]) -> None:
    conditions = {operator: keys for each in listed for operator, keys in each.items()}
    assert hold(conditions, KNOWN) == allowed(simulator, conditions)


@given(CONDITIONS, st.sampled_from(sorted(KNOWN)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_of_what_is_not_known_nothing_is_claimed(
    simulator: Simulator, listed: list[dict[str, Any]], unknown: str
) -> None:
    conditions = {operator: keys for each in listed for operator, keys in each.items()}
    truth = hold(conditions, {name: value for name, value in KNOWN.items() if name != unknown})
    assert truth in (None, allowed(simulator, conditions))


@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike", "ArnNotLike", "ArnNotEquals"])
@pytest.mark.parametrize("pattern", ["arn:aws:*:role/copier", "*"])
def test_of_a_pattern_that_is_no_arn_nothing_is_claimed(operator: str, pattern: str) -> None:
    assert hold({operator: {"aws:PrincipalArn": pattern}}, KNOWN) is None


def allowed(simulator: Simulator, conditions: dict[str, Any]) -> bool:
    names = {"kms:grantisforawsresource": "kms:GrantIsForAWSResource", "kms:viaservice": "kms:ViaService"}
    question = Question(
        principal=ROLE,
        action="kms:CreateGrant",
        resource=KEY,
        resource_account="111111111111",
        identity_policies={"everything": EVERYTHING},
        resource_policy={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                    "Condition": conditions,
                }
            ],
        },
        boundary=None,
        context={names.get(name, name): value for name, value in KNOWN.items() if value is not None},
    )
    return simulator.decide(question).allowed
