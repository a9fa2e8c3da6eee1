"""Operations on state machines: names, sizes, and what becomes of a deleted one's executions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.machines import ANYTHING, Machines, asking, task

if TYPE_CHECKING:
    from sandbox.world import Sandbox

WAITS = {"Wait": {"Type": "Wait", "Seconds": 100, "Next": "End"}, "End": {"Type": "Succeed"}}


@pytest.fixture
def machines(sandbox: Sandbox) -> Machines:
    return Machines(sandbox)


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_name_is_taken_unless_the_same_machine_is_made_again(machines: Machines) -> None:
    first = machines.create("m", WAITS)
    assert machines.create("m", WAITS) == first
    with pytest.raises(ClientError) as refused:
        machines.create("m", {"End": {"Type": "Succeed"}})
    assert code(refused) == "StateMachineAlreadyExists"


def test_a_definition_has_at_most_one_megabyte(machines: Machines) -> None:
    with pytest.raises(ClientError) as refused:
        machines.create("m", {"End": {"Type": "Succeed", "Comment": "x" * 1024 * 1024}})
    assert code(refused) == "ValidationException"
    assert machines.client.list_state_machines()["stateMachines"] == []


def test_a_machine_that_writes_a_log_may_have_it_delivered(sandbox: Sandbox, machines: Machines) -> None:
    group = "arn:aws:logs:eu-west-1:111111111111:log-group:machines:*"
    given = {
        "name": "m",
        "definition": json.dumps({"QueryLanguage": "JSONata", "StartAt": "Wait", "States": WAITS}),
        "roleArn": machines.role,
        "loggingConfiguration": {
            "level": "ERROR",
            "includeExecutionData": False,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}],
        },
    }
    denied = {"Effect": "Deny", "Action": "logs:UpdateLogDelivery", "Resource": "*"}
    iam = sandbox.client("iam")
    iam.put_role_policy(
        RoleName="machine", PolicyName="less", PolicyDocument=json.dumps(ANYTHING | {"Statement": [denied]})
    )
    with pytest.raises(ClientError, match="not authorized to access the Log Destination") as refused:
        machines.client.create_state_machine(**given)
    assert code(refused) == "AccessDeniedException"
    iam.delete_role_policy(RoleName="machine", PolicyName="less")
    machines.client.create_state_machine(**given)


CAUGHT = [{"ErrorEquals": ["States.ALL"], "Next": "End"}]
BRANCH = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 100, "Next": "Then"}, "Then": asking()}}
TRANSITIONS: dict[str, dict[str, Any]] = {
    "wait": WAITS,
    "token": {"Ask": asking(Catch=CAUGHT, TimeoutSeconds=100), "End": {"Type": "Succeed"}},
    "branch": {"Both": {"Type": "Parallel", "Branches": [BRANCH], "Catch": CAUGHT, "Next": "End"}, "End": WAITS["End"]},
}


@pytest.mark.parametrize("place", TRANSITIONS)
def test_a_deleted_machine_s_executions_fail_at_their_next_transition(
    sandbox: Sandbox, machines: Machines, place: str
) -> None:
    ends: list[dict[str, Any]] = []
    sandbox.on_execution_end.append(lambda _account, _region, described: ends.append(described))
    machine = machines.create("m", TRANSITIONS[place])
    arn = sandbox.start_execution(machine, "run", {})
    sandbox.clock.run(limit=10)
    machines.client.delete_state_machine(stateMachineArn=machine)
    sandbox.clock.run(limit=80)
    assert sandbox.describe(arn)["status"] == "RUNNING"  # AWS waits for the transition, too
    assert machines.client.describe_state_machine(stateMachineArn=machine)["status"] == "DELETING"
    described = sandbox.wait_for(arn)
    assert (described["status"], described["error"]) == ("FAILED", "States.Runtime")
    assert described["cause"] == "State machine m has been deleted."
    assert (described["stopDate"] - described["startDate"]).total_seconds() == 100
    assert [event["type"] for event in machines.history(arn)][-1] == "ExecutionFailed"
    sandbox.clock.run(limit=3_600)
    assert [end["status"] for end in ends] == ["FAILED"]
    with pytest.raises(ClientError) as gone:
        machines.client.describe_state_machine(stateMachineArn=machine)
    assert code(gone) == "StateMachineDoesNotExist"


def test_a_machine_that_is_being_deleted_takes_nothing(sandbox: Sandbox, machines: Machines) -> None:
    client, machine = machines.client, machines.create("m", WAITS)
    arn = sandbox.start_execution(machine, "run", {})
    with pytest.raises(ClientError) as qualified:
        client.delete_state_machine(stateMachineArn=f"{machine}/label")
    assert code(qualified) == "ValidationException"
    client.delete_state_machine(stateMachineArn=machine)
    client.delete_state_machine(stateMachineArn=machine)
    for refused in (
        lambda: sandbox.start_execution(machine, "another", {}),
        lambda: client.update_state_machine(stateMachineArn=machine, definition="{}"),
        lambda: machines.create("m", WAITS),
    ):
        with pytest.raises(ClientError) as deleting:
            refused()
        assert code(deleting) == "StateMachineDeleting"
    client.stop_execution(executionArn=arn)
    assert sandbox.wait_for(arn)["status"] == "ABORTED"
    sandbox.clock.run(limit=3_600)
    assert machines.run(WAITS)["status"] == "SUCCEEDED"
    assert machines.create("m", WAITS) == machine


def test_a_machine_without_executions_is_gone_at_once(machines: Machines) -> None:
    machine = machines.create("m", WAITS)
    machines.client.delete_state_machine(stateMachineArn=machine)
    assert machines.client.list_state_machines()["stateMachines"] == []
    machines.client.delete_state_machine(stateMachineArn=machine)


@pytest.mark.parametrize("operation", ["redrive_execution", "test_state"])
def test_what_is_not_there_says_so(machines: Machines, operation: str) -> None:
    ended = machines.run({"Call": task()})
    given: dict[str, Any] = {"executionArn": ended["executionArn"]}
    if operation == "test_state":
        given = {"definition": json.dumps(WAITS["End"])}
    with pytest.raises(ClientError, match="the sandbox does not have") as refused:
        getattr(machines.client, operation)(**given)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
