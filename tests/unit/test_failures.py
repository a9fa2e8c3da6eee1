"""What stands at the end of a red execution: a name from the runbook, and words that help."""

import json
from typing import Any

import pytest

from snapferry.contracts.incoming import TransferRequest
from snapferry.errors import NAMES
from snapferry.failures import CAUSE_LIMIT, cause, explained, not_closed, way_on


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


@pytest.mark.parametrize("error", ["TooManyRequestsException", "ServiceException", "SdkClientException"])
def test_lambda_that_is_busy_is_no_fault_of_the_step_and_no_log_is_looked_at(error: str) -> None:
    name, said = explained({"Error": f"Lambda.{error}", "Cause": "Rate exceeded."}, "Copy")
    assert (name, said[: said.index("Rate")]) == ("AwsTooBusy", f"Copy: Lambda.{error}: ")
    told = cause(name, said, side=SIDE)
    assert told.count("What to do: ") == 1
    assert ("concurrent executions of Lambda" in told) is (error == "TooManyRequestsException")
    assert "log" not in told


@pytest.mark.parametrize(
    ("failure", "said"),
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
def test_what_nobody_foresaw_says_where_it_happened(failure: dict[str, str], said: str) -> None:
    assert explained(failure, "Step") == ("StepFailed", said)


def test_a_cause_is_cut_to_what_step_functions_takes() -> None:
    for name in ("SnapshotFailed", "Unheard of"):
        assert len(explained({"Error": name, "Cause": "x" * 2 * CAUSE_LIMIT}, "Step")[1]) == CAUSE_LIMIT


def test_access_that_stays_open_comes_first_and_the_first_failure_is_not_forgotten() -> None:
    closing = {"Error": "KeyPolicyNotEditable", "Cause": of_lambda("KMS refused.", "KeyPolicyNotEditable")}
    failure = {"Error": "SnapshotTooSlow", "Cause": of_lambda("Still copying.", "SnapshotTooSlow")}
    name, said = not_closed(closing, failure)
    assert name == "AccessNotClosed"
    assert "KMS refused." in said
    assert said.endswith("Before that: SnapshotTooSlow: Still copying.")


def test_a_snapshot_that_is_not_ours_is_no_access_that_stays_open() -> None:
    closing = {"Error": "NotOurs", "Cause": of_lambda("It lacks the tag.", "NotOurs")}
    failure = {"Error": "NameTaken", "Cause": of_lambda("The name is taken.", "NameTaken")}
    assert not_closed(closing, failure) == ("NameTaken", "The name is taken. Besides: It lacks the tag.")
    assert not_closed(closing, None) == ("NotOurs", "It lacks the tag.")


def test_access_that_stays_open_after_a_transfer_that_went_well() -> None:
    name, said = not_closed({"Error": "AccessNotClosed", "Cause": "No lock for hours."}, None)
    assert (name, said) == ("AccessNotClosed", "Access was not taken back completely: No lock for hours.")


def test_every_verdict_is_a_name_of_the_runbook() -> None:
    verdicts = {explained({"Error": name, "Cause": ""}, "Step")[0] for name in (*NAMES, "KeyError", "")}
    assert verdicts == NAMES - {"AwsBusy"}


KEPT = {"database": "example-db", "snapshot": "sf-example-db-0123456789abcdef-c", "until": "2026-01-02T00:00:00Z"}


def pasted(told: str) -> dict[str, Any]:
    """The last line, as a person copies it; one that starts a transfer."""
    given: dict[str, Any] = json.loads(told.splitlines()[-1])
    TransferRequest.model_validate(given)
    return given


@pytest.mark.parametrize("more", [{}, {"restore": False}, {"profile": "reporting"}, {"snapshot": "another"}])
def test_the_last_line_is_the_input_that_carries_on_from_the_kept_copy(more: dict[str, Any]) -> None:
    told = way_on("SnapshotFailed", {"database": "example-db", **more}, kept=KEPT)
    assert "until 2026-01-02T00:00:00Z" in told
    assert pasted(told) == {"database": "example-db", **more, "snapshot": KEPT["snapshot"]}


def test_without_a_kept_copy_it_is_the_input_itself() -> None:
    given = {"database": "example-db", "snapshot": "by-hand", "overlap": "wait"}
    assert pasted(way_on("KeyDisabled", given)) == given


def test_a_kept_copy_that_has_served_its_purpose_is_not_started_from_again() -> None:
    given = {"database": "example-db", "snapshot": KEPT["snapshot"], "restore": True}
    assert pasted(way_on("HookFailed", given, start_is_gone=True)) == {"database": "example-db", "restore": True}


@pytest.mark.parametrize(("name", "given"), [("HookFailed", None), ("InvalidInput", {"databse": "example-db"})])
def test_what_nobody_shall_start_again_as_it_was_is_not_printed(name: str, given: object) -> None:
    assert way_on(name, given) == ""


SIDE = "source account 111111111111"


def test_a_cause_tells_where_the_runbook_has_more_and_ends_with_the_input() -> None:
    again = way_on("KeyDisabled", {"database": "example-db"})
    told = cause("KeyDisabled", "In the source: it is disabled.", side=SIDE, way_on=again)
    assert told.splitlines()[:2] == ["In the source: it is disabled.", "See docs/runbook.md#keydisabled"]
    assert pasted(told) == {"database": "example-db"}


def test_what_the_other_account_has_said_already_is_not_said_twice() -> None:
    said = cause("HookFailed", "In the target account 222222222222: it failed.", side="target")
    assert cause("HookFailed", said, side=SIDE) == said


@pytest.mark.parametrize("name", ["AccessNotClosed", "AwsTooBusy", "StepFailed", "TargetExecutionEnded"])
def test_what_was_not_raised_by_one_of_our_checks_gets_its_side_and_a_remedy(name: str) -> None:
    (told, _) = cause(name, "Step: Sandbox.Timedout", side=SIDE).splitlines()
    assert told.startswith("In the source account 111111111111: Step: Sandbox.Timedout. What to do: ")
    assert cause(name, told, side="target").splitlines()[0] == told


def test_a_cause_that_is_too_long_loses_its_own_end_and_not_the_way_on() -> None:
    again = way_on("SnapshotFailed", {"database": "example-db"}, kept=KEPT)
    told = cause("SnapshotFailed", "x" * 40_000, side=SIDE, way_on=again)
    assert len(told) == CAUSE_LIMIT
    assert pasted(told)["snapshot"] == KEPT["snapshot"]


def test_an_input_that_would_leave_no_room_for_what_happened_is_left_out() -> None:
    assert way_on("SnapshotFailed", {"database": "x" * 20_000}) == ""
