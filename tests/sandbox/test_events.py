"""EventBridge: what is taken, whom it reaches, what happens to what cannot be delivered."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox.accounts import REGION, SOURCE, TARGET
from sandbox.events import TargetFailed
from sandbox.world import Sandbox
from tests.sandbox.serverless import Workshop, allow, policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.accounts import Account
    from sandbox.events import Delivery
    from sandbox.functions import FunctionSpec
    from sandbox.permissions import Simulator

NOTHING = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}


@pytest.fixture(scope="module")
def sandbox(simulator: Simulator) -> Iterator[Sandbox]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield sandbox


@pytest.fixture
def workshop(sandbox: Sandbox, request: pytest.FixtureRequest) -> Iterator[Workshop]:
    yield Workshop(sandbox, request.node.name.removeprefix("test_")[:32].rstrip("_"))
    sandbox.events.before_delivery.clear()
    sandbox.events.before_attempt.clear()


def listener(workshop: Workshop, owner: Account = SOURCE, **pattern: Any) -> FunctionSpec:
    """A function behind a rule on the workshop's bus, which may invoke it."""
    spec = workshop.function("echo", account=owner)
    rule = workshop.rule({"Arn": spec.arn}, owner, **pattern)
    admit(workshop, spec, rule)
    return spec


def admit(workshop: Workshop, spec: FunctionSpec, rule: str) -> None:
    account = SOURCE if spec.account == SOURCE.id else TARGET
    workshop.sandbox.client("lambda", account).add_permission(
        FunctionName=spec.name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )


def admit_source(workshop: Workshop, bus: str, **condition: Any) -> None:
    """Let the source account put events on a bus of the target's."""
    statement: dict[str, Any] = {
        "Sid": "source",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{SOURCE.id}:root"},
        "Action": "events:PutEvents",
        "Resource": bus,
    }
    statement |= {"Condition": condition} if condition else {}
    workshop.sandbox.client("events", TARGET).put_permission(EventBusName=workshop.name, Policy=policy(statement))


def forward(workshop: Workshop, bus: str, **more: Any) -> str:
    """A rule that carries the workshop's events to a bus; its ARN."""
    role = workshop.role("events", allow("events:PutEvents", bus))
    return workshop.rule({"Arn": bus, "RoleArn": role, **more})


def outcomes(workshop: Workshop) -> list[tuple[str, str | None]]:
    mine = [one for one in workshop.sandbox.events.delivered if f"/{workshop.name}" in one.delivery.rule_arn]
    return [(one.outcome, one.error) for one in mine]


# What PutEvents takes


def test_each_entry_is_refused_for_itself(workshop: Workshop) -> None:
    good = {"Source": "tests", "DetailType": "Probe", "Detail": "{}"}
    bad = [{"Source": "aws.rds"}, {"Detail": "[]"}, {"Detail": "{"}, {"DetailType": "x" * 129}, {"Source": ""}]
    answer = workshop.sandbox.client("events").put_events(Entries=[good, *(good | one for one in bad)])
    assert answer["FailedEntryCount"] == len(bad)
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [
        None,
        "NotAuthorizedForSourceException",
        "MalformedDetail",
        "MalformedDetail",
        "InvalidArgument",
        "InvalidArgument",
    ]


@pytest.mark.parametrize(("number", "size"), [(11, 1), (4, 300_000)])
def test_too_much_for_a_request_is_refused_whole(workshop: Workshop, number: int, size: int) -> None:
    entry = {"Source": "tests", "DetailType": "Probe", "Detail": json.dumps({"x": "y" * size})}
    with pytest.raises(ClientError) as refused:
        workshop.sandbox.client("events").put_events(Entries=[entry] * number)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_an_unknown_bus_swallows_events(workshop: Workshop) -> None:
    assert workshop.put(EventBusName="nowhere")["FailedEntryCount"] == 0


# Rules


def test_a_function_gets_the_envelope_half_a_second_later(workshop: Workshop) -> None:
    workshop.bus()
    spec = listener(workshop)
    now = workshop.sandbox.clock.now
    identifier = workshop.put({"x": 1}, Resources=["arn:some"])["Entries"][0]["EventId"]
    workshop.run()
    [event] = workshop.received(spec)
    assert event == {
        "version": "0",
        "id": identifier,
        "detail-type": "Probe",
        "source": "tests",
        "account": SOURCE.id,
        "time": event["time"],
        "region": REGION,
        "resources": ["arn:some"],
        "detail": {"x": 1},
    }
    [record] = [one for one in workshop.sandbox.events.delivered if one.delivery.event["id"] == identifier]
    assert record.time == pytest.approx(now + 0.5)


@pytest.mark.parametrize(
    ("pattern", "taken"),
    [
        ({"account": [SOURCE.id]}, True),
        ({"account": [TARGET.id]}, False),
        ({"detail": {"name": [{"prefix": "sf-"}]}}, True),
        ({"detail": {"name": [{"anything-but": ["sf-1"]}]}}, False),
        ({"detail": {"name": [{"anything-but": {"prefix": "sf-"}}]}}, False),
        ({"detail": {"token": [{"exists": False}]}}, True),
        ({"detail": {"name": [{"exists": False}]}}, False),
        ({"detail": {"size": [{"numeric": [">", 5, "<=", 10]}]}}, True),
        ({"detail": {"tags": ["b"]}}, True),
        ({"$or": [{"detail": {"size": [1]}}, {"detail": {"name": ["sf-1"]}}]}, True),
        ({"$or": [{"detail": {"size": [1]}}, {"detail": {"name": ["sf-2"]}}]}, False),
        ({"detail": {"inner": {"deep": [None]}}}, True),
    ],
)
def test_patterns_match_as_eventbridge_s(sandbox: Sandbox, pattern: dict[str, Any], taken: bool) -> None:  # noqa: FBT001
    workshop = Workshop(sandbox, "patterns")
    events = sandbox.client("events")
    events.put_rule(Name="patterns", EventPattern=json.dumps({"source": ["tests"], **pattern}))
    events.put_targets(Rule="patterns", Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{SOURCE.id}:nowhere"}])
    before = len(sandbox.events.delivered)
    detail = {"name": "sf-1", "size": 10, "tags": ["a", "b"], "inner": {"deep": None}}
    workshop.put(detail, EventBusName="default")
    workshop.run(10)
    events.disable_rule(Name="patterns")
    assert (len(sandbox.events.delivered) - before == 1) is taken


def test_a_disabled_rule_takes_nothing(workshop: Workshop) -> None:
    workshop.bus()
    spec = listener(workshop)
    workshop.sandbox.client("events").disable_rule(Name=workshop.name, EventBusName=workshop.name)
    workshop.put()
    workshop.run()
    assert workshop.received(spec) == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"EventPattern": '{"detail": {"x": [{"prefixx": "a"}]}}'}, "prefixx"),
        ({"ScheduleExpression": "rate(5 minutes)"}, "EventBridge Scheduler"),
    ],
)
def test_rules_that_would_not_be_honoured_are_refused(sandbox: Sandbox, rule: dict[str, str], words: str) -> None:
    with pytest.raises(ClientError, match=words):
        sandbox.client("events").put_rule(Name="refused", **rule)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ({"Arn": f"arn:aws:events:{REGION}:{TARGET.id}:event-bus/x"}, "RoleArn is required"),
        ({"Arn": f"arn:aws:states:{REGION}:{SOURCE.id}:stateMachine:x"}, "RoleArn is required"),
        ({"Arn": f"arn:aws:sns:{REGION}:{SOURCE.id}:topic"}, "does not honour"),
        ({"Arn": f"arn:aws:sqs:{REGION}:{SOURCE.id}:q", "InputPath": "$.detail"}, "InputPath"),
        ({"Arn": f"arn:aws:sqs:{REGION}:{TARGET.id}:q"}, "another account"),
    ],
)
def test_targets_that_would_not_be_honoured_are_refused(sandbox: Sandbox, target: dict[str, str], words: str) -> None:
    events = sandbox.client("events")
    events.put_rule(Name="targets", EventPattern='{"source": ["nobody"]}')
    with pytest.raises(ClientError, match=words):
        events.put_targets(Rule="targets", Targets=[{"Id": "1", **target}])


def test_a_rule_has_at_most_five_targets(workshop: Workshop) -> None:
    workshop.bus()
    queue = workshop.queue()
    workshop.rule({"Arn": queue})
    more = [{"Id": f"more-{number}", "Arn": queue} for number in range(5)]
    with pytest.raises(ClientError, match="LimitExceeded"):
        workshop.sandbox.client("events").put_targets(Rule=workshop.name, EventBusName=workshop.name, Targets=more)


# Across the accounts


def test_an_event_crosses_with_its_sender_s_account(workshop: Workshop) -> None:
    workshop.bus()
    bus = workshop.bus(TARGET)
    only = {"events:source": "tests", "events:detail-type": ["Probe"]}
    admit_source(workshop, bus, StringEquals=only)
    forward(workshop, bus)
    spec = listener(workshop, TARGET, account=[SOURCE.id])
    workshop.put({"x": 1})
    workshop.run()
    [event] = workshop.received(spec)
    assert (event["account"], event["region"], event["detail"]) == (SOURCE.id, REGION, {"x": 1})


@pytest.mark.parametrize("missing", ["bus policy", "detail type", "role", "trust"])
def test_crossing_needs_the_role_and_the_bus_s_policy(sandbox: Sandbox, missing: str) -> None:
    workshop = Workshop(sandbox, f"crossing-without-{missing.replace(' ', '-')}")
    workshop.bus()
    bus = workshop.bus(TARGET)
    if missing != "bus policy":
        admitted = "Other" if missing == "detail type" else "Probe"
        admit_source(workshop, bus, StringEquals={"events:detail-type": admitted})
    rights = [] if missing == "role" else [allow("events:PutEvents", bus)]
    role = workshop.role("lambda" if missing == "trust" else "events", *rights)
    workshop.rule({"Arn": bus, "RoleArn": role})
    spec = listener(workshop, TARGET)
    workshop.put()
    workshop.run()
    assert outcomes(workshop) == [("lost", "NO_PERMISSIONS")]
    assert workshop.received(spec) == []


def test_a_bus_policy_may_name_the_sending_rule(workshop: Workshop) -> None:
    workshop.bus()
    bus = workshop.bus(TARGET)
    rule = forward(workshop, bus)
    admit_source(workshop, bus, ArnEquals={"aws:SourceArn": rule})
    spec = listener(workshop, TARGET)
    workshop.put()
    workshop.run()
    assert len(workshop.received(spec)) == 1


def test_an_event_makes_one_hop_only(workshop: Workshop) -> None:
    bus = workshop.bus()
    admit_source(workshop, there := workshop.bus(TARGET))
    forward(workshop, there)
    back = workshop.role("events", allow("events:PutEvents", bus), account=TARGET)
    workshop.rule({"Arn": bus, "RoleArn": back}, TARGET)
    workshop.put()
    workshop.run()
    assert outcomes(workshop) == [("delivered", None)]


def test_putting_on_a_foreign_bus_needs_its_policy(workshop: Workshop) -> None:
    bus = workshop.bus(TARGET)
    spec = listener(workshop, TARGET)
    with pytest.raises(ClientError) as refused:
        workshop.put(EventBusName=bus)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    admit_source(workshop, bus, StringEquals={"events:source": "tests"})
    assert workshop.put(EventBusName=bus)["FailedEntryCount"] == 0
    with pytest.raises(ClientError):
        workshop.put(EventBusName=bus, Source="others")
    workshop.run()
    assert [event["account"] for event in workshop.received(spec)] == [SOURCE.id]


def test_an_entry_may_be_refused_for_itself(workshop: Workshop) -> None:
    """Where the setting says so; the others of the call are taken."""
    bus = workshop.bus(TARGET)
    spec = listener(workshop, TARGET)
    admit_source(workshop, bus, StringEquals={"events:source": "tests"})
    workshop.sandbox.events.unconfirmed.put_events_denied_by_entry = True
    entry = {"Source": "tests", "DetailType": "Probe", "Detail": "{}", "EventBusName": bus}
    try:
        answer = workshop.sandbox.client("events").put_events(Entries=[entry | {"Source": "others"}, entry])
    finally:
        workshop.sandbox.events.unconfirmed.put_events_denied_by_entry = False
    denied, taken = answer["Entries"]
    assert (answer["FailedEntryCount"], denied["ErrorCode"]) == (1, "AccessDeniedException")
    assert "no resource-based policy allows the events:PutEvents action" in denied["ErrorMessage"]
    workshop.run()
    assert [event["id"] for event in workshop.received(spec)] == [taken["EventId"]]


def test_patterns_and_policies_have_a_size(workshop: Workshop) -> None:
    workshop.bus()
    client = workshop.sandbox.transport.client("events", SOURCE.admin, validate=False)
    pattern = json.dumps({"source": ["tests"], "detail": {"x": ["y" * 2048]}})
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "x" * 10_240}]})
    with pytest.raises(ClientError, match="'eventPattern' failed to satisfy constraint"):
        client.put_rule(Name=workshop.name, EventBusName=workshop.name, EventPattern=pattern)
    with pytest.raises(ClientError) as refused:
        client.put_permission(EventBusName=workshop.name, Policy=policy)
    assert refused.value.response["Error"]["Code"] == "PolicyLengthExceededException"


# Targets, and what cannot be delivered


def test_a_function_must_admit_the_rule(workshop: Workshop) -> None:
    workshop.bus()
    spec = workshop.function("echo")
    rule = workshop.rule({"Arn": spec.arn})
    admit(workshop, spec, f"{rule}-other")
    workshop.put()
    workshop.run()
    assert (outcomes(workshop), workshop.received(spec)) == ([("lost", "NO_PERMISSIONS")], [])


def test_a_queue_gets_the_event_if_its_policy_names_the_rule(workshop: Workshop) -> None:
    workshop.bus()
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}}
    name = f"{workshop.name}/{workshop.name}"
    rule = f"arn:aws:events:{REGION}:{SOURCE.id}:rule/{name}"
    admitted = workshop.queue("yes", statement | {"Condition": {"ArnEquals": {"aws:SourceArn": rule}}})
    other = workshop.queue("no", statement | {"Condition": {"ArnEquals": {"aws:SourceArn": f"{rule}-other"}}})
    workshop.rule({"Arn": admitted, "Input": '{"constant": true}'})
    workshop.sandbox.client("events").put_targets(
        Rule=workshop.name, EventBusName=workshop.name, Targets=[{"Id": "2", "Arn": other}]
    )
    workshop.put({"x": 1})
    workshop.run()
    assert [body for body, _ in workshop.messages(admitted)] == [{"constant": True}]
    assert workshop.messages(other) == []


def test_what_is_not_permitted_goes_straight_to_the_dead_letter_queue(workshop: Workshop) -> None:
    workshop.bus()
    bus = workshop.bus(TARGET)
    dead = workshop.queue("dead", {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}})
    rule = forward(workshop, bus, DeadLetterConfig={"Arn": dead})
    workshop.put({"x": 1})
    workshop.run(1)
    [(event, attributes)] = workshop.messages(dead)
    assert (event["detail"], event["account"]) == ({"x": 1}, SOURCE.id)
    assert attributes.pop("ERROR_MESSAGE").startswith("User: arn:aws:sts::")
    assert attributes == {"RULE_ARN": rule, "TARGET_ARN": bus, "ERROR_CODE": "NO_PERMISSIONS"}


def test_a_missing_target_goes_to_the_dead_letter_queue_if_that_admits_the_rule(workshop: Workshop) -> None:
    workshop.bus()
    closed = workshop.queue("closed")
    gone = f"arn:aws:lambda:{REGION}:{SOURCE.id}:function:gone"
    workshop.rule({"Arn": gone, "DeadLetterConfig": {"Arn": closed}})
    workshop.put()
    workshop.run()
    assert (outcomes(workshop), workshop.messages(closed)) == ([("lost", "NO_RESOURCE")], [])


def test_a_throttled_target_is_tried_again_as_the_policy_says(workshop: Workshop) -> None:
    workshop.bus()
    dead = workshop.queue("dead", {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}})
    spec = workshop.function("echo")
    retry = {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600}
    rule = workshop.rule({"Arn": spec.arn, "RetryPolicy": retry, "DeadLetterConfig": {"Arn": dead}})
    admit(workshop, spec, rule)
    attempts: list[int] = []

    def throttle(_: Delivery, attempt: int) -> None:
        attempts.append(attempt)
        if len(attempts) != 2:
            raise TargetFailed("THROTTLING", "slow down", retry=True)

    workshop.sandbox.events.before_attempt.append(throttle)
    workshop.put()
    workshop.run()
    assert len(workshop.received(spec)) == 1
    workshop.put()
    workshop.run()
    [(_, attributes)] = workshop.messages(dead)
    assert attempts == [1, 2, 1, 2, 3]
    assert (attributes["ERROR_CODE"], attributes["RETRY_ATTEMPTS"]) == ("THROTTLING", "2")
    assert attributes["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"


def test_faults_can_lose_double_and_delay_events(workshop: Workshop) -> None:
    workshop.bus()
    spec = listener(workshop)
    for delays, expected in (((), 0), ((0.0, 0.0), 2), ((60.0,), 1)):
        workshop.sandbox.events.before_delivery[:] = [functools.partial(delayed, delays)]
        before = len(workshop.received(spec))
        workshop.put()
        workshop.run(30)
        assert len(workshop.received(spec)) - before == (0 if delays == (60.0,) else expected)
        workshop.run(60)
        assert len(workshop.received(spec)) - before == expected


def delayed(delays: Sequence[float], _: Delivery) -> Sequence[float]:
    return delays


def machine(workshop: Workshop) -> str:
    states = workshop.role("states", suffix="machine")
    arn = workshop.sandbox.client("stepfunctions").create_state_machine(
        name=workshop.name, definition=json.dumps(NOTHING), roleArn=states
    )["stateMachineArn"]
    return str(arn)


def test_a_machine_is_started_by_the_rule_s_role(workshop: Workshop) -> None:
    workshop.bus()
    arn = machine(workshop)
    role = workshop.role("events", allow("states:StartExecution", arn))
    workshop.rule({"Arn": arn, "RoleArn": role})
    workshop.put({"x": 1})
    workshop.run()
    client = workshop.sandbox.client("stepfunctions")
    [execution] = client.list_executions(stateMachineArn=arn)["executions"]
    described = client.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["input"])["detail"] == {"x": 1}


def test_a_role_that_may_not_start_the_machine_does_not(workshop: Workshop) -> None:
    workshop.bus()
    arn = machine(workshop)
    workshop.rule({"Arn": arn, "RoleArn": workshop.role("events")})
    workshop.put()
    workshop.run()
    assert outcomes(workshop) == [("lost", "NO_PERMISSIONS")]


def test_the_end_of_an_execution_is_an_event_on_the_default_bus(workshop: Workshop) -> None:
    arn = machine(workshop)
    spec = workshop.function("echo")
    events = workshop.sandbox.client("events")
    pattern = {"source": ["aws.states"], "detail": {"status": ["SUCCEEDED"], "stateMachineArn": [arn]}}
    rule = events.put_rule(Name=workshop.name, EventPattern=json.dumps(pattern))["RuleArn"]
    events.put_targets(Rule=workshop.name, Targets=[{"Id": "1", "Arn": spec.arn}])
    admit(workshop, spec, rule)
    execution = workshop.sandbox.start_execution(arn, "one", {"x": 1})
    workshop.run()
    [event] = workshop.received(spec)
    assert event["detail-type"] == "Step Functions Execution Status Change"
    assert event["resources"] == [execution]
    assert json.loads(event["detail"]["input"]) == {"x": 1}


def test_rds_tells_of_finished_snapshots(workshop: Workshop) -> None:
    sandbox, rds = workshop.sandbox, workshop.sandbox.client("rds")
    rule = {"source": ["aws.rds"], "detail-type": ["RDS DB Snapshot Event"]}
    queue = workshop.queue("rds", {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}})
    sandbox.client("events").put_rule(Name="rds", EventPattern=json.dumps(rule))
    sandbox.client("events").put_targets(Rule="rds", Targets=[{"Id": "1", "Arn": queue}])
    size = {"AllocatedStorage": 20, "DBInstanceClass": "db.t4g.micro"}
    master = {"MasterUsername": "m", "MasterUserPassword": "Production-1"}
    rds.create_db_instance(DBInstanceIdentifier="told", Engine="postgres", **size, **master)
    workshop.run(3600)
    rds.create_db_snapshot(DBSnapshotIdentifier="told-1", DBInstanceIdentifier="told")
    workshop.run(3600)
    rds.copy_db_snapshot(SourceDBSnapshotIdentifier="told-1", TargetDBSnapshotIdentifier="told-2")
    workshop.run(3600)
    events = [event for event, _ in workshop.messages(queue)]
    told = [(event["detail"]["EventID"], event["detail"]["SourceArn"].rsplit(":", 1)[1]) for event in events]
    assert told == [("RDS-EVENT-0042", "told-1"), ("RDS-EVENT-0197", "told-2")]
