"""Map states in DISTRIBUTED mode: each item is an execution of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import REGION, SOURCE
from tests.sandbox.machines import ANYTHING, Failure, Machines, asking, task

if TYPE_CHECKING:
    from sandbox.world import Sandbox

MACHINE = f"arn:aws:states:{REGION}:{SOURCE.id}:stateMachine:machine-0"
END = {"Type": "Succeed"}


@pytest.fixture
def machines(sandbox: Sandbox) -> Machines:
    return Machines(sandbox)


def distributed(states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A machine's states: one Distributed Map, then the end."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": next(iter(states)),
        "States": states,
    }
    items = {} if "ItemReader" in fields else {"Items": "{% $states.input.items %}"}
    each = {"Type": "Map", "Label": "Each", "ItemProcessor": processor, "Next": "End"} | items | fields
    return {"Fan out": each, "End": END}


def work(**fields: Any) -> dict[str, Any]:
    return {"Work": task(payload={"item": "{% $states.input %}"}, Output="{% $states.result.Payload %}", **fields)}


def output(described: dict[str, Any]) -> Any:
    assert described["status"] == "SUCCEEDED", described
    return json.loads(described["output"])


def run_of(machines: Machines, arn: str) -> dict[str, Any]:
    [listed] = machines.client.list_map_runs(executionArn=arn)["mapRuns"]
    described: dict[str, Any] = machines.client.describe_map_run(mapRunArn=listed["mapRunArn"])
    assert (described["executionArn"], listed["stateMachineArn"]) == (arn, f"{MACHINE}/Each")
    return described


def children(machines: Machines, arn: str) -> list[dict[str, Any]]:
    found = machines.client.list_executions(mapRunArn=run_of(machines, arn)["mapRunArn"])["executions"]
    return [machines.client.describe_execution(executionArn=one["executionArn"]) for one in reversed(found)]


def statuses(machines: Machines, arn: str) -> list[str]:
    return sorted(child["status"] for child in children(machines, arn))


def fail_odd(event: Any) -> Any:
    if event["item"] % 2:
        raise Failure("Odd", "it is odd")
    return event["item"] * 2


def test_each_item_is_an_execution_of_its_own(sandbox: Sandbox, machines: Machines) -> None:
    ends: list[str] = []
    sandbox.on_execution_end.append(lambda _account, _region, described: ends.append(described["executionArn"]))
    tell = {"Tell": {"Type": "Succeed", "Output": "{% {'in': $states.input, 'context': $states.context} %}"}}
    ended = machines.run(distributed(tell), {"items": ["a", {"b": 1}]})
    told = output(ended)
    assert [one["in"] for one in told] == ["a", {"b": 1}]
    assert {one["context"]["StateMachine"]["Id"] for one in told} == {f"{MACHINE}/Each"}
    assert not any("Map" in one["context"] for one in told)
    found = children(machines, ended["executionArn"])
    assert [json.loads(child["input"]) for child in found] == ["a", {"b": 1}]
    for child, one in zip(found, told, strict=True):
        assert child["executionArn"] == one["context"]["Execution"]["Id"]
        assert child["executionArn"].startswith(f"{MACHINE.replace('stateMachine', 'execution')}/Each:")
        assert child["mapRunArn"].startswith(f"{MACHINE.replace('stateMachine', 'mapRun')}/Each:")
        types = [event["type"] for event in machines.history(child["executionArn"])]
        assert types == ["ExecutionStarted", "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"]
    assert ends == [*(child["executionArn"] for child in found), ended["executionArn"]]
    listed = machines.client.list_executions(stateMachineArn=MACHINE)["executions"]
    assert [one["executionArn"] for one in listed] == [ended["executionArn"]]
    run = run_of(machines, ended["executionArn"])
    assert (run["status"], run["itemCounts"]["succeeded"], run["itemCounts"]["total"]) == ("SUCCEEDED", 2, 2)
    types = [event["type"] for event in machines.history(ended["executionArn"])]
    assert types == [
        *["ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunSucceeded"],
        *["MapStateSucceeded", "MapStateExited", "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"],
    ]


def test_no_items_are_no_failure(machines: Machines) -> None:
    assert output(machines.run(distributed(work()), {"items": []})) == []


def test_an_item_selector_knows_the_parent_and_the_children_do_not(machines: Machines) -> None:
    selector = {
        "of": "{% $states.context.Execution.Name & ' ' & $word %}",
        "item": "{% $states.context.Map.Item.Value %}",
        "number": "{% $states.context.Map.Item.Index %}",
    }
    states = {
        "Note": {"Type": "Pass", "Assign": {"word": "ferry"}, "Next": "Fan out"},
        **distributed({"Same": {"Type": "Succeed"}}, ItemSelector=selector),
    }
    assert output(machines.run(states, {"items": [7, 8]})) == [
        {"of": "run ferry", "item": 7, "number": 0},
        {"of": "run ferry", "item": 8, "number": 1},
    ]
    states = {"Note": states["Note"], **distributed({"Tell": {"Type": "Succeed", "Output": "{% $word %}"}})}
    failed = machines.run(states, {"items": [1]})
    assert failed["error"] == "States.ExceedToleratedFailureThreshold"


@pytest.mark.parametrize("field", ["ItemSelector", "Parameters"])
def test_a_map_in_jsonpath_fans_out_too(machines: Machines, field: str) -> None:
    selector = {"item.$": "$$.Map.Item.Value", "word.$": "$.word"}
    states = distributed({"Same": {"Type": "Pass", "End": True}}, **{field: selector}, ItemsPath="$.items")
    states["Fan out"].pop("Items")
    ended = machines.run(states, {"items": [7, 8], "word": "ferry"}, QueryLanguage="JSONPath")
    assert output(ended) == [{"item": 7, "word": "ferry"}, {"item": 8, "word": "ferry"}]


def test_so_many_children_run_at_once(sandbox: Sandbox, machines: Machines) -> None:
    busy: list[int] = [0]

    def sleep(event: Any) -> Any:
        busy.append(busy[-1] + 1)
        sandbox.clock.sleep(event["item"])
        busy.append(busy[-1] - 1)
        return event["item"]

    machines.function(sleep)
    ended = machines.run(distributed(work(), MaxConcurrency=2), {"items": [10, 20, 30, 40]})
    assert output(ended) == [10, 20, 30, 40]
    assert max(busy) == 2
    assert (ended["stopDate"] - ended["startDate"]).total_seconds() == 60


@pytest.mark.parametrize(
    ("tolerated", "items", "ends_well"),
    [
        ({}, [2, 4], True),
        ({}, [1, 2], False),
        ({"ToleratedFailureCount": 2}, [1, 3, 4], True),
        ({"ToleratedFailureCount": 2}, [1, 3, 4, 5], False),
        ({"ToleratedFailurePercentage": 50}, [1, 3, 4, 6], True),
        ({"ToleratedFailurePercentage": 50}, [1, 3, 5, 6], False),
        ({"ToleratedFailurePercentage": 90, "ToleratedFailureCount": 1}, [1, 3, 4], False),
    ],
)
def test_a_run_fails_when_more_children_fail_than_is_tolerated(
    machines: Machines, tolerated: dict[str, int], items: list[int], *, ends_well: bool
) -> None:
    machines.function(fail_odd)
    ended = machines.run(distributed(work(), **tolerated), {"items": items})
    run = run_of(machines, ended["executionArn"])
    odd = sum(item % 2 for item in items)
    assert run["itemCounts"]["failed"] == odd
    if not ends_well:
        assert (ended["status"], ended["error"]) == ("FAILED", "States.ExceedToleratedFailureThreshold")
        assert run["status"] == "FAILED"
        return
    assert run["status"] == "SUCCEEDED"
    for item, given in zip(items, output(ended), strict=True):
        if item % 2:
            assert (given["Status"], given["Error"], given["Input"]) == ("FAILED", "Odd", str(item))
        else:
            assert given == item * 2


def test_the_failure_of_a_run_can_be_caught_and_its_other_children_are_aborted(
    sandbox: Sandbox, machines: Machines
) -> None:
    def work_long(event: Any) -> Any:
        sandbox.clock.sleep(event["item"])
        return fail_odd(event)

    machines.function(work_long)
    catch = [{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "Next": "End", "Output": "caught"}]
    ended = machines.run(distributed(work(), Catch=catch, MaxConcurrency=2), {"items": [100, 11, 200]})
    assert output(ended) == "caught"
    assert (ended["stopDate"] - ended["startDate"]).total_seconds() == 11
    assert statuses(machines, ended["executionArn"]) == ["ABORTED", "FAILED"]
    counts = run_of(machines, ended["executionArn"])["executionCounts"]
    assert (counts["aborted"], counts["failed"], counts["pending"]) == (1, 1, 1)


def test_children_are_aborted_with_their_parent(sandbox: Sandbox, machines: Machines) -> None:
    states = distributed({"Ask": asking(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Late"}]), "Late": END})
    arn = machines.start(states, {"items": [1, 2]})
    sandbox.clock.run(limit=10)
    machines.client.stop_execution(executionArn=arn)
    assert sandbox.wait_for(arn)["status"] == "ABORTED"
    sandbox.clock.run(limit=1)
    assert statuses(machines, arn) == ["ABORTED", "ABORTED"]
    assert run_of(machines, arn)["status"] == "ABORTED"


def test_a_child_waits_for_its_own_token_and_can_be_stopped_alone(sandbox: Sandbox, machines: Machines) -> None:
    states = distributed({"Ask": asking()}, ToleratedFailureCount=1)
    arn = machines.start(states, {"items": [1, 2]})
    sandbox.clock.run(limit=10)
    first, second = children(machines, arn)
    machines.client.stop_execution(executionArn=second["executionArn"], error="No")
    machines.client.send_task_success(taskToken=machines.tokens[0], output='"yes"')
    told = output(sandbox.wait_for(arn))
    assert (told[0], told[1]["Status"], told[1]["Error"]) == ("yes", "ABORTED", "No")
    assert sandbox.describe(first["executionArn"])["status"] == "SUCCEEDED"


def allow_only(machines: Machines, *actions: str) -> None:
    statements = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]
    iam = machines.sandbox.client("iam")
    iam.put_role_policy(
        RoleName="machine", PolicyName="all", PolicyDocument=json.dumps(ANYTHING | {"Statement": statements})
    )


def test_the_role_must_be_allowed_to_start_its_own_machine(machines: Machines) -> None:
    allow_only(machines, "lambda:InvokeFunction")
    failed = machines.run(distributed(work()), {"items": [1]})
    assert (failed["status"], failed["error"]) == ("FAILED", "StepFunctions.AccessDeniedException")
    assert f"states:StartExecution on resource: {MACHINE}" in failed["cause"]


# Items from S3, and results to S3

READER = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}}
WRITER = {
    "Resource": "arn:aws:states:::s3:putObject",
    "Arguments": {"Bucket": "fleet", "Prefix": "{% 're' & 'sults' %}"},
}


def reader(key: str = "items.json") -> dict[str, Any]:
    return READER | {"Arguments": {"Bucket": "fleet", "Key": key}}


def bucket(machines: Machines) -> Any:
    s3 = machines.sandbox.client("s3")
    s3.create_bucket(Bucket="fleet", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="fleet", Key="items.json", Body=json.dumps([2, 3, 4]).encode())
    return s3


def test_items_are_read_and_results_written(machines: Machines) -> None:
    s3 = bucket(machines)
    machines.function(fail_odd)
    states = distributed(work(), ItemReader=reader(), ResultWriter=WRITER, ToleratedFailureCount=1)
    ended = machines.run(states)
    arn = run_of(machines, ended["executionArn"])["mapRunArn"]
    folder = f"results/{arn.rsplit(':', 1)[-1]}"
    details = {"Bucket": "fleet", "Key": f"{folder}/manifest.json"}
    assert output(ended) == {"MapRunArn": arn, "ResultWriterDetails": details}
    manifest = json.loads(s3.get_object(**details)["Body"].read())
    assert {name: len(files) for name, files in manifest["ResultFiles"].items()} == {
        "SUCCEEDED": 1,
        "FAILED": 1,
        "PENDING": 0,
    }
    told = {
        name: json.loads(s3.get_object(Bucket="fleet", Key=f"{folder}/{name}_0.json")["Body"].read())
        for name in ("SUCCEEDED", "FAILED")
    }
    assert [(one["Input"], one["Output"], one["Status"]) for one in told["SUCCEEDED"]] == [
        ("2", "4", "SUCCEEDED"),
        ("4", "8", "SUCCEEDED"),
    ]
    assert [(one["Input"], one["Error"]) for one in told["FAILED"]] == [("3", "Odd")]
    run = machines.client.describe_map_run(mapRunArn=arn)
    assert (run["itemCounts"]["resultsWritten"], run["itemCounts"]["total"]) == (3, 3)


def test_the_results_of_a_run_that_fails_are_written_too(machines: Machines) -> None:
    s3 = bucket(machines)
    machines.function(fail_odd)
    failed = machines.run(distributed(work(), ItemReader=reader(), ResultWriter=WRITER))
    assert failed["error"] == "States.ExceedToleratedFailureThreshold"
    keys = [one["Key"].rsplit("/", 1)[-1] for one in s3.list_objects_v2(Bucket="fleet", Prefix="results/")["Contents"]]
    assert sorted(keys) == ["FAILED_0.json", "SUCCEEDED_0.json", "manifest.json"]


def test_items_that_cannot_be_read_fail_the_state(machines: Machines) -> None:
    bucket(machines)
    failed = machines.run(distributed(work(), ItemReader=reader("nothing.json")))
    assert (failed["status"], failed["error"]) == ("FAILED", "States.ItemReaderFailed")


def test_results_that_cannot_be_written_fail_the_state(machines: Machines) -> None:
    bucket(machines)
    allow_only(machines, "lambda:InvokeFunction", "states:StartExecution", "s3:GetObject")
    failed = machines.run(distributed(work(), ItemReader=reader(), ResultWriter=WRITER))
    assert (failed["status"], failed["error"]) == ("FAILED", "States.ResultWriterFailed")
    assert "s3:PutObject" in failed["cause"]


def test_two_hundred_items(machines: Machines) -> None:
    machines.function(lambda event: event["item"])
    items = list(range(200))
    ended = machines.run(distributed(work(), MaxConcurrency=20), {"items": items})
    assert output(ended) == items
    assert run_of(machines, ended["executionArn"])["executionCounts"]["succeeded"] == 200
    assert len(machines.history(ended["executionArn"])) == 10
