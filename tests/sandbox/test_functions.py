"""Lambda: processes, time, errors, concurrency, asynchronous invocation, permissions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox.accounts import REGION, SOURCE, TARGET
from sandbox.data import open_directory
from sandbox.functions import VpcConfig
from sandbox.gate import AwsError
from sandbox.world import Sandbox
from tests.sandbox.machines import Machines, task
from tests.sandbox.serverless import HANDLERS, Workshop, allow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

ROOT = Path(__file__).parents[2]
STS = allow("sts:GetCallerIdentity", "*")


@pytest.fixture(scope="module")
def sandbox(simulator: Simulator) -> Iterator[Sandbox]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield sandbox


@pytest.fixture
def workshop(sandbox: Sandbox, request: pytest.FixtureRequest) -> Workshop:
    return Workshop(sandbox, request.node.name.removeprefix("test_")[:40])


def invoke(workshop: Workshop, name: str, event: Any = None, **more: Any) -> tuple[Any, dict[str, Any]]:
    answer = workshop.sandbox.client("lambda").invoke(
        FunctionName=name, Payload=json.dumps(event or {}).encode(), **more
    )
    payload = answer["Payload"].read()
    return json.loads(payload) if payload else None, answer


def test_a_handler_sees_its_role_its_environment_and_nothing_of_this_machine(workshop: Workshop) -> None:
    variables = {"COLOUR": "green", "AWS_ENDPOINT_URL": "", "AWS_ACCESS_KEY_ID": "somebody"}
    spec = workshop.function("look", STS, environment=variables)
    os.environ["ONLY_OF_THIS_MACHINE"] = "1"
    seen, _ = invoke(workshop, spec.name)
    environment = seen["environment"]
    assert seen["who"].startswith(f"arn:aws:sts::{SOURCE.id}:assumed-role/{workshop.name}-look/")
    assert (seen["arn"], environment["AWS_LAMBDA_FUNCTION_NAME"]) == (spec.arn, spec.name)
    assert environment["COLOUR"] == "green"
    assert environment["AWS_ENDPOINT_URL"] == workshop.sandbox.url
    assert "ONLY_OF_THIS_MACHINE" not in environment
    assert seen["directory"] == str(HANDLERS)
    assert seen["modules"] == []


def test_sleep_and_calls_take_virtual_time_only(workshop: Workshop) -> None:
    spec = workshop.function("look", STS, timeout=900)
    began, real = workshop.sandbox.clock.now, time.perf_counter()
    seen, _ = invoke(workshop, spec.name, {"sleep": 600})
    assert 600 + 0.08 < seen["now"] - began < 602  # each of its API calls takes time as well
    assert 600_000 < seen["used_milliseconds"] < 601_000
    assert workshop.sandbox.clock.now >= seen["now"]
    assert time.perf_counter() - real < 20


def test_a_warm_process_is_used_again_and_concurrency_makes_more(workshop: Workshop) -> None:
    spec = workshop.function("look", STS)
    first, second = invoke(workshop, spec.name)[0], invoke(workshop, spec.name)[0]
    assert (second["pid"], second["calls"]) == (first["pid"], 2)
    seen: list[Any] = []
    function = workshop.sandbox.functions.find(spec.arn, SOURCE.id)
    for _ in range(3):
        workshop.sandbox.clock.spawn(lambda: seen.append(function.invoke({"sleep": 5}).result), "at once")
    workshop.run()
    assert len({one["pid"] for one in seen}) == 3


def test_new_code_gets_new_processes(workshop: Workshop) -> None:
    spec = workshop.function("look", STS)
    first, _ = invoke(workshop, spec.name)
    workshop.sandbox.functions.add(spec)
    second, _ = invoke(workshop, spec.name)
    assert (second["calls"], second["pid"] != first["pid"]) == (1, True)


@pytest.mark.parametrize(
    ("handler", "error_type", "words"),
    [
        ("fail", "LookupError", "no such thing"),
        ("die", "Runtime.ExitError", "exit status 3"),
        ("leave", "Runtime.ExitError", "exit status 4"),
        ("unspeakable", "Runtime.MarshalError", "not JSON serializable"),
        ("missing", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'probe'"),
    ],
)
def test_errors_have_aws_s_names(sandbox: Sandbox, handler: str, error_type: str, words: str) -> None:
    workshop = Workshop(sandbox, f"errors-{handler}")
    spec = workshop.function(handler)
    for _ in range(2):  # the second shows that the first left nothing broken behind
        error, answer = invoke(workshop, spec.name)
        assert answer["FunctionError"] == "Unhandled"
        assert error["errorType"] == error_type
        assert words in error["errorMessage"]


def test_an_exception_s_trace_is_the_handler_s_own(workshop: Workshop) -> None:
    error, answer = invoke(workshop, workshop.function("fail").name)
    assert error["requestId"]
    assert len(error["stackTrace"]) == 1
    assert "in fail" in error["stackTrace"][0]
    assert answer["ExecutedVersion"] == "$LATEST"


def test_a_module_that_is_not_there_is_an_import_error(workshop: Workshop) -> None:
    spec = workshop.function("look")
    workshop.sandbox.functions.add(type(spec)(**{**vars(spec), "handler": "nowhere.handler"}))
    error, _ = invoke(workshop, spec.name)
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert "nowhere" in error["errorMessage"]


def test_a_function_is_stopped_at_its_timeout(workshop: Workshop) -> None:
    spec = workshop.function("look", timeout=60)
    began = workshop.sandbox.clock.now
    error, _ = invoke(workshop, spec.name, {"sleep": 3600})
    assert error["errorType"] == "Sandbox.Timedout"
    assert "timed out after 60.00 seconds" in error["errorMessage"]
    assert 60 < workshop.sandbox.clock.now - began < 61


def test_a_payload_is_json_of_six_megabytes_at_most(workshop: Workshop) -> None:
    spec = workshop.function("echo")
    client = workshop.sandbox.client("lambda")
    large = json.dumps("x" * (6 * 1024 * 1024)).encode()
    for payload, code in ((large, "RequestTooLargeException"), (b"{", "InvalidRequestContentException")):
        with pytest.raises(ClientError) as refused:
            client.invoke(FunctionName=spec.name, InvocationType="DryRun", Payload=payload)
        assert refused.value.response["Error"]["Code"] == code


def test_an_event_has_at_most_one_megabyte(workshop: Workshop) -> None:
    spec = workshop.function("echo")
    large = json.dumps("x" * 1024 * 1024).encode()
    client = workshop.sandbox.client("lambda")
    with pytest.raises(ClientError) as refused:
        client.invoke(FunctionName=spec.name, InvocationType="Event", Payload=large)
    assert refused.value.response["Error"]["Code"] == "RequestTooLargeException"
    workshop.run()
    assert workshop.received(spec) == []
    assert client.invoke(FunctionName=spec.name, Payload=large)["StatusCode"] == 200


def test_a_machine_sees_a_timeout_by_its_name(workshop: Workshop) -> None:
    spec = workshop.function("look", STS, timeout=60)
    machines = Machines(workshop.sandbox, stand_in=False)
    arguments = {"FunctionName": spec.arn, "Payload": {"sleep": 3600}}
    catch = [{"ErrorEquals": ["Sandbox.Timedout"], "Next": "Caught", "Output": "{% $states.errorOutput.Cause %}"}]
    looking = task(Arguments=arguments, Catch=catch)
    ended = machines.run({"Look": looking, "Caught": {"Type": "Succeed"}})
    assert ended["status"] == "SUCCEEDED"
    assert "Task timed out after 60.00 seconds" in ended["output"]


def test_an_account_keeps_a_hundred_executions_unreserved(workshop: Workshop) -> None:
    workshop.function("echo", reserved_concurrency=5)
    workshop.sandbox.functions.concurrency_limit = 105
    try:
        with pytest.raises(AwsError, match=r"below its minimum value of \[100\]") as refused:
            workshop.function("look", reserved_concurrency=1)
        workshop.function("fail")
    finally:
        workshop.sandbox.functions.concurrency_limit = 1000
    assert refused.value.code == "InvalidParameterValueException"


def test_reserved_concurrency_throttles(workshop: Workshop) -> None:
    spec = workshop.function("look", STS, reserved_concurrency=1)
    function = workshop.sandbox.functions.find(spec.name, SOURCE.id)
    kept: list[Any] = []
    workshop.sandbox.clock.spawn(lambda: kept.append(function.invoke({"sleep": 50})), "the one that may")
    workshop.run(1)
    with pytest.raises(ClientError) as refused:
        invoke(workshop, spec.name)
    assert refused.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert "ReservedFunctionConcurrentInvocationLimitExceeded" in str(refused.value.response)
    workshop.run(60)
    assert kept[0].error is None
    assert invoke(workshop, spec.name)[1]["StatusCode"] == 200


def test_output_is_kept_by_function_and_in_cloudwatch_logs(workshop: Workshop) -> None:
    spec = workshop.function("look", STS)
    invoke(workshop, spec.name)
    lines = workshop.sandbox.functions.logs(spec.name)
    record = json.loads(next(line for line in lines if "looking" in line))
    assert record["function_name"] == spec.name
    assert record["timestamp"].startswith("2026-01-01")
    assert "plain words" in lines
    events = workshop.sandbox.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{spec.name}")["events"]
    assert [event["message"] for event in events] == lines


def test_a_failed_event_is_tried_three_times_then_recorded(workshop: Workshop) -> None:
    failed, dead = workshop.queue("failed"), workshop.queue("dead")
    rights = allow("sqs:SendMessage", "*")
    spec = workshop.function("fail", rights, on_failure=failed, dead_letter=dead)
    began = workshop.sandbox.clock.now
    _, answer = invoke(workshop, spec.name, {"a": 1}, InvocationType="Event")
    assert answer["StatusCode"] == 202
    workshop.run(179)
    assert workshop.messages(failed) == []
    workshop.run()
    [(record, _)] = workshop.messages(failed)
    assert record["requestPayload"] == {"a": 1}
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responsePayload"]["errorType"] == "LookupError"
    [(event, attributes)] = workshop.messages(dead)
    assert event == {"a": 1}
    assert attributes["ErrorMessage"] == "no such thing"
    assert workshop.sandbox.clock.now > began


def test_a_failure_queue_needs_the_role_s_permission(workshop: Workshop) -> None:
    failed = workshop.queue("failed")
    spec = workshop.function("fail", on_failure=failed, max_retries=0)
    invoke(workshop, spec.name, {}, InvocationType="Event")
    workshop.run()
    assert workshop.messages(failed) == []
    assert "sqs:SendMessage" in workshop.sandbox.functions.logs(spec.name)[-1]


def test_a_throttled_event_waits_for_its_turn(workshop: Workshop) -> None:
    spec = workshop.function("look", STS, reserved_concurrency=1)
    for _ in range(3):
        invoke(workshop, spec.name, {"sleep": 20}, InvocationType="Event")
    workshop.run()
    assert sum("looking" in line for line in workshop.sandbox.functions.logs(spec.name)) == 3


def test_an_event_that_grew_too_old_is_given_up(workshop: Workshop) -> None:
    failed, dead = workshop.queue("failed"), workshop.queue("dead")
    rights = [STS, allow("sqs:SendMessage", "*")]
    spec = workshop.function(
        "look", *rights, timeout=900, reserved_concurrency=1, max_event_age=60, on_failure=failed, dead_letter=dead
    )
    invoke(workshop, spec.name, {"sleep": 600}, InvocationType="Event")
    workshop.run(1)
    invoke(workshop, spec.name, {"late": 1}, InvocationType="Event")
    workshop.run(100)
    [(record, _)] = workshop.messages(failed)
    assert (record["requestContext"]["condition"], record["requestPayload"]) == ("EventAgeExceeded", {"late": 1})
    assert "responsePayload" not in record
    [(event, attributes)] = workshop.messages(dead)
    assert (event, attributes["ErrorCode"]) == ({"late": 1}, "429")
    workshop.run(1000)


def test_a_handler_invokes_others_as_events_but_never_waits_for_them(workshop: Workshop) -> None:
    other = workshop.function("echo")
    spec = workshop.function("invoke", allow("lambda:InvokeFunction", other.arn))
    payload, answer = invoke(workshop, spec.name, {"function": other.name, "type": "Event"})
    workshop.run()
    assert (payload, answer["StatusCode"], workshop.received(other)) == (None, 200, [{}])
    error, _ = invoke(workshop, spec.name, {"function": other.name, "type": "RequestResponse"})
    assert "cannot let a handler wait for another function" in error["errorMessage"]


def test_invoking_needs_permission(workshop: Workshop) -> None:
    other = workshop.function("echo")
    spec = workshop.function("invoke")
    error, _ = invoke(workshop, spec.name, {"function": other.name, "type": "Event"})
    assert error["errorType"] == "ClientError"
    assert "AccessDeniedException" in error["errorMessage"]
    assert "lambda:InvokeFunction" in error["errorMessage"]


def test_a_role_that_does_not_trust_lambda_is_refused(workshop: Workshop) -> None:
    spec = workshop.function("echo")
    stranger = workshop.role("ec2")
    workshop.sandbox.functions.add(type(spec)(**{**vars(spec), "role_arn": stranger}))
    with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
        invoke(workshop, spec.name)


def test_functions_are_found_by_name_and_by_arn_in_their_own_account(workshop: Workshop) -> None:
    spec = workshop.function("echo")
    for name in (spec.name, spec.arn, f"{spec.arn}:$LATEST", f"{SOURCE.id}:function:{spec.name}"):
        assert invoke(workshop, name, {"x": 1})[0] == {"x": 1}
    listed = workshop.sandbox.client("lambda").list_functions()["Functions"]
    assert spec.arn in {one["FunctionArn"] for one in listed}
    assert workshop.sandbox.client("lambda", TARGET).list_functions()["Functions"] == []
    for stranger in (f"{spec.name}:live", "nobody"):
        with pytest.raises(ClientError, match="Function not found"):
            invoke(workshop, stranger)


def test_permissions_are_statements_of_the_function_s_policy(workshop: Workshop) -> None:
    spec, client = workshop.function("echo"), workshop.sandbox.client("lambda")
    rule = f"arn:aws:events:{REGION}:{SOURCE.id}:rule/x"
    added = {
        "FunctionName": spec.name,
        "StatementId": "rule",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": rule,
    }
    client.add_permission(**added)
    [statement] = json.loads(client.get_policy(FunctionName=spec.name)["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": rule}}
    with pytest.raises(ClientError, match="already exists"):
        client.add_permission(**added)
    client.remove_permission(FunctionName=spec.name, StatementId="rule")
    with pytest.raises(ClientError, match="does not exist"):
        client.get_policy(FunctionName=spec.name)


def test_a_function_in_a_vpc_may_make_its_interfaces(workshop: Workshop) -> None:
    vpc = VpcConfig(("subnet-1",), ("sg-1",))
    with pytest.raises(AwsError, match="CreateNetworkInterface on EC2") as refusal:
        workshop.function("echo", vpc=vpc)
    assert refusal.value.code == "InvalidParameterValueException"
    spec = workshop.function("look", allow("ec2:CreateNetworkInterface", "*"), vpc=vpc)
    shown = workshop.sandbox.client("lambda").get_function_configuration(FunctionName=spec.name)
    assert shown["VpcConfig"] == {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}


KILLED = """
import sys, threading, time
from tests.sandbox.serverless import Workshop, allow
from sandbox.world import Sandbox
sandbox = Sandbox(data=False)
workshop = Workshop(sandbox, "killed")
spec = workshop.function("look", allow("sts:GetCallerIdentity", "*"))
function = sandbox.functions.find(spec.name, spec.account)
print(sandbox.clock.call(lambda: function.invoke({})).result["pid"], flush=True)
threading.Event().wait()
"""


def test_no_process_and_no_file_outlives_a_sandbox_that_is_killed() -> None:
    command = [sys.executable, "-c", KILLED]
    with open_directory("sf-test-") as temporary:
        environment = os.environ | {"TMPDIR": str(temporary)}
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            handler = int(parent.stdout.readline())
            os.kill(handler, 0)
            assert list(temporary.iterdir()) != []
            parent.send_signal(signal.SIGKILL)
        deadline = time.monotonic() + 10
        while (runs(handler) or list(temporary.iterdir())) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not runs(handler)
        assert list(temporary.iterdir()) == []


def runs(pid: int) -> bool:
    """Whether a process is there, and is no zombie that only waits for this machine's init."""
    if not Path("/proc/self").exists():
        return subprocess.run(["ps", "-p", str(pid)], capture_output=True, check=False).returncode == 0
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
