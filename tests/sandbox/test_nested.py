"""Executions that a state starts: waited for, stopped with it, refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.machines import ANYTHING, Machines

if TYPE_CHECKING:
    from sandbox.world import Sandbox

INNER = {"Wait": {"Type": "Wait", "Seconds": 1_000, "Next": "End"}, "End": {"Type": "Succeed", "Output": {"r": [1]}}}
START = "arn:aws:states:::states:startExecution"
SDK_START = "arn:aws:states:::aws-sdk:sfn:startExecution"


@pytest.fixture
def machines(sandbox: Sandbox) -> Machines:
    return Machines(sandbox)


def starting(inner: str, resource: str = f"{START}.sync:2", **fields: Any) -> dict[str, Any]:
    """A machine's states: one that starts the inner machine."""
    given: Any = {"a": 1} if "aws-sdk" not in resource else '{"a": 1}'
    arguments = {"StateMachineArn": inner, "Name": "child", "Input": given}
    result = {"Output": "{% $states.result %}", "End": True}
    return {"Start": {"Type": "Task", "Resource": resource, "Arguments": arguments} | result | fields}


def child_of(machines: Machines, inner: str) -> dict[str, Any]:
    [child] = machines.client.list_executions(stateMachineArn=inner)["executions"]
    described: dict[str, Any] = machines.sandbox.describe(child["executionArn"])
    return described


def allow(machines: Machines, *actions: str, resource: str = "*") -> None:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    machines.sandbox.client("iam").put_role_policy(
        RoleName="machine", PolicyName="all", PolicyDocument=json.dumps(ANYTHING | {"Statement": [statement]})
    )


@pytest.mark.parametrize(
    ("resource", "output"), [(f"{START}.sync:2", {"r": [1]}), (f"{START}.sync", '{"r":[1]}'), (START, None)]
)
def test_another_execution_s_output_comes_as_json_or_as_text_or_not_at_all(
    machines: Machines, resource: str, output: Any
) -> None:
    inner = machines.create("inner", INNER)
    ended = machines.run(starting(inner, resource))
    assert ended["status"] == "SUCCEEDED"
    result = json.loads(ended["output"])
    assert (result.get("Output"), result.get("Status")) == (output, "SUCCEEDED" if output else None)
    assert json.loads(child_of(machines, inner)["input"]) == {"a": 1}
    waited = (ended["stopDate"] - ended["startDate"]).total_seconds()
    assert (waited >= 1_000) is bool(output)


def test_the_sdk_integration_starts_too(machines: Machines) -> None:
    inner = machines.create("inner", INNER)
    ended = machines.run(starting(inner, SDK_START))
    assert ended["status"] == "SUCCEEDED", ended
    assert json.loads(ended["output"])["ExecutionArn"] == child_of(machines, inner)["executionArn"]


def test_a_failed_execution_fails_the_state_with_what_is_known_of_it(machines: Machines) -> None:
    inner = machines.create("inner", {"Bad": {"Type": "Fail", "Error": "Bad", "Cause": "it is"}})
    failed = machines.run(starting(inner))
    assert (failed["status"], failed["error"]) == ("FAILED", "States.TaskFailed")
    told = json.loads(failed["cause"])
    assert (told["Status"], told["Error"], told["Cause"]) == ("FAILED", "Bad", "it is")


@pytest.mark.parametrize("how", ["stop", "timeout of the state"])
def test_what_a_stopped_execution_waits_for_is_stopped_too(sandbox: Sandbox, machines: Machines, how: str) -> None:
    inner = machines.create("inner", INNER)
    late: dict[str, Any] = {} if how == "stop" else {"TimeoutSeconds": 100}
    arn = machines.start(starting(inner, **late))
    sandbox.clock.run(limit=50)
    if how == "stop":
        machines.client.stop_execution(executionArn=arn)
    sandbox.clock.run(limit=100)
    assert sandbox.describe(arn)["status"] == ("ABORTED" if how == "stop" else "FAILED")
    assert child_of(machines, inner)["status"] == "ABORTED"


def test_without_the_right_to_stop_it_runs_on(sandbox: Sandbox, machines: Machines) -> None:
    inner = machines.create("inner", INNER)
    arn = machines.start(starting(inner))
    allow(machines, "states:StartExecution", "states:DescribeExecution")
    sandbox.clock.run(limit=50)
    machines.client.stop_execution(executionArn=arn)
    sandbox.clock.run(limit=100)
    assert child_of(machines, inner)["status"] == "RUNNING"


def test_a_refused_start_is_named_as_aws_names_it(machines: Machines) -> None:
    inner = machines.create("inner", INNER)
    allow(machines, "lambda:InvokeFunction")
    failed = machines.run(starting(inner, START))
    assert (failed["status"], failed["error"]) == ("FAILED", "StepFunctions.AccessDeniedException")
    assert "states:StartExecution" in failed["cause"]


def test_what_no_model_lists_has_the_services_general_name(sandbox: Sandbox, machines: Machines) -> None:
    inner = machines.create("inner", INNER)
    sandbox.faults.call("stepfunctions", "StartExecution", by="StepFunctions").fails()
    failed = machines.run(starting(inner, START))
    assert (failed["status"], failed["error"]) == ("FAILED", "StepFunctions.AWSStepFunctionsException")
    assert "Status Code: 500" in failed["cause"]


def test_who_waits_for_an_execution_must_be_allowed_to_look_at_it(machines: Machines) -> None:
    inner = machines.create("inner", INNER)
    outer = machines.create("outer", starting(inner))
    allow(machines, "states:StartExecution")
    failed = machines.sandbox.wait_for(machines.sandbox.start_execution(outer, "run", {}))
    assert failed["error"] == "StepFunctions.AccessDeniedException"
    assert "states:DescribeExecution" in failed["cause"]


def test_the_role_of_a_machine_that_waits_for_another_may_make_the_managed_rule(machines: Machines) -> None:
    inner = machines.create("inner", INNER)
    allow(machines, "states:*", "lambda:InvokeFunction", "events:PutRule")
    machines.create("outer", starting(inner, START))
    for make in (
        lambda: machines.create("waits", starting(inner)),
        lambda: machines.client.update_state_machine(
            stateMachineArn=inner,
            definition=json.dumps({"QueryLanguage": "JSONata", "StartAt": "Start", "States": starting(inner)}),
        ),
    ):
        with pytest.raises(ClientError, match="is not authorized to create managed-rule") as refused:
            make()
        assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    rule = "arn:aws:events:*:*:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
    allow(machines, "events:PutTargets", "events:PutRule", "events:DescribeRule", resource=rule)
    machines.create("waits", starting(inner))
