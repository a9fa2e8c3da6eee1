"""What nobody could work off lies in the queue of failed events, put there with each role's own rights."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import set_stage
from sandbox.world import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.accounts import Account
    from sandbox.deploy import Stack
    from sandbox.permissions import Simulator
    from sandbox.stage import Stage

HOUR = 3_600.0
SCHEDULED = {
    "ScheduleExpression": "rate(12 hours)",
    "ScheduledDatabase": "example-db",
    "FleetScheduleExpression": "rate(12 hours)",
}
DRILLED = {"DrillSchedule": "rate(12 hours)", "DrillDatabase": "example-db"}


@pytest.fixture(scope="module")
def stage(simulator: Simulator) -> Iterator[Stage]:
    """Both stacks, with every schedule that they know."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield set_stage(sandbox, "aurora-mysql", source_parameters=SCHEDULED, target_parameters=DRILLED)


@pytest.mark.parametrize("account", [SOURCE, TARGET], ids=["source", "target"])
def test_an_event_that_a_function_fails_at_is_kept(stage: Stage, account: Account) -> None:
    sandbox, stack = stage.sandbox, _stack(stage, account)
    sandbox.faults.function("*", times=None).killed_before_it_begins()
    behind_events = _functions_behind_events(stack)
    for name in behind_events:
        sandbox.functions.invoke_later(stack.attributes[name]["Arn"], {"meant_for": name}, account.id)
    sandbox.clock.run(limit=600)
    sandbox.faults.clear()
    kept = [json.loads(message["Body"]) for message in _messages(stage, account)]
    assert {each["requestPayload"].get("meant_for") for each in kept} >= behind_events


@pytest.mark.parametrize("account", [SOURCE, TARGET], ids=["source", "target"])
def test_what_a_schedule_cannot_start_is_kept(stage: Stage, account: Account) -> None:
    sandbox, stack = stage.sandbox, _stack(stage, account)
    sandbox.faults.call("stepfunctions", "StartExecution", times=None).fails()
    sandbox.faults.call("lambda", "Invoke", times=None).fails()
    sandbox.clock.run(limit=26 * HOUR)
    sandbox.faults.clear()
    schedules = [each for each in stack.template.resources.values() if each.type == "AWS::Scheduler::Schedule"]
    wanted = {str(stack.scope.value(each.properties["Target"]["Arn"])) for each in schedules}
    kept = {message["MessageAttributes"]["TARGET_ARN"]["StringValue"] for message in _messages(stage, account)}
    assert kept == wanted


def _stack(stage: Stage, account: Account) -> Stack:
    return stage.source if account is SOURCE else stage.target


def _functions_behind_events(stack: Stack) -> set[str]:
    configured = (each for each in stack.template.resources.values() if each.type == "AWS::Lambda::EventInvokeConfig")
    return {str(each.properties["FunctionName"]["Ref"]) for each in configured}


def _messages(stage: Stage, account: Account) -> list[dict[str, Any]]:
    """All of the queue of failed events; they are taken out."""
    sqs, url = stage.sandbox.client("sqs", account), _stack(stage, account).resources["FailedEventsQueue"]
    found: list[dict[str, Any]] = []
    while received := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get(
        "Messages"
    ):
        found += received
        for message in received:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found
