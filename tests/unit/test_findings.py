"""Everything that stands in the way at once."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from snapferry.errors import AwsBusy, DatabaseNotFound, GiveUp, KeyDisabled, TransferNotPossible
from snapferry.findings import Findings

SIDE = "source account 111111111111"


def refuse(error: Exception) -> Callable[[], object]:
    def check() -> object:
        raise error

    return check


def of_aws(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "not today"}}, "DescribeDBClusters")


def gathered(*errors: Exception) -> Findings:
    findings = Findings(SIDE)
    for error in errors:
        findings.check(refuse(error))
    return findings


def test_a_check_that_finds_nothing_gives_what_it_has_found_out() -> None:
    findings = Findings(SIDE)
    assert findings.check(lambda: 5) == 5
    findings.raise_any()
    assert findings.facts() == []


def test_the_only_finding_keeps_its_own_name() -> None:
    with pytest.raises(KeyDisabled) as raised:
        gathered(KeyDisabled("It is off", resource="key", remedy="enable it")).raise_any()
    assert str(raised.value) == f"In the {SIDE}: It is off. Resource: key. What to do: enable it."


def test_several_are_one_error_that_numbers_them() -> None:
    findings = gathered(KeyDisabled("It is off", remedy="enable it"), DatabaseNotFound("No db", resource="example"))
    with pytest.raises(TransferNotPossible) as raised:
        findings.raise_any()
    assert str(raised.value) == (
        "2 things stand in the way: (1) KeyDisabled: It is off. What to do: enable it. "
        "(2) DatabaseNotFound: No db. Resource: example."
    )
    assert raised.value.reasons == tuple(findings.refusals)


def test_one_that_refuses_for_several_reasons_counts_as_several() -> None:
    first = gathered(KeyDisabled("one"), DatabaseNotFound("two"))
    second = Findings("target account 222222222222")
    second.check(first.raise_any)
    assert [(each.error, each.side) for each in second.facts()] == [
        ("KeyDisabled", "target account 222222222222"),
        ("DatabaseNotFound", "target account 222222222222"),
    ]


def test_a_right_that_is_lacking_is_a_finding_and_a_busy_aws_is_none() -> None:
    (found,) = gathered(of_aws("AccessDenied")).facts()
    assert (found.error, found.what) == ("AwsRefused", "DescribeDBClusters: AccessDenied: not today")
    for busy in (of_aws("Throttling"), AwsBusy("later")):
        with pytest.raises(AwsBusy):
            gathered(busy)


def test_what_is_no_refusal_flies() -> None:
    with pytest.raises(ZeroDivisionError):
        gathered(ZeroDivisionError())
    assert issubclass(TransferNotPossible, GiveUp)
