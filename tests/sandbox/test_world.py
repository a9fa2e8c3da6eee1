"""The sandbox as a whole: what it is made of works together, the same every time, and leaves nothing behind."""

from __future__ import annotations

import configparser
import gc
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.accounts import REGION, SOURCE, TARGET, Account
from sandbox.world import Sandbox
from tests.sandbox import story
from tests.sandbox.machines import Machines, task

if TYPE_CHECKING:
    from sandbox.permissions import Simulator

ROOT = Path(__file__).parents[2]
WAIT_AN_HOUR = {"Wait": {"Type": "Wait", "Seconds": 3_600, "End": True}}


def over_http(sandbox: Sandbox, service: str, account: Account = SOURCE) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload] # any service
        region_name=REGION,
        endpoint_url=sandbox.url,
        aws_access_key_id=account.access_key,
        aws_secret_access_key="any",
    )


def open_files() -> list[str]:
    """What this process has open: pipes, sockets, files."""
    gc.collect()
    links = (path for path in Path("/proc/self/fd").iterdir() if path.exists())
    return sorted(str(path.readlink()) for path in links)


def test_the_same_story_happens_the_same_way_every_time(simulator: Simulator) -> None:
    here = {story.main(simulator) for _ in range(2)}
    elsewhere = subprocess.run(
        [sys.executable, "-m", "tests.sandbox.story"],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "7"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
        text=True,
    )
    assert here == {elsewhere.stdout.strip()}


def test_one_at_a_time(sandbox: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="another sandbox"):
        Sandbox()
    assert sandbox.client("sts").get_caller_identity()["Account"] == SOURCE.id


def test_nothing_is_left_behind(simulator: Simulator) -> None:
    before, threads = open_files(), set(threading.enumerate())
    for _ in range(2):
        with Sandbox(permissions=simulator, data=False) as sandbox:
            machines = Machines(sandbox)
            machines.start({"Wait": {"Type": "Wait", "Seconds": 100, "End": True}})
            sandbox.clock.run(limit=10)
            client = over_http(sandbox, "sts")
            client.get_caller_identity()
            client.close()
            assert machines.client.list_state_machines()["stateMachines"][0]["name"] == "machine-0"
    assert set(threading.enumerate()) == threads
    assert abs(time.time() - sandbox.clock.now) > 1_000
    assert open_files() == before


def test_a_failed_start_gives_everything_back(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> None:
        raise LookupError("no room")

    threads = set(threading.enumerate())
    with monkeypatch.context() as patched:
        patched.setattr("sandbox.world.Scheduler", fail)
        with pytest.raises(LookupError, match="no room"):
            Sandbox(permissions=simulator, data=False)
    assert set(threading.enumerate()) == threads
    Sandbox(permissions=simulator, data=False).close()


def test_a_sandbox_may_leave_rules_out(simulator: Simulator) -> None:
    too_long = "x" * 81
    with Sandbox(permissions=simulator, data=False, without=["states.execution.name"]) as sandbox:
        machines = Machines(sandbox)
        machine = machines.create("m", {"End": {"Type": "Succeed"}})
        assert sandbox.start_execution(machine, too_long, {}).endswith(too_long)
    with pytest.raises(LookupError, match=r"no rule of the register: states\.execution\.nme"):
        Sandbox(permissions=simulator, data=False, without=["states.execution.nme"])
    with Sandbox(permissions=simulator, data=False) as sandbox:
        machine = Machines(sandbox).create("m", {"End": {"Type": "Succeed"}})
        with pytest.raises(ClientError, match="Invalid"):
            sandbox.start_execution(machine, too_long, {})


def test_permissions_count_for_machines(sandbox: Sandbox) -> None:
    machines = Machines(sandbox)
    sandbox.client("iam").delete_role_policy(RoleName="machine", PolicyName="all")
    failed = machines.run({"Call": task()})
    assert failed["error"] == "Lambda.AccessDeniedException"
    assert "is not authorized to perform: lambda:InvokeFunction" in failed["cause"]


def test_without_permissions_everything_is_allowed() -> None:
    with Sandbox(permissions=False, data=False) as sandbox:
        machines = Machines(sandbox)
        sandbox.client("iam").delete_role_policy(RoleName="machine", PolicyName="all")
        assert machines.run({"Call": task()})["status"] == "SUCCEEDED"


def test_any_client_with_the_config_file_sees_the_two_accounts(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "new" / "aws-config"
    sandbox.write_config(path)
    profiles = configparser.ConfigParser()
    profiles.read(path)
    for account in (SOURCE, TARGET):
        profile = profiles[f"profile {account.profile}"]
        client = boto3.client(
            "sts",
            region_name=profile["region"],
            endpoint_url=profile["endpoint_url"],
            aws_access_key_id=profile["aws_access_key_id"],
            aws_secret_access_key=profile["aws_secret_access_key"],
        )
        assert client.get_caller_identity()["Arn"] == f"arn:aws:iam::{account.id}:user/admin"
        client.close()


def test_speed_mode_lets_outside_clients_see_time_pass(simulator: Simulator) -> None:
    with Sandbox(speed=7_200, permissions=simulator, data=False) as sandbox:
        machine = Machines(sandbox).create("wait", WAIT_AN_HOUR)
        client = over_http(sandbox, "stepfunctions")
        arn = client.start_execution(stateMachineArn=machine, name="cli")["executionArn"]
        assert client.describe_execution(executionArn=arn)["status"] == "RUNNING"
        deadline = time.perf_counter() + 20
        while client.describe_execution(executionArn=arn)["status"] == "RUNNING":
            assert time.perf_counter() < deadline
        described = client.describe_execution(executionArn=arn)
        client.close()
        assert described["status"] == "SUCCEEDED"
        assert (described["stopDate"] - described["startDate"]).total_seconds() == 3_600
        again = sandbox.start_execution(machine, "again", {})
        assert sandbox.wait_for(again)["status"] == "SUCCEEDED"


def test_a_function_is_invoked_from_outside_while_time_passes_by_itself(simulator: Simulator) -> None:
    with Sandbox(speed=600, permissions=simulator, data=False) as sandbox:
        Machines(sandbox).function(lambda event: sandbox.clock.call(lambda: sandbox.clock.sleep(event["seconds"])))
        client = over_http(sandbox, "lambda")
        answer = client.invoke(FunctionName="f", Payload=json.dumps({"seconds": 60}))
        assert json.load(answer["Payload"]) is None
        client.close()


def test_the_accounts_are_told_apart_whoever_asks(sandbox: Sandbox) -> None:
    role = Machines(sandbox, TARGET).role
    credentials = sandbox.assume(role, "somebody")
    seen = sandbox.transport.client("sts", credentials).get_caller_identity()
    assert seen["Account"] == TARGET.id
    assert seen["Arn"] == f"arn:aws:sts::{TARGET.id}:assumed-role/machine/somebody"
    with pytest.raises(ClientError) as error:
        sandbox.client("stepfunctions", SOURCE).describe_state_machine(
            stateMachineArn=f"arn:aws:states:{REGION}:{TARGET.id}:stateMachine:none"
        )
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
