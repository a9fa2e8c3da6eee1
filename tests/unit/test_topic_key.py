"""A key that the deployer names for notifications: who would not be heard because of it is told, with what to add."""

from __future__ import annotations

from typing import Any

import pytest

from snapferry.messaging import topic_key
from snapferry.settings import Settings
from tests.unit.fake_kms import KEY, Kms

TELLER = "arn:aws:iam::111111111111:role/teller"
SETTINGS = Settings(
    {"TOPIC_KEY_ARN": KEY, "TELLER_ROLE_ARN": TELLER, "STACK_NAME": "snapferry-source", "AWS_REGION": "eu-west-1"}
)
CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}
ROOT = {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "kms:*", "Resource": "*"}
OURS = "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:snapferry-source-*"


def admits(principal: object = CLOUDWATCH, actions: object = "kms:*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"} | more


def said(*statements: dict[str, Any]) -> list[str]:
    policy = {"Version": "2012-10-17", "Statement": [*statements]}
    told = topic_key.remarks(Kms(policy), SETTINGS)  # type: ignore[arg-type]
    return [each.split(",")[0] for each in told]


@pytest.mark.parametrize("statement", [
    admits(), admits("*"), admits({"Service": ["sns.amazonaws.com", "cloudwatch.amazonaws.com"]}),
    admits(actions=["kms:Decrypt", "kms:GenerateDataKey*"]),
    admits(Condition={"StringEquals": {"aws:SourceAccount": "111111111111"}, "ArnLike": {"aws:SourceArn": OURS}}),
    admits(Condition={"StringEquals": {"aws:SourceOrgID": "o-1"}}),  # nobody can tell
])  # fmt: skip
def test_nothing_is_said_of_a_key_that_lets_alarms_be_told(statement: dict[str, Any]) -> None:
    assert said(ROOT, statement) == []


@pytest.mark.parametrize("statement", [
    ROOT, admits({"Service": "logs.eu-west-1.amazonaws.com"}), admits({"AWS": "111111111111"}),
    admits(actions="kms:Decrypt"),
    admits(Condition={"StringEquals": {"aws:SourceAccount": "222222222222"}}),
    admits(Condition={"ArnLike": {"aws:SourceArn": OURS.replace("source-", "other-")}}),
])  # fmt: skip
def test_a_key_that_keeps_cloudwatch_out_is_told(statement: dict[str, Any]) -> None:
    assert said(ROOT, statement) == ["alarms would be silent"]


def test_a_deny_counts_and_so_does_the_role_that_tells_failures() -> None:
    assert said(ROOT, admits(), admits(Effect="Deny")) == ["alarms would be silent"]
    assert said(admits()) == ["failures would not be told"]
    assert said(admits({"AWS": TELLER}), admits()) == []


def test_without_a_key_of_the_deployers_nobody_looks() -> None:
    assert topic_key.remarks(None, Settings({"TOPIC_KEY_ARN": ""})) == []  # type: ignore[arg-type]
