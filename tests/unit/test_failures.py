"""What stands at the end of a red execution: a name from the runbook, and words that help."""

import json
from typing import Any

import pytest

from snapferry.contracts.incoming import TransferRequest
from snapferry.errors import NAMES
from snapferry.failures import CAUSE_LIMIT, explained, not_closed, with_way_on


def of_lambda(message: str, kind: str = "SnapshotFailed") -> str:
    """The cause that Step Functions makes of an exception of a function."""
    return json.dumps({"errorMessage": message, "errorType": kind, "requestId": "1", "stackTrace": ["  File ..."]})


def test_an_error_of_ours_keeps_its_name_and_loses_lambdas_wrapping() -> None:
    failure = {"Error": "SnapshotFailed", "Cause": of_lambda("RDS reports failed for snapshot sf-1.")}
    assert explained(failure, "Look at the snapshot") == ("SnapshotFailed", "RDS reports failed for snapshot sf-1.")


def test_the_targets_failure_arrives_in_plain_words() -> None:
    failure = {"Error": "ProfileNotFound", "Cause": "In the target account 222222222222: There is no profile."}
    assert explained(failure, "Ask for the restore") == (
        "ProfileNotFound",
        "In the target account 222222222222: There is no profile.",
    )


def test_busy_for_longer_than_all_retries_is_no_longer_an_error_that_a_retry_mends() -> None:
    failure = {"Error": "AwsBusy", "Cause": of_lambda("CopyDBSnapshot: Throttling", "AwsBusy")}
    assert explained(failure, "Copy")[0] == "AwsTooBusy"


@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        ({"Error": "KeyError", "Cause": of_lambda("'plan'", "KeyError")}, "Step: KeyError: 'plan'"),
        (
            {"Error": "States.QueryEvaluationError", "Cause": "undefined"},
            "Step: States.QueryEvaluationError: undefined",
        ),
        ({"Error": "Sandbox.Timedout", "Cause": "not { json"}, "Step: Sandbox.Timedout: not { json"),
        ({"Error": "X", "Cause": '["a list"]'}, 'Step: X: ["a list"]'),
        ({"Error": "States.Timeout"}, "Step: States.Timeout: "),
        ({}, "Step: : "),
    ],
)
def test_what_nobody_foresaw_says_where_it_happened(failure: dict[str, str], cause: str) -> None:
    assert explained(failure, "Step") == ("StepFailed", cause)


def test_a_cause_is_cut_to_what_step_functions_takes() -> None:
    for name in ("SnapshotFailed", "Unheard of"):
        assert len(explained({"Error": name, "Cause": "x" * 2 * CAUSE_LIMIT}, "Step")[1]) == CAUSE_LIMIT


def test_access_that_stays_open_comes_first_and_the_first_failure_is_not_forgotten() -> None:
    closing = {"Error": "KeyPolicyNotEditable", "Cause": of_lambda("KMS refused.", "KeyPolicyNotEditable")}
    failure = {"Error": "SnapshotTooSlow", "Cause": of_lambda("Still copying.", "SnapshotTooSlow")}
    name, cause = not_closed(closing, failure)
    assert name == "AccessNotClosed"
    assert "KMS refused." in cause
    assert cause.endswith("Before that: SnapshotTooSlow: Still copying.")


def test_access_that_stays_open_after_a_transfer_that_went_well() -> None:
    name, cause = not_closed({"Error": "AccessNotClosed", "Cause": "No lock for hours."}, None)
    assert (name, cause) == ("AccessNotClosed", "Access was not taken back completely: No lock for hours.")


def test_every_verdict_is_a_name_of_the_runbook() -> None:
    verdicts = {explained({"Error": name, "Cause": ""}, "Step")[0] for name in (*NAMES, "KeyError", "")}
    assert verdicts == NAMES - {"AwsBusy"}


KEPT = {"database": "example-db", "snapshot": "sf-example-db-0123456789abcdef-c", "until": "2026-01-02T00:00:00Z"}


@pytest.mark.parametrize(
    ("plan", "more"),
    [
        ({"restore": True, "profile": None}, {}),
        ({"restore": False, "profile": None}, {"restore": False}),
        ({"restore": True, "profile": "reporting"}, {"profile": "reporting"}),
        ({}, {}),  # closing later knows no more than the snapshots
    ],
)
def test_the_last_line_of_a_cause_is_the_input_that_carries_on(plan: dict[str, Any], more: dict[str, Any]) -> None:
    told = with_way_on("Something broke.", KEPT, plan)
    assert told.startswith("Something broke.\n")
    assert "until 2026-01-02T00:00:00Z" in told
    given = {"database": "example-db", "snapshot": "sf-example-db-0123456789abcdef-c", **more}
    assert json.loads(told.splitlines()[-1]) == given
    TransferRequest.model_validate(given)


def test_a_cause_that_is_too_long_loses_its_own_end_and_not_the_way_on() -> None:
    told = with_way_on("x" * 40_000, KEPT, {})
    assert len(told) == CAUSE_LIMIT
    assert json.loads(told.splitlines()[-1])["snapshot"] == KEPT["snapshot"]
