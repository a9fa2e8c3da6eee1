"""What was left open: which statements of ours nobody stands for, and starting to close once for each attempt."""

import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from snapferry import lease
from snapferry.closing import start_closing, strays
from snapferry.transfers import Closing
from tests.unit import policies

KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_KEY = KEY.replace("1234abcd", "5678abcd")
OURS, THEIRS = "0123456789abcdef", "fedcba9876543210"
LEASE = policies.lease(THEIRS)
MACHINE = "arn:aws:states:eu-west-1:111111111111:stateMachine:snapferry-source-close-access"
CLOSING = Closing(transfer=OURS, key_arn=KEY, family="cluster", snapshot=None, copy=f"sf-example-db-{OURS}-c")


class States:
    """Step Functions, which knows the names of executions for 90 days."""

    def __init__(self, refusal: str = "ExecutionAlreadyExists") -> None:
        self.started: dict[str, Any] = {}
        self.refusal = refusal

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:  # noqa: A002, N803 - boto3's names
        assert stateMachineArn == MACHINE
        if name in self.started or self.refusal != "ExecutionAlreadyExists":
            raise ClientError({"Error": {"Code": self.refusal, "Message": "No."}}, "StartExecution")
        self.started[name] = json.loads(input)


def policy() -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Sid": "Theirs", "Effect": "Allow"}, *lease.statements(LEASE)]}


def stray_transfers(*, known: list[str], now: str, owned: list[str]) -> list[tuple[str, str]]:
    found = strays({KEY: policy(), OTHER_KEY: {"Statement": []}}, known, now=now, owned=owned)
    return [(each.closing.key_arn, each.closing.transfer) for each in found]


def test_a_statement_that_no_lease_stands_for_is_a_stray() -> None:
    assert stray_transfers(known=[OURS], now="2000-01-01T00:00:00Z", owned=[KEY]) == [(KEY, THEIRS)]


def test_one_that_the_books_know_is_none() -> None:
    assert stray_transfers(known=[THEIRS], now="2000-01-01T00:00:00Z", owned=[KEY]) == []


def test_on_a_key_of_several_stacks_another_ones_lease_stands_until_it_has_ended() -> None:
    assert stray_transfers(known=[], now="2000-01-01T00:00:00Z", owned=[]) == []
    assert stray_transfers(known=[], now=LEASE.ends, owned=[]) == [(KEY, THEIRS)]


def test_an_attempt_is_started_once_however_often_it_is_asked_for() -> None:
    states = States()
    assert [start_closing(cast("Any", states), MACHINE, CLOSING, 0) for _ in range(2)] == [True, False]
    assert start_closing(cast("Any", states), MACHINE, CLOSING, 7)
    assert sorted(states.started) == [f"{OURS}-close-0", f"{OURS}-close-7"]
    assert states.started[f"{OURS}-close-0"]["copy"] == CLOSING.copy


def test_that_it_cannot_be_started_is_told() -> None:
    """The event is then tried again, and the sweeper's alarm goes off."""
    with pytest.raises(ClientError, match="AccessDeniedException"):
        start_closing(cast("Any", States("AccessDeniedException")), MACHINE, CLOSING, 0)
