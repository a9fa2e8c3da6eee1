"""Faults on demand: each strikes where and when it was told to, and what it leaves is what AWS would leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox.accounts import SOURCE, TARGET
from sandbox.world import Sandbox
from tests.sandbox.serverless import Workshop, allow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.faults import Faults, FunctionFault
    from sandbox.permissions import Simulator

PUBLISH = allow("ssm:PutParameter", "*")


@pytest.fixture(scope="module")
def world(simulator: Simulator) -> Iterator[Sandbox]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield sandbox


@pytest.fixture
def workshop(world: Sandbox, request: pytest.FixtureRequest) -> Iterator[Workshop]:
    yield Workshop(world, request.node.name.removeprefix("test_").replace("[", "-").replace("]", "")[:40])
    world.faults.clear()


@pytest.fixture
def faults(workshop: Workshop) -> Faults:
    return workshop.sandbox.faults


def refused(action: Callable[..., object], **parameters: object) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        action(**parameters)
    answer = error.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def published(workshop: Workshop) -> list[str]:
    found = workshop.sandbox.client("ssm").describe_parameters()["Parameters"]
    return [row["Name"] for row in found if row["Name"].startswith(workshop.name)]


def publish(workshop: Workshop) -> Any:
    return workshop.sandbox.client("ssm").put_parameter(Name=workshop.name, Type="String", Value="x")


@pytest.mark.parametrize(
    ("service", "operation", "method", "expected"),
    [
        ("rds", "DescribeDBClusters", "describe_db_clusters", ("Throttling", 400)),
        ("kms", "ListKeys", "list_keys", ("ThrottlingException", 400)),
        ("lambda", "ListFunctions", "list_functions", ("TooManyRequestsException", 429)),
        ("ec2", "DescribeVpcs", "describe_vpcs", ("RequestLimitExceeded", 503)),
    ],
)
def test_each_service_throttles_with_its_own_code(
    workshop: Workshop, service: str, operation: str, method: str, expected: tuple[str, int]
) -> None:
    fault = workshop.sandbox.faults.call(service, operation).throttled()
    action = getattr(workshop.sandbox.client(service), method)
    assert refused(action) == expected
    action()  # once only
    assert len(fault.strokes) == 1


def test_a_failure_before_the_effect_leaves_nothing(workshop: Workshop, faults: Faults) -> None:
    faults.call("ssm", "PutParameter").fails()
    assert refused(publish, workshop=workshop) == ("InternalServerError", 500)
    assert published(workshop) == []


def test_a_lost_answer_leaves_the_effect(workshop: Workshop, faults: Faults) -> None:
    faults.call("ssm", "PutParameter").loses_its_answer()
    assert refused(publish, workshop=workshop) == ("InternalServerError", 500)
    assert published(workshop) == [workshop.name]


def test_it_strikes_only_that_caller_from_that_time_on_so_often(workshop: Workshop, faults: Faults) -> None:
    fault = faults.call("kms", "ListKeys", by=TARGET.id, first=2, times=2).denied()
    ours, theirs = (workshop.sandbox.client("kms", account).list_keys for account in (SOURCE, TARGET))
    ours()
    theirs()
    assert [refused(theirs), refused(theirs)] == [("AccessDeniedException", 400)] * 2
    ours()
    theirs()
    assert len(fault.strokes) == 2


def test_it_may_last_for_a_time(workshop: Workshop, faults: Faults) -> None:
    faults.call("kms", "ListKeys", times=None, seconds=60).throttled()
    ask = workshop.sandbox.client("kms").list_keys
    assert refused(ask) == ("ThrottlingException", 400)
    workshop.run(50)
    assert refused(ask) == ("ThrottlingException", 400)
    workshop.run(20)
    ask()


def test_clients_repeat_a_call_that_was_throttled(workshop: Workshop, faults: Faults) -> None:
    fault = faults.call("ssm", "PutParameter", by=workshop.name, times=2).throttled()
    assert invoke(workshop, "publish")["error"] is None
    assert len(fault.strokes) == 2
    assert published(workshop) == [workshop.name]


def test_a_slow_answer_takes_the_handlers_time(workshop: Workshop, faults: Faults) -> None:
    begun = workshop.sandbox.clock.now
    faults.call("ssm", "PutParameter", by=workshop.name).slow(30)
    answer = invoke(workshop, "publish")
    assert 30 < answer["result"] - begun < 32


def test_a_handler_times_out_over_a_slow_answer_whose_effect_stands(workshop: Workshop, faults: Faults) -> None:
    faults.call("ssm", "PutParameter", by=workshop.name).slow(300)
    assert invoke(workshop, "publish")["error"]["errorType"] == "Sandbox.Timedout"
    assert published(workshop) == [workshop.name]


def test_somebody_changes_a_policy_between_read_and_write(workshop: Workshop, faults: Faults) -> None:
    kms = workshop.sandbox.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    read = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    theirs = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": TARGET.id}, "Action": "kms:*", "Resource": "*"}
    faults.call("kms", "PutKeyPolicy").meanwhile(faults.somebody_adds_to(key, theirs))
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=read)
    calls = [call for call in workshop.sandbox.gate.log if call.operation == "PutKeyPolicy"]
    assert ["Theirs" in call.parameters["Policy"] for call in calls[-2:]] == [True, False]  # theirs is lost


POINTS: list[tuple[Callable[[FunctionFault], FunctionFault], str, int]] = [
    (lambda fault: fault.killed_before_it_begins(), "Runtime.ExitError", 0),
    (lambda fault: fault.killed_before_call(1), "Runtime.ExitError", 0),
    (lambda fault: fault.killed_before_call(2), "Runtime.ExitError", 1),
    (lambda fault: fault.killed_when_done(), "Runtime.ExitError", 2),
    (lambda fault: fault.too_slow_to_begin(), "Sandbox.Timedout", 0),
    (lambda fault: fault.too_slow_to_answer(), "Sandbox.Timedout", 2),
]


@pytest.mark.parametrize("point", range(len(POINTS)))
def test_a_function_ends_at_any_point(workshop: Workshop, point: int) -> None:
    choose, error, done = POINTS[point]
    choose(workshop.sandbox.faults.function(f"{workshop.name}-*"))
    begun = workshop.sandbox.clock.now
    assert invoke(workshop, "publish_two")["error"]["errorType"] == error
    assert len(published(workshop)) == done
    assert (workshop.sandbox.clock.now - begun >= 60) == (error == "Sandbox.Timedout")


def test_the_next_invocation_after_a_kill_works(workshop: Workshop, faults: Faults) -> None:
    faults.function(f"{workshop.name}-*").killed_before_call(1)
    invoke(workshop, "publish")
    again = workshop.sandbox.clock.call(
        lambda: workshop.sandbox.functions.invoke(f"{workshop.name}-publish", {"name": workshop.name}, SOURCE.id)
    )
    assert again.error is None


def test_an_event_is_lost_doubled_or_overtaken(workshop: Workshop, faults: Faults) -> None:
    spec = subscribed(workshop)
    for fault in (faults.event("Probe").lost(), faults.event("Probe", first=2).doubled(5)):
        assert fault.strokes == []
    workshop.put({"number": 1})
    workshop.run()
    workshop.put({"number": 2})
    workshop.run()
    faults.event("Probe").delayed(60)
    workshop.put({"number": 3})
    workshop.put({"number": 4})
    workshop.run()
    numbers = [event["detail"]["number"] for event in workshop.received(spec)]
    assert numbers == [2, 2, 4, 3]


@pytest.mark.parametrize("operation", ["create", "copy"])
def test_a_snapshot_fails_sticks_or_shows_what_nobody_knows(workshop: Workshop, operation: str) -> None:
    faults = workshop.sandbox.faults
    database(workshop, f"db-{operation}")
    faults.rds("bad-*").ends_failed()
    faults.rds("stuck-*", account=SOURCE).sticks()
    faults.rds("odd-*").shows("data-movement", 600)
    faults.rds("stuck-*", account=TARGET).ends_failed()  # of the other account: nothing happens

    def statuses(word: str) -> list[str]:
        return take(workshop, f"db-{operation}", f"{word}-{operation}", operation)

    assert statuses("bad") == ["creating", "failed"]
    assert statuses("odd") == ["creating", "data-movement", "available"]
    assert statuses("stuck") == ["creating"]  # last: further copies of the same database wait for it


def test_a_restore_fails_and_the_next_one_works(workshop: Workshop, faults: Faults) -> None:
    rds = workshop.sandbox.client("rds")
    database(workshop, "db-restore")
    take(workshop, "db-restore", "to-restore", "create")
    faults.rds("again").ends_failed()
    for name in ("again", "well"):
        rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier="to-restore")
    workshop.run(7200)
    statuses = {row["DBInstanceIdentifier"]: row["DBInstanceStatus"] for row in instances(rds)}
    assert (statuses["again"], statuses["well"]) == ("failed", "available")
    rds.delete_db_instance(DBInstanceIdentifier="again", SkipFinalSnapshot=True)
    workshop.run(3600)
    assert "again" not in {row["DBInstanceIdentifier"] for row in instances(rds)}


def invoke(workshop: Workshop, handler: str) -> dict[str, Any]:
    """Result and error of a new function's first invocation."""
    spec = workshop.function(handler, PUBLISH)
    functions, event = workshop.sandbox.functions, {"name": workshop.name}
    invocation = workshop.sandbox.clock.call(lambda: functions.invoke(spec.arn, event, SOURCE.id))
    return {"result": invocation.result, "error": invocation.error}


def subscribed(workshop: Workshop) -> Any:
    spec, bus = workshop.function("echo"), workshop.bus()
    arn = workshop.rule({"Arn": spec.arn})
    assert bus
    workshop.sandbox.client("lambda").add_permission(
        FunctionName=spec.name,
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=arn,
    )
    return spec


def instances(rds: Any) -> list[dict[str, Any]]:
    return list(rds.describe_db_instances()["DBInstances"])


def database(workshop: Workshop, name: str) -> None:
    workshop.sandbox.client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.medium",
        Engine="postgres",
        MasterUsername="master",
        MasterUserPassword="Secret-Password-1",
        AllocatedStorage=20,
        StorageEncrypted=True,
    )
    workshop.run(7200)


def take(workshop: Workshop, database_name: str, name: str, operation: str) -> list[str]:
    """Make a snapshot, or a copy of one; gives the statuses that it then shows, one after the other."""
    rds = workshop.sandbox.client("rds")
    first = name if operation == "create" else f"first-{name}"
    rds.create_db_snapshot(DBInstanceIdentifier=database_name, DBSnapshotIdentifier=first)
    if operation == "copy":
        workshop.run(7200)
        rds.copy_db_snapshot(SourceDBSnapshotIdentifier=first, TargetDBSnapshotIdentifier=name)
    seen: dict[str, None] = {}
    for _ in range(120):
        seen[rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"][0]["Status"]] = None
        workshop.run(60)
    return list(seen)
