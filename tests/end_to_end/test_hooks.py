"""Hooks: what runs, in which order, for how long, how often; and what a failing one leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import TARGET
from sandbox.stage import CONNECTION, set_stage, write_profile
from sandbox.world import Sandbox
from snapferry.contracts.hook_contracts import HookInput
from tests.end_to_end.restores import Restores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

FIRST, SECOND, MACHINE = "snapferry-hook-first", "snapferry-hook-second", "snapferry-hook-machine"
HOUR = 3600.0


@pytest.fixture(scope="module")
def restores(simulator: Simulator) -> Iterator[Restores]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        stage = set_stage(sandbox, "aurora-mysql")
        sandbox.deploy(TARGET, "hooks", Path(__file__).with_name("hooks") / "template.yaml", {})
        yield Restores.on(stage)


def test_hooks_run_in_the_profiles_order_and_the_receipt_says_what_they_did(restores: Restores) -> None:
    calls = len(restores.story.sandbox.gate.log)
    run = restores.run([hook(SECOND, seconds=90), machine(), hook(FIRST, mask=["name"])])
    assert (run.status, run.error, run.cause) == ("SUCCEEDED", None, None)
    reports = run.output["hooks"]
    assert [(one["name"], one["attempts"]) for one in reports] == [(SECOND, 1), (MACHINE, 1), (FIRST, 1)]
    assert 90 <= reports[0]["seconds"] < 120
    assert HOUR - 1 <= reports[1]["seconds"] < HOUR + 60  # the end is known to the second
    assert reports[1]["result"] == {"endpoint": run.output["endpoint"]}
    made = list(restores.story.sandbox.gate.log)[calls:]
    began = [str(call.parameters) for call in made if (call.service, call.operation) in BEGINS]
    names = (SECOND, MACHINE, FIRST)
    assert [name for one in began for name in names if f"{name}'" in one] == list(names)


def test_a_hook_is_sent_what_the_contract_says_and_its_own_input(restores: Restores) -> None:
    run = restores.run([hook(FIRST, mask=["name", {"deep": None}])])
    sent = run.output["hooks"][0]["result"]["seen"]
    assert HookInput.model_validate(sent).model_dump(mode="json") == sent
    assert sent["input"] == {"mask": ["name", {"deep": None}]}
    database = {name: sent["database"][name] for name in ("identifier", "endpoint", "port", "secret_arn", "engine")}
    assert database == {name: run.output[name] for name in database}
    assert (sent["hook"], sent["attempt"]) == (FIRST, 1)


def test_hooks_run_in_quarantine_and_only_then_is_the_network_opened(restores: Restores) -> None:
    groups: list[str] = []
    before = {"original", *restores.databases()}

    def look() -> None:
        rows = restores.story.sandbox.client("rds", TARGET).describe_db_clusters()["DBClusters"]
        (row,) = [row for row in rows if row["DBClusterIdentifier"] not in before]
        groups.extend(group["VpcSecurityGroupId"] for group in row["VpcSecurityGroups"])

    run = restores.run([hook(FIRST, seconds=60)], when="Call the hook's function", then=look)
    assert groups == [restores.story.stage.target.outputs["QuarantineGroupId"]]
    states = run.states_of("restore-database")
    assert states.index("Create the instances") < states.index("Run the hooks") < states.index("Open the network")


def test_without_hooks_none_of_their_states_is_entered(restores: Restores) -> None:
    run = restores.run([])
    assert (run.status, run.output["hooks"]) == ("SUCCEEDED", [])
    assert not [state for state in run.states_of("restore-database") if "hook" in state.lower()]


def test_a_failing_hook_leaves_the_previous_database_serving_and_says_so(restores: Restores) -> None:
    before = restores.run([])
    connection, databases = published(restores), restores.databases()
    run = restores.run([hook(SECOND), hook(FIRST, failures=1)])
    assert_failed(run, f"Hook {FIRST} has failed: ValueError: no luck in attempt 1.")
    assert "In the target account 222222222222" in str(run.cause)
    assert f"function:{FIRST}" in str(run.cause)
    assert CONNECTION in str(run.cause)
    assert published(restores) == connection
    assert json.loads(connection)["identifier"] == before.output["identifier"]
    assert restores.databases() == databases
    assert "Open the network" not in run.states_of("restore-database")


def test_later_hooks_do_not_run_after_one_that_failed(restores: Restores) -> None:
    run = restores.run([hook(FIRST, failures=9), machine()])
    assert_failed(run, FIRST)
    assert "Run the hook's state machine" not in run.states_of("restore-database")


def test_a_hook_is_tried_as_often_as_the_profile_says(restores: Restores) -> None:
    run = restores.run([{**hook(FIRST, failures=2), "retries": 2}])
    assert run.status == "SUCCEEDED"
    assert run.output["hooks"][0]["attempts"] == 3
    assert run.output["hooks"][0]["result"]["seen"]["attempt"] == 3
    run = restores.run([{**hook(FIRST, failures=2), "retries": 1}])
    assert_failed(run, "has failed 2 times, at last: ValueError: no luck in attempt 2")


def test_a_hook_ends_at_its_time_limit(restores: Restores) -> None:
    began = restores.story.sandbox.clock.now
    run = restores.run([{**hook(FIRST, seconds=590), "timeout_minutes": 2}])
    assert_failed(run, "it was not done after 2 minutes, its time limit")
    assert restores.story.sandbox.clock.now - began < 3 * HOUR


def test_a_function_that_its_own_timeout_ends_has_failed_and_is_not_run_eight_times(restores: Restores) -> None:
    run = restores.run([hook(FIRST, seconds=700)])
    assert_failed(run, "Task timed out after 600.00 seconds")
    assert invocations(restores) == 1


def test_a_hook_whose_process_dies_has_failed(restores: Restores) -> None:
    assert_failed(restores.run([hook(FIRST, exits=True)]), "Runtime exited")


def test_a_machine_is_stopped_with_the_restore(restores: Restores) -> None:
    sandbox = restores.story.sandbox
    states = sandbox.client("stepfunctions", TARGET)
    before = restores.databases()

    def running(machine_arn: str) -> list[str]:
        rows = states.list_executions(stateMachineArn=machine_arn, statusFilter="RUNNING")["executions"]
        return [str(row["executionArn"]) for row in rows]

    hooks: list[str] = []

    def stop() -> None:
        sandbox.clock.run(limit=60)
        hooks.extend(running(f"arn:aws:states:eu-west-1:{TARGET.id}:stateMachine:{MACHINE}"))
        for arn in running(restores.story.stage.target.outputs["RestoreDatabaseMachineArn"]):
            states.stop_execution(executionArn=arn)

    run = restores.run([machine()], when="Run the hook's state machine", then=stop)
    assert run.status == "ABORTED"
    assert [states.describe_execution(executionArn=arn)["status"] for arn in hooks] == ["ABORTED"]
    sandbox.clock.run(limit=HOUR)
    assert restores.databases() == before


def test_a_machine_that_fails_is_quoted_with_its_execution(restores: Restores) -> None:
    run = restores.run([machine(fails=True)])
    assert_failed(run, "FAILED: Unmasked: There are still names.", f":execution:{MACHINE}:sf-")


def test_a_result_that_is_too_large_is_left_out_and_said(restores: Restores) -> None:
    run = restores.run([hook(FIRST, letters=20_000)])
    assert run.status == "SUCCEEDED"
    assert run.output["hooks"][0]["result"] is None
    assert "its result has 20002 bytes" in run.output["hooks"][0]["remark"]


@pytest.mark.parametrize("says", [None, [], "done", {"rows": 2}])
def test_a_hook_may_return_any_json(restores: Restores, says: Any) -> None:
    assert restores.run([hook(FIRST, says=says)]).output["hooks"][0]["result"] == says


def test_a_hook_that_is_not_there_is_found_before_anything_is_made(restores: Restores) -> None:
    before = restores.databases()
    wanted = [hook("snapferry-hook-nowhere"), {"name": "snapferry-hook-nothing", "kind": "state_machine"}]
    run = restores.run(wanted)
    assert run.status == "FAILED"
    assert "hook snapferry-hook-nowhere: there is no such function" in str(run.cause)
    assert "hook snapferry-hook-nothing: there is no such state machine" in str(run.cause)
    assert "Restore the database" not in run.states_of("restore-database")
    assert restores.databases() == before


def test_the_receipt_of_a_whole_transfer_says_what_the_hooks_did(restores: Restores) -> None:
    network = restores.story.stage.target_network
    write_profile(restores.story.sandbox, network, identifier="{database}-{transfer}", hooks=[hook(FIRST, says=[1])])
    run = restores.story.run()
    assert run.cause is None, run.cause
    assert [(one["name"], one["result"]) for one in run.output["restored"]["hooks"]] == [(FIRST, [1])]


def test_an_offer_is_declined_when_a_hook_is_not_there(restores: Restores) -> None:
    network = restores.story.stage.target_network
    write_profile(restores.story.sandbox, network, identifier="{database}-{transfer}", hooks=[hook(f"{FIRST}-2")])
    run = restores.story.run()
    assert (run.status, run.error) == ("FAILED", "TransferDeclined")
    assert f"hook {FIRST}-2: there is no such function" in str(run.cause)
    assert "Create the snapshot" not in run.states_of("ferry-snapshot")


def test_the_machines_role_may_run_hooks_only(restores: Restores) -> None:
    machine_arn = restores.story.stage.target.outputs["RestoreDatabaseMachineArn"]
    sandbox = restores.story.sandbox
    role = sandbox.client("stepfunctions", TARGET).describe_state_machine(stateMachineArn=machine_arn)["roleArn"]
    caller = sandbox.assume(role, "test").caller
    arn = f"arn:aws:lambda:eu-west-1:{TARGET.id}:function:"
    allowed = {
        name: sandbox.permissions.check(caller, "lambda:InvokeFunction", f"{arn}{name}").allowed
        for name in (FIRST, "payroll", "snapferry-target-EditSomething")
    }
    assert allowed == {FIRST: True, "payroll": False, "snapferry-target-EditSomething": False}


BEGINS = {("lambda", "Invoke"), ("stepfunctions", "StartExecution")}


def hook(name: str, **given: Any) -> dict[str, Any]:
    return {"name": name, "input": given}


def machine(**given: Any) -> dict[str, Any]:
    return {"name": MACHINE, "kind": "state_machine", "timeout_minutes": 120, "input": given}


def published(restores: Restores) -> str:
    ssm = restores.story.sandbox.client("ssm", TARGET)
    return str(ssm.get_parameter(Name=CONNECTION)["Parameter"]["Value"])


def invocations(restores: Restores) -> int:
    """How often the first hook was called since the last restore began."""
    calls = restores.story.sandbox.gate.calls_of("lambda", "Invoke", TARGET.id)
    plans = [number for number, call in enumerate(calls) if "PlanRestore" in str(call.parameters["FunctionName"])]
    return sum(FIRST in str(call.parameters["FunctionName"]) for call in calls[plans[-1] :])


def assert_failed(run: Run, *words: str) -> None:
    assert (run.status, run.error) == ("FAILED", "HookFailed"), run.cause
    assert [word for word in words if word not in str(run.cause)] == [], run.cause
