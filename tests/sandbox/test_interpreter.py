"""Each mending of moto's Step Functions interpreter, by what an execution does."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.stepfunctions.parser.asl.component.program import program
from moto.stepfunctions.parser.asl.eval.environment import Environment

from sandbox.accounts import SOURCE, TARGET
from sandbox.interpreter import forgetting, history
from sandbox.interpreter.errors import matches
from tests.sandbox.machines import Failure, Machines, asking, task

if TYPE_CHECKING:
    from sandbox.interpreter import StateEvent
    from sandbox.world import Sandbox


@pytest.fixture
def machines(sandbox: Sandbox) -> Machines:
    return Machines(sandbox)


def output(described: dict[str, Any]) -> Any:
    assert described["status"] == "SUCCEEDED", described
    return json.loads(described["output"])


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def types(machines: Machines, arn: str) -> list[str]:
    return [event["type"] for event in machines.history(arn)]


# Values


def test_values_survive_variables_states_and_choices(machines: Machines) -> None:
    text = 'he said "hi"\n\\ ü {% $x %}'
    described = machines.run(
        {
            "Note": {"Type": "Pass", "Assign": {"v": "{% $states.input %}"}, "Next": "Is it so?"},
            "Is it so?": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $v.none = null and $v.text = $states.input.text %}", "Next": "Yes"}],
                "Default": "No",
            },
            "Yes": {"Type": "Succeed", "Output": {"v": "{% $v %}", "third": "{% 9 / 3 %}"}},
            "No": {"Type": "Fail"},
        },
        {"text": text, "none": None, "list": [None, {"a": None}]},
    )
    assert output(described) == {"v": {"text": text, "none": None, "list": [None, {"a": None}]}, "third": 3}
    assert '"third":3}' in described["output"]


def test_assign_and_output_both_see_the_variables_as_they_were(machines: Machines) -> None:
    machines.function(lambda _: {"n": 2})
    states = {
        "One": {"Type": "Pass", "Assign": {"n": 1}, "Next": "Two"},
        "Two": task(
            Assign={"n": "{% $states.result.Payload.n %}", "was": "{% $n %}"},
            Output={"then": "{% $n %}"},
            Next="Three",
        ),
        "Three": {
            "Type": "Succeed",
            "Output": {"then": "{% $states.input.then %}", "n": "{% $n %}", "was": "{% $was %}"},
        },
    }
    assert output(machines.run(states)) == {"then": 1, "n": 2, "was": 1}


def test_variables_serve_a_jsonpath_machine_too(machines: Machines) -> None:
    states = {
        "Note": {"Type": "Pass", "Assign": {"list.$": "$.list", "text.$": "$.text"}, "Next": "Tell"},
        "Tell": {"Type": "Pass", "Parameters": {"second.$": "$list[1]", "text.$": "$text"}, "End": True},
    }
    described = machines.run(states, {"list": [1, None], "text": 'a "b" \\ c'}, QueryLanguage="JSONPath")
    assert output(described) == {"second": None, "text": 'a "b" \\ c'}


def test_an_undefined_value_fails_the_state_and_can_be_caught_in_a_task(machines: Machines) -> None:
    lost = machines.run({"Lost": {"Type": "Pass", "Output": "{% $states.input.nope %}", "End": True}})
    assert (lost["status"], lost["error"]) == ("FAILED", "States.QueryEvaluationError")
    assert "returned nothing (undefined)" in lost["cause"]
    caught = machines.run(
        {
            "Task": task(
                payload={"x": "{% $states.input.nope %}"},
                Catch=[{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "Caught", "Output": "caught"}],
            ),
            "Caught": {"Type": "Succeed"},
        }
    )
    assert output(caught) == "caught"


def test_the_context_tells_name_and_times_as_aws_writes_them(machines: Machines) -> None:
    described = machines.run(
        {
            "Wait": {"Type": "Wait", "Seconds": 61, "Next": "Tell"},
            "Tell": {
                "Type": "Succeed",
                "Output": {
                    "name": "{% $states.context.Execution.Name %}",
                    "start": "{% $states.context.Execution.StartTime %}",
                    "entered": "{% $states.context.State.EnteredTime %}",
                    "now": "{% $now() %}",
                    "millis": "{% $millis() - $toMillis($states.context.Execution.StartTime) %}",
                },
            },
        }
    )
    assert output(described) == {
        "name": "run",
        "start": "2026-01-01T00:00:00.000Z",
        "entered": "2026-01-01T00:01:01.000Z",
        "now": "2026-01-01T00:01:01.000Z",
        "millis": 61_000,
    }


def test_a_fail_state_computes_its_error_and_cause(machines: Machines) -> None:
    failed = machines.run(
        {
            "Fail": {
                "Type": "Fail",
                "Error": "{% 'Ferry' & $states.input.n %}",
                "Cause": "{% 'n is ' & $states.input.n %}",
            }
        },
        {"n": 7},
    )
    assert (failed["status"], failed["error"], failed["cause"]) == ("FAILED", "Ferry7", "n is 7")


# Tasks


def test_a_machine_calls_with_the_credentials_of_its_role(sandbox: Sandbox, machines: Machines) -> None:
    machines.run({"Call": task()})
    (call,) = sandbox.gate.calls_of("lambda", "Invoke")
    assert call.caller.role_arn == machines.role
    assert call.caller.arn.startswith(f"arn:aws:sts::{SOURCE.id}:assumed-role/machine/")


def test_a_role_that_does_not_trust_step_functions_is_not_assumed(sandbox: Sandbox, machines: Machines) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    sandbox.client("iam").update_assume_role_policy(
        RoleName="machine", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    failed = machines.run({"Call": task()})
    assert failed["status"] == "FAILED"
    assert "trust" in failed["cause"]


def test_an_error_of_a_function_is_named_by_its_class_with_awss_cause(machines: Machines) -> None:
    def fail(_: Any) -> None:
        raise Failure("SnapshotBroken", 'it said "no"')

    machines.function(fail)
    failed = machines.run({"Look": task()})
    assert failed["error"] == "SnapshotBroken"
    assert json.loads(failed["cause"]) == Failure("SnapshotBroken", 'it said "no"').payload


def test_retries_wait_in_virtual_time(sandbox: Sandbox, machines: Machines) -> None:
    times: list[float] = []

    def fail_twice(_: Any) -> dict[str, int]:
        times.append(sandbox.clock.now)
        if len(times) < 3:
            raise Failure("Busy")
        return {}

    machines.function(fail_twice)
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 600, "BackoffRate": 2, "MaxAttempts": 3}]
    assert machines.run({"Look": task(Retry=retry)})["status"] == "SUCCEEDED"
    assert [times[1] - times[0], times[2] - times[1]] == [600, 1_200]


def test_a_task_ends_after_its_timeout_while_the_function_goes_on(sandbox: Sandbox, machines: Machines) -> None:
    ended: list[float] = []

    def slow(_: Any) -> dict[str, int]:
        sandbox.clock.sleep(60)
        ended.append(sandbox.clock.now)
        return {}

    machines.function(slow)
    late = machines.run({"Slow": task(TimeoutSeconds=10)})
    assert (late["status"], late["error"]) == ("FAILED", "States.Timeout")
    assert (late["stopDate"] - late["startDate"]).total_seconds() == 10
    assert ended == []
    sandbox.clock.run(limit=100)
    assert len(ended) == 1


def test_another_machine_is_started_and_waited_for(machines: Machines) -> None:
    inner = machines.create(
        "inner",
        {"Wait": {"Type": "Wait", "Seconds": 3_600, "Next": "End"}, "End": {"Type": "Succeed", "Output": {"r": 1}}},
    )
    outer = {
        "Start": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Arguments": {"StateMachineArn": inner, "Name": "child", "Input": {"a": 1}},
            "Output": "{% $states.result %}",
            "End": True,
        }
    }
    result = output(machines.run(outer))
    assert (result["Name"], result["Status"], result["Output"]) == ("child", "SUCCEEDED", {"r": 1})
    assert result["StopDate"] - result["StartDate"] == 3_600_000


def test_a_branch_that_fails_ends_the_others_and_is_caught(sandbox: Sandbox, machines: Machines) -> None:
    slow = {"StartAt": "Slow", "States": {"Slow": {"Type": "Wait", "Seconds": 5_000, "End": True}}}
    failing = {
        "StartAt": "Soon",
        "States": {
            "Soon": {"Type": "Wait", "Seconds": 10, "Next": "Bad"},
            "Bad": {"Type": "Fail", "Error": "Bad", "Cause": "c"},
        },
    }
    catch = [{"ErrorEquals": ["Bad"], "Next": "Caught", "Output": "{% $states.errorOutput %}"}]
    began = sandbox.clock.now
    described = machines.run(
        {
            "Both": {"Type": "Parallel", "Branches": [slow, failing], "Catch": catch, "End": True},
            "Caught": {"Type": "Succeed"},
        }
    )
    assert output(described) == {"Error": "Bad", "Cause": "c"}
    assert sandbox.clock.now - began == 10


@pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
def test_a_map_works_on_so_many_at_a_time(sandbox: Sandbox, machines: Machines, mode: str) -> None:
    busy: list[int] = []

    def work(event: Any) -> Any:
        busy.append(busy[-1] + 1 if busy else 1)
        sandbox.clock.sleep(event["item"])
        busy.append(busy[-1] - 1)
        return event["item"] * 2

    machines.function(work)
    states = {
        "Each": {
            "Type": "Map",
            "Items": "{% $states.input.items %}",
            "MaxConcurrency": 2,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": mode} | ({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {}),
                "StartAt": "Work",
                "States": {
                    "Work": task(payload={"item": "{% $states.input %}"}, Output="{% $states.result.Payload %}")
                },
            },
            "End": True,
        }
    }
    described = machines.run(states, {"items": [10, 20, 30, 40]})
    assert output(described) == [20, 40, 60, 80]
    assert max(busy) == 2
    assert (described["stopDate"] - described["startDate"]).total_seconds() == 60


@pytest.mark.parametrize("error", ["States.Timeout", "States.QueryEvaluationError", "Own"])
def test_an_error_of_a_branch_keeps_its_name_for_the_catch(machines: Machines, error: str) -> None:
    states = {
        "States.Timeout": asking(TimeoutSeconds=10),
        "States.QueryEvaluationError": {"Type": "Pass", "Output": "{% $nope %}", "End": True},
        "Own": {"Type": "Fail", "Error": "Own"},
    }
    described = machines.run(
        {
            "Try": {
                "Type": "Parallel",
                "Branches": [{"StartAt": "Do", "States": {"Do": states[error]}}],
                "Catch": [
                    {"ErrorEquals": ["States.ALL"], "Next": "Close", "Assign": {"e": "{% $states.errorOutput %}"}}
                ],
                "Next": "Close",
            },
            "Close": {"Type": "Succeed", "Output": "{% $e.Error %}"},
        }
    )
    assert output(described) == error


@pytest.mark.parametrize(
    ("error", "wanted", "caught"),
    [
        ("Own", ["States.ALL"], True),
        ("Own", ["States.TaskFailed"], True),
        ("Own", ["Other"], False),
        ("States.Timeout", ["States.TaskFailed"], False),
        ("States.Timeout", ["States.ALL"], True),
        ("Lambda.Unknown", ["Other", "Lambda.Unknown"], True),
        ("States.Runtime", ["States.ALL"], False),
        ("States.DataLimitExceeded", ["States.ALL"], False),
    ],
)
def test_names_match_as_aws_says(error: str, wanted: list[str | None], *, caught: bool) -> None:
    assert matches(error, wanted) is caught


# Task tokens


def wait_for_token(machines: Machines, number: int = 1) -> str:
    machines.sandbox.clock.run(until=lambda: len(machines.tokens) == number, limit=86_400)
    machines.sandbox.clock.run(limit=1)
    return machines.tokens[-1]


def test_an_answer_becomes_the_tasks_result(machines: Machines) -> None:
    arn = machines.start({"Ask": asking()})
    token = wait_for_token(machines)
    assert 500 < len(token) <= 1_024
    machines.client.send_task_success(taskToken=token, output='{"rows": 2}')
    assert output(machines.sandbox.wait_for(arn)) == {"rows": 2}


def test_a_refusal_keeps_error_and_cause(machines: Machines) -> None:
    arn = machines.start({"Ask": asking()})
    machines.client.send_task_failure(taskToken=wait_for_token(machines), error="Declined", cause="no room")
    failed = machines.sandbox.wait_for(arn)
    assert (failed["error"], failed["cause"]) == ("Declined", "no room")


def test_an_answer_may_come_before_the_function_returns(machines: Machines) -> None:
    def answer(event: Any) -> dict[str, Any]:
        machines.client.send_task_success(taskToken=event["token"], output="1")
        return {}

    machines.function(answer)
    assert output(machines.run({"Ask": asking()})) == 1


def test_only_the_first_answer_counts(machines: Machines) -> None:
    arn = machines.start({"Ask": asking(Next="Rest"), "Rest": {"Type": "Wait", "Seconds": 100, "End": True}})
    token = wait_for_token(machines)
    machines.client.send_task_success(taskToken=token, output="1")
    for _ in range(2):
        with pytest.raises(ClientError) as error:
            machines.client.send_task_failure(taskToken=token, error="late")
        assert code(error) == "TaskTimedOut"
        machines.sandbox.clock.run(limit=10)
    assert machines.sandbox.wait_for(arn)["status"] == "SUCCEEDED"
    with pytest.raises(ClientError) as error:
        machines.client.send_task_heartbeat(taskToken=token)
    assert code(error) == "TaskTimedOut"


def test_an_answer_after_the_timeout_is_refused(machines: Machines) -> None:
    catch = [{"ErrorEquals": ["States.Timeout"], "Next": "Rest"}]
    states = {
        "Ask": asking(TimeoutSeconds=60, Catch=catch),
        "Rest": {"Type": "Wait", "Seconds": 100, "End": True},
    }
    machines.function(lambda _: machines.sandbox.clock.sleep(1))
    arn = machines.start(states)
    token = wait_for_token(machines)
    machines.sandbox.clock.run(limit=59)
    assert "WaitStateEntered" in types(machines, arn)
    with pytest.raises(ClientError) as error:
        machines.client.send_task_success(taskToken=token, output="1")
    assert code(error) == "TaskTimedOut"


def test_each_attempt_has_a_token_of_its_own(machines: Machines) -> None:
    retry = [{"ErrorEquals": ["Again"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    arn = machines.start({"Ask": asking(Retry=retry)})
    first = wait_for_token(machines)
    machines.client.send_task_failure(taskToken=first, error="Again")
    second = wait_for_token(machines, 2)
    with pytest.raises(ClientError) as error:
        machines.client.send_task_success(taskToken=first, output="1")
    assert code(error) == "TaskTimedOut"
    machines.client.send_task_success(taskToken=second, output="2")
    assert output(machines.sandbox.wait_for(arn)) == 2


def test_a_token_is_nothing_to_the_other_account_nor_is_a_made_up_one(sandbox: Sandbox, machines: Machines) -> None:
    machines.start({"Ask": asking()})
    token = wait_for_token(machines)
    for client, given in ((sandbox.client("stepfunctions", TARGET), token), (machines.client, "made up")):
        with pytest.raises(ClientError) as error:
            client.send_task_success(taskToken=given, output="1")
        assert code(error) == "InvalidToken"
    with pytest.raises(ClientError) as error:
        machines.client.send_task_success(taskToken=token, output="no JSON")
    assert code(error) == "InvalidOutput"


# Ends


CAUGHT = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
RETRIED = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3_000, "MaxAttempts": 2}]
STATES_TO_STOP_IN: dict[str, dict[str, Any]] = {
    "wait": {"Type": "Wait", "Seconds": 9_000, "End": True},
    "token": asking(Catch=CAUGHT, Retry=RETRIED),
    "slow function": task(payload={"sleep": 9_000}, Catch=CAUGHT),
    "retry": task(payload={"fail": True}, Retry=RETRIED, Catch=CAUGHT),
    "branch": {
        "Type": "Parallel",
        "Branches": [
            {"StartAt": "Ask", "States": {"Ask": asking()}},
            {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 9_000, "End": True}}},
        ],
        "Catch": CAUGHT,
        "End": True,
    },
}


def sleep_or_fail(sandbox: Sandbox) -> Any:
    def handle(event: Any) -> dict[str, Any]:
        sandbox.clock.sleep(event.get("sleep", 0))
        if event.get("fail"):
            raise Failure("Bad")
        return {}

    return handle


@pytest.mark.parametrize("place", STATES_TO_STOP_IN)
def test_a_stop_ends_the_execution_there_and_then(sandbox: Sandbox, machines: Machines, place: str) -> None:
    machines.function(sleep_or_fail(sandbox))
    ends: list[dict[str, Any]] = []
    sandbox.on_execution_end.append(lambda _account, _region, described: ends.append(described))
    arn = machines.start({"Here": STATES_TO_STOP_IN[place], "Caught": {"Type": "Succeed"}})
    sandbox.clock.run(limit=100)
    machines.client.stop_execution(executionArn=arn, error="Stopped", cause="by hand")
    sandbox.clock.run(limit=1)
    described = sandbox.describe(arn)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "Stopped", "by hand")
    assert (described["stopDate"] - described["startDate"]).total_seconds() == 100
    sandbox.clock.run(limit=20_000)
    assert types(machines, arn)[-1] == "ExecutionAborted"
    assert "SucceedStateEntered" not in types(machines, arn)
    assert [end["status"] for end in ends] == ["ABORTED"]


@pytest.mark.parametrize("place", STATES_TO_STOP_IN)
def test_the_machines_timeout_ends_it_wherever_it_is(sandbox: Sandbox, machines: Machines, place: str) -> None:
    machines.function(sleep_or_fail(sandbox))
    arn = machines.start({"Here": STATES_TO_STOP_IN[place], "Caught": {"Type": "Succeed"}}, TimeoutSeconds=500)
    described = sandbox.wait_for(arn)
    assert described["status"] == "TIMED_OUT"
    assert (described["stopDate"] - described["startDate"]).total_seconds() == 500
    sandbox.clock.run(limit=20_000)
    assert types(machines, arn)[-1] == "ExecutionTimedOut"
    assert "SucceedStateEntered" not in types(machines, arn)


def test_an_execution_may_be_stopped_before_it_has_begun(sandbox: Sandbox, machines: Machines) -> None:
    arn = machines.start({"Wait": {"Type": "Wait", "Seconds": 100, "End": True}})
    machines.client.stop_execution(executionArn=arn)
    assert sandbox.wait_for(arn)["status"] == "ABORTED"


@pytest.mark.parametrize(("end", "events"), [("SUCCEEDED", 4), ("ABORTED", 3), ("TIMED_OUT", 3)])
def test_an_execution_ends_once(
    sandbox: Sandbox, machines: Machines, monkeypatch: pytest.MonkeyPatch, end: str, events: int
) -> None:
    """The event that tells its end is the last one that its history has room for: that is no second end."""
    monkeypatch.setattr(history, "HISTORY_LIMIT", events + 1)
    ends: list[dict[str, Any]] = []
    sandbox.on_execution_end.append(lambda _account, _region, described: ends.append(described))
    seconds = {"TimeoutSeconds": 50} if end == "TIMED_OUT" else {}
    arn = machines.start({"Wait": {"Type": "Wait", "Seconds": 100, "End": True}}, **seconds)
    if end == "ABORTED":
        sandbox.clock.spawn(lambda: machines.client.stop_execution(executionArn=arn), "stop", 100)
    described = sandbox.wait_for(arn)
    sandbox.clock.run(limit=1_000)
    again = sandbox.describe(arn)
    assert [one["status"] for one in (*ends, described, again)] == [end] * 3
    assert (again["stopDate"], again.get("error")) == (described["stopDate"], None)
    assert len(machines.history(arn)) == events


def test_the_history_has_an_end(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "HISTORY_LIMIT", 50)
    failed = machines.run(
        {
            "A": {"Type": "Wait", "Seconds": 1, "Next": "B"},
            "B": {"Type": "Pass", "Next": "A"},
        }
    )
    assert (failed["status"], failed["error"]) == ("FAILED", "States.Runtime")
    assert "maximum number of history events" in failed["cause"]
    assert len(machines.history(failed["executionArn"])) == 50


# Operations on executions


@pytest.mark.parametrize("name", ["a:b", "a b", "", "x" * 81, "a/b", "2026-01-01T00:00:00Z", "a\tb", "a\x7fb"])
def test_names_that_aws_forbids_are_refused(machines: Machines, name: str) -> None:
    machine = machines.create("m", {"End": {"Type": "Succeed"}})
    client = machines.sandbox.transport.client("stepfunctions", SOURCE.admin, validate=False)
    with pytest.raises(ClientError) as error:
        client.start_execution(stateMachineArn=machine, name=name, input="{}")
    assert code(error) == "InvalidName"


def test_every_execution_has_a_name_and_the_same_start_is_the_same_execution(machines: Machines) -> None:
    machine = machines.create("m", {"Wait": {"Type": "Wait", "Seconds": 10, "End": True}})
    start = machines.client.start_execution
    unnamed = start(stateMachineArn=machine)["executionArn"]
    assert len(unnamed.rsplit(":", 1)[-1]) == 36
    first = start(stateMachineArn=machine, name="Ünïcode-name_1", input="{}")
    assert start(stateMachineArn=machine, name="Ünïcode-name_1", input="{}")["executionArn"] == first["executionArn"]
    with pytest.raises(ClientError) as error:
        start(stateMachineArn=machine, name="Ünïcode-name_1", input='{"other": 1}')
    assert code(error) == "ExecutionAlreadyExists"


def test_an_input_has_at_most_256_kib(machines: Machines) -> None:
    machine = machines.create("m", {"End": {"Type": "Succeed"}})
    fits = json.dumps("x" * (256 * 1024 - 2))
    assert machines.client.start_execution(stateMachineArn=machine, name="fits", input=fits)
    with pytest.raises(ClientError) as error:
        machines.client.start_execution(
            stateMachineArn=machine, name="not", input=json.dumps("ü" * 140_000, ensure_ascii=False)
        )
    assert code(error) == "ValidationException"


def test_a_states_output_has_at_most_256_kib(machines: Machines) -> None:
    pads = {"fits": 262_000, "large": 263_000}
    for name, size in pads.items():
        grown = f"{{% $pad('', {size}, 'x') %}}"
        ended = machines.run({"Grow": {"Type": "Pass", "Output": grown, "Next": "End"}, "End": {"Type": "Succeed"}})
        assert (ended["status"], ended.get("error")) == (
            ("SUCCEEDED", None) if name == "fits" else ("FAILED", "States.DataLimitExceeded")
        )


def test_executions_are_listed_with_their_ends(sandbox: Sandbox, machines: Machines) -> None:
    machine = machines.create("m", {"Wait": {"Type": "Wait", "Seconds": 100, "End": True}}, TimeoutSeconds=50)
    for name in ("a", "b"):
        sandbox.start_execution(machine, name, {})
        sandbox.clock.run(limit=30)
    found = machines.client.list_executions(stateMachineArn=machine, maxResults=1)
    assert [(one["name"], one["status"]) for one in found["executions"]] == [("b", "RUNNING")]
    sandbox.clock.run(limit=30)
    found = machines.client.list_executions(stateMachineArn=machine, maxResults=1, nextToken=found["nextToken"])
    assert [(one["name"], one["status"]) for one in found["executions"]] == [("a", "TIMED_OUT")]
    assert "stopDate" in found["executions"][0]


def test_those_that_ended_first_are_forgotten_first(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waited for one that began long ago asks for it when it has ended."""
    monkeypatch.setattr(forgetting, "KEPT", 2)
    waiting = {"Wait": {"Type": "Wait", "SecondsPath": "$.seconds", "End": True}}
    machine = machines.create("waits", waiting, QueryLanguage="JSONPath")
    lasting = (50, 10, 20, 30, 40)
    arns = {each: machines.sandbox.start_execution(machine, f"of-{each}", {"seconds": each}) for each in lasting}
    machines.sandbox.wait_for(arns[50])
    assert machines.sandbox.describe(arns[50])["status"] == "SUCCEEDED"
    known = machines.client.list_executions(stateMachineArn=machine)["executions"]
    assert {each["executionArn"] for each in known} == {arns[50], arns[40]}


def test_a_history_is_paged_and_can_be_read_backwards(sandbox: Sandbox, machines: Machines) -> None:
    arn = machines.run({"End": {"Type": "Succeed"}})["executionArn"]
    page = machines.client.get_execution_history(executionArn=arn, maxResults=1, reverseOrder=True)
    assert [event["type"] for event in page["events"]] == ["ExecutionSucceeded"]
    rest = machines.client.get_execution_history(
        executionArn=arn, maxResults=10, reverseOrder=True, nextToken=page["nextToken"]
    )
    assert rest["events"][-1]["type"] == "ExecutionStarted"
    assert rest["events"][-1]["timestamp"].timestamp() == sandbox.clock.now


# What is told


def test_each_state_is_told_as_it_happens(sandbox: Sandbox, machines: Machines) -> None:
    told: list[StateEvent] = []
    sandbox.on_state.append(told.append)

    def fail(_: Any) -> None:
        raise Failure("Bad")

    machines.function(fail)
    machines.run(
        {
            "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Try"},
            "Try": task(Catch=CAUGHT),
            "Caught": {"Type": "Succeed"},
        }
    )
    began = told[0].time
    assert [(event.state, event.kind, event.time - began) for event in told] == [
        ("Wait", "entered", 0),
        ("Wait", "exited", 60),
        ("Try", "entered", 60),
        ("Try", "failed", 60),
        ("Try", "exited", 60),
        ("Caught", "entered", 60),
        ("Caught", "exited", 60),
    ]
    assert {(event.account, event.machine) for event in told} == {(SOURCE.id, "machine-0")}
    assert told[3].details["error"] == "Bad"


def test_moto_gets_its_interpreter_back(sandbox: Sandbox) -> None:
    assert vars(program)["threading"] is not threading
    sandbox.close()
    assert vars(program)["threading"] is threading
    assert Environment.set_stop.__module__ == "moto.stepfunctions.parser.asl.eval.environment"
