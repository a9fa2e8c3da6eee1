"""EventBridge Scheduler: what fires when, as which role, and what becomes of failures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox.accounts import REGION, SOURCE
from sandbox.gate import AwsError
from sandbox.world import Sandbox
from tests.sandbox.serverless import DAY, Workshop, allow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

UNIVERSAL = "arn:aws:scheduler:::aws-sdk:sfn:startExecution"
ANY_MACHINE = f"arn:aws:states:{REGION}:{SOURCE.id}:stateMachine:x"
OFF = {"Mode": "OFF"}
NOTHING = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}


@pytest.fixture
def sandbox(simulator: Simulator) -> Iterator[Sandbox]:
    with Sandbox(permissions=simulator, data=False) as sandbox:  # begins on 2026-01-01T00:00:00Z
        yield sandbox


@pytest.fixture
def workshop(sandbox: Sandbox) -> Workshop:
    return Workshop(sandbox, "nightly")


def machine(workshop: Workshop) -> str:
    role = workshop.role("states", suffix="machine")
    client = workshop.sandbox.client("stepfunctions")
    made = client.create_state_machine(name="nightly", definition=json.dumps(NOTHING), roleArn=role)
    return str(made["stateMachineArn"])


def schedule(workshop: Workshop, expression: str, target: dict[str, Any], **more: Any) -> None:
    workshop.sandbox.client("scheduler").create_schedule(
        **{"Name": "nightly", "ScheduleExpression": expression, "FlexibleTimeWindow": OFF, "Target": target, **more}
    )


def inputs(workshop: Workshop, arn: str) -> list[Any]:
    """Inputs of the machine's executions, oldest first."""
    client = workshop.sandbox.client("stepfunctions")
    started = client.list_executions(stateMachineArn=arn)["executions"]
    arns = [one["executionArn"] for one in sorted(started, key=lambda one: one["startDate"])]
    return [json.loads(client.describe_execution(executionArn=one)["input"]) for one in arns]


def test_a_machine_starts_at_the_zone_s_hour_with_the_schedule_s_input(workshop: Workshop) -> None:
    arn = machine(workshop)
    role = workshop.role("scheduler", allow("states:StartExecution", arn))
    text = json.dumps({"database": "example-db", "at": "<aws.scheduler.scheduled-time>"})
    target = {"Arn": arn, "RoleArn": role, "Input": text}
    schedule(workshop, "cron(30 3 * * ? *)", target, ScheduleExpressionTimezone="Europe/Berlin")
    workshop.run(2 * DAY)
    assert inputs(workshop, arn) == [
        {"database": "example-db", "at": "2026-01-01T02:30:00Z"},
        {"database": "example-db", "at": "2026-01-02T02:30:00Z"},
    ]


def test_the_universal_target_names_the_execution(workshop: Workshop) -> None:
    arn = machine(workshop)
    role = workshop.role("scheduler", allow("states:StartExecution", arn))
    given = {"StateMachineArn": arn, "Name": "first-night", "Input": '{"x": 1}'}
    schedule(workshop, "at(2026-01-01T05:00:00)", {"Arn": UNIVERSAL, "RoleArn": role, "Input": json.dumps(given)})
    workshop.run(DAY)
    [execution] = workshop.sandbox.client("stepfunctions").list_executions(stateMachineArn=arn)["executions"]
    assert execution["name"] == "first-night"
    assert execution["startDate"].hour == 5
    assert inputs(workshop, arn) == [{"x": 1}]


def test_a_function_is_invoked_at_a_rate_that_begins_at_once(workshop: Workshop) -> None:
    spec = workshop.function("echo")
    role = workshop.role("scheduler", allow("lambda:InvokeFunction", spec.arn))
    target = {"Arn": spec.arn, "RoleArn": role, "Input": '{"n": "<aws.scheduler.attempt-number>"}'}
    schedule(workshop, "rate(15 minutes)", target)
    workshop.run(3600 - 1)
    assert workshop.received(spec) == [{"n": "1"}] * 4


def test_disabling_changing_and_deleting_a_schedule_counts_from_then_on(workshop: Workshop) -> None:
    spec = workshop.function("echo")
    role = workshop.role("scheduler", allow("lambda:InvokeFunction", spec.arn))
    target = {"Arn": spec.arn, "RoleArn": role}
    scheduler = workshop.sandbox.client("scheduler")
    common = {"Name": "nightly", "FlexibleTimeWindow": OFF, "Target": target}
    schedule(workshop, "cron(0 * * * ? *)", target, State="DISABLED")
    workshop.run(DAY / 2)
    assert workshop.received(spec) == []
    scheduler.update_schedule(**common, ScheduleExpression="cron(30 * * * ? *)")
    workshop.run(2 * 3600)
    scheduler.update_schedule(**common, ScheduleExpression="cron(45 * * * ? *)")
    workshop.run(3600)
    assert [one.scheduled.minute for one in workshop.sandbox.scheduler.fired] == [30, 30, 45]
    scheduler.delete_schedule(Name="nightly")
    workshop.run(DAY)
    assert len(workshop.sandbox.scheduler.fired) == 3


def test_start_and_end_dates_bound_a_schedule(workshop: Workshop) -> None:
    spec = workshop.function("echo")
    role = workshop.role("scheduler", allow("lambda:InvokeFunction", spec.arn))
    bounds = {"StartDate": "2026-01-03T00:00:00Z", "EndDate": "2026-01-04T12:00:00Z"}
    schedule(workshop, "cron(0 6 * * ? *)", {"Arn": spec.arn, "RoleArn": role}, **bounds)
    workshop.run(7 * DAY)
    assert [one.scheduled.day for one in workshop.sandbox.scheduler.fired] == [3, 4]


def test_a_finished_schedule_can_delete_itself(workshop: Workshop) -> None:
    spec = workshop.function("echo")
    role = workshop.role("scheduler", allow("lambda:InvokeFunction", spec.arn))
    target = {"Arn": spec.arn, "RoleArn": role}
    schedule(workshop, "at(2026-01-01T05:00:00)", target, ActionAfterCompletion="DELETE")
    workshop.run(DAY)
    assert len(workshop.received(spec)) == 1
    assert workshop.sandbox.client("scheduler").list_schedules()["Schedules"] == []


def test_a_flexible_window_moves_the_invocation_within_it(workshop: Workshop) -> None:
    spec = workshop.function("echo")
    role = workshop.role("scheduler", allow("lambda:InvokeFunction", spec.arn))
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 60}
    schedule(workshop, "cron(0 6 * * ? *)", {"Arn": spec.arn, "RoleArn": role}, FlexibleTimeWindow=window)
    workshop.run(3 * DAY)
    late = [one.time - one.scheduled.timestamp() for one in workshop.sandbox.scheduler.fired]
    assert len(late) == 3
    assert all(0 <= seconds < 3600 for seconds in late)
    assert len(set(late)) > 1


def test_a_tick_can_fire_twice_late_or_not_at_all(workshop: Workshop) -> None:
    arn = machine(workshop)
    role = workshop.role("scheduler", allow("states:StartExecution", arn))
    text = '{"at": "<aws.scheduler.scheduled-time>"}'
    schedule(workshop, "cron(0 5 * * ? *)", {"Arn": arn, "RoleArn": role, "Input": text})
    faults = workshop.sandbox.faults
    twice = faults.schedule("night*").doubled(apart=0.5)
    faults.schedule("other*").lost()
    workshop.run(DAY)
    assert inputs(workshop, arn) == [{"at": "2026-01-01T05:00:00Z"}] * 2
    assert len(twice.strokes) == 1
    faults.clear()
    faults.schedule("*").lost()
    workshop.run(DAY)
    faults.schedule("*").delayed(3_600)
    workshop.run(DAY)
    fired = workshop.sandbox.scheduler.fired
    assert [(one.scheduled.day, one.time - one.scheduled.timestamp()) for one in fired] == [
        (1, 0.0),
        (1, 0.5),
        (3, 3_600.0),
    ]


def test_a_schedule_s_name_has_64_letters_at_most(workshop: Workshop) -> None:
    arn = machine(workshop)
    role = workshop.role("scheduler", allow("states:StartExecution", arn))
    client = workshop.sandbox.transport.client("scheduler", SOURCE.admin, validate=False)
    given = {
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": arn, "RoleArn": role, "Input": "{}"},
    }
    for name in ("x" * 65, "two words", "a:b"):
        with pytest.raises(ClientError) as refused:
            client.create_schedule(Name=name, **given)
        assert refused.value.response["Error"]["Code"] == "ValidationException"
    client.create_schedule(Name="x" * 64, **given)


def test_a_role_without_the_right_ends_in_the_dead_letter_queue(workshop: Workshop) -> None:
    arn, dead = machine(workshop), workshop.queue("dead")
    role = workshop.role("scheduler", allow("sqs:SendMessage", dead))
    target = {"Arn": arn, "RoleArn": role, "Input": '{"x": 1}', "DeadLetterConfig": {"Arn": dead}}
    schedule(workshop, "at(2026-01-01T05:00:00)", target)
    workshop.run(DAY)
    assert inputs(workshop, arn) == []
    [(body, attributes)] = workshop.messages(dead)
    assert body == {"x": 1}
    assert attributes["ERROR_CODE"] == "NO_PERMISSIONS"
    assert "states:StartExecution" in attributes["ERROR_MESSAGE"]
    assert attributes["SCHEDULED_TIME"] == "2026-01-01T05:00:00Z"
    [fired] = workshop.sandbox.scheduler.fired
    assert (fired.outcome, fired.attempts) == ("dead-letter", 1)


def test_a_throttled_start_is_tried_again(workshop: Workshop) -> None:
    arn = machine(workshop)
    role = workshop.role("scheduler", allow("states:StartExecution", arn))
    schedule(workshop, "at(2026-01-01T05:00:00)", {"Arn": arn, "RoleArn": role})
    refused: list[str] = []

    def throttle(call: Any) -> None:
        if call.operation == "StartExecution" and len(refused) < 2:
            refused.append(call.operation)
            raise AwsError("ThrottlingException", "Rate exceeded")

    workshop.sandbox.gate.before.append(throttle)
    workshop.run(DAY)
    [fired] = workshop.sandbox.scheduler.fired
    assert (fired.outcome, fired.attempts, len(inputs(workshop, arn))) == ("delivered", 3, 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ScheduleExpression": "garbage"}, "Invalid Schedule Expression"),
        ({"ScheduleExpressionTimezone": "Europe/Atlantis"}, "no time zone"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes"),
        ({"Target": {"Arn": "arn:aws:scheduler:::aws-sdk:rds:describeDBInstances"}}, "does not honour"),
        ({"Target": {"Arn": UNIVERSAL, "Input": '{"Name": "x"}'}}, "StateMachineArn"),
        ({"Target": {"Arn": UNIVERSAL, "Input": '{"stateMachineArn": "x"}'}}, "unknown"),
        ({"Target": {"Arn": ANY_MACHINE, "SqsParameters": {"MessageGroupId": "x"}}}, "SqsParameters"),
    ],
)
def test_what_aws_would_not_take_is_refused(workshop: Workshop, change: dict[str, Any], words: str) -> None:
    good: dict[str, Any] = {"ScheduleExpression": "cron(0 3 * * ? *)", "Target": {"Arn": ANY_MACHINE}}
    given = good | change
    target = {"RoleArn": workshop.role("scheduler"), **given.pop("Target")}
    with pytest.raises(ClientError, match=words):
        schedule(workshop, given.pop("ScheduleExpression"), target, **given)
    assert workshop.sandbox.client("scheduler").list_schedules()["Schedules"] == []


def test_a_role_that_does_not_trust_scheduler_is_refused(workshop: Workshop) -> None:
    target = {"Arn": ANY_MACHINE, "RoleArn": workshop.role("events")}
    with pytest.raises(ClientError, match="must allow AWS EventBridge Scheduler to assume the role"):
        schedule(workshop, "rate(1 day)", target)
