"""Every line that any function writes says of which transfer it is, and none says a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import ACCOUNTS, SOURCE, TARGET
from sandbox.stage import PRODUCTION_PASSWORD, set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.templates.stacks import TEMPLATES, resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

    type Line = dict[str, Any]

FIELDS = {"transfer", "execution", "state", "function", "side", "account", "request_id"}
UNKNOWN_BEHIND_EVENTS = {"execution", "state"}
OF_NO_TRANSFER = {"SweepLeasesFunction", "SweepExecutionsFunction", "ReportAgesFunction"}
"""Rounds by a schedule; what they tell of a transfer names it."""
BEHIND_EVENTS = {"AnswerOfferFunction", "TakeQuestionFunction", "HearAnswerFunction", "CloseAfterEndFunction",
                 "TakeBackAfterEndFunction", "TellFailureFunction"}  # fmt: skip


@pytest.fixture(scope="module")
def logged(simulator: Simulator) -> Iterator[Story]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        stage = set_stage(sandbox, "postgres")
        for schedule in ("snapferry-target-RetentionSchedule",):  # a run with an id of its own
            sandbox.client("scheduler", TARGET).delete_schedule(Name=schedule)
        yield Story(stage)


class Log:
    """What has been written since this was made."""

    def __init__(self, story: Story) -> None:
        self._functions = {f.spec.arn: f for each in ACCOUNTS for f in story.sandbox.functions.of(each.id)}
        for function in self._functions.values():
            function.lines.clear()

    def lines(self) -> Iterator[tuple[str, Line]]:
        """Function and line, of both accounts; an error's stack is the runtime's own word."""
        for function in self._functions.values():
            own = [json.loads(line) for line in list(function.lines) if line.startswith("{")]
            stacks = [line for line in function.lines if line.startswith("Traceback")]
            assert bool(stacks) == any(line.get("level") == "ERROR" for line in own), function.spec.name
            for line in own:
                yield function.spec.name.split("-")[-1], line

    def of_transfers(self) -> Iterator[tuple[str, Line]]:
        """Without the conclusions of rounds that are of no transfer."""
        for name, line in self.lines():
            if name not in OF_NO_TRANSFER or line.get("message") != "done":
                yield name, line


def test_every_line_of_a_transfer_carries_its_id(logged: Story) -> None:
    log = Log(logged)
    run = logged.run()
    transfer = run.output["transfer"]
    logged.sandbox.clock.run(limit=4000)  # sweeps and reports
    seen = set()
    for name, line in log.of_transfers():
        assert line["transfer"] == transfer, (name, line)
        assert set(line) >= FIELDS - (UNKNOWN_BEHIND_EVENTS if name in BEHIND_EVENTS | OF_NO_TRANSFER else set()), name
        assert "_aws" in line or set(line) >= {"level", "message", "timestamp"}, (name, line)
        assert (line["side"], line["account"]) in {("source", SOURCE.id), ("target", TARGET.id)}
        seen.add(name)
    sizes = [line["SnapshotBytes"] for _, line in log.lines() if "SnapshotBytes" in line]
    assert sizes == [100 * 1024**3] * 3  # the snapshot and its two copies
    assert seen >= {"PlanTransferFunction", "HearAnswerFunction", "AnswerOfferFunction", "PublishConnectionFunction"}
    logged.clear_target()


def test_a_line_of_a_machines_step_names_execution_and_state(logged: Story) -> None:
    log = Log(logged)
    logged.run(restore=False)
    for name, line in log.lines():
        if name not in BEHIND_EVENTS | OF_NO_TRANSFER:
            assert line["state"], (name, line)
            assert ":execution:" in line["execution"], (name, line)


def test_so_does_every_line_of_transfers_that_are_stopped(logged: Story) -> None:
    """In either account, so that the functions behind the status events, and those that take back, work too."""
    log, sandbox = Log(logged), logged.sandbox
    for account, machine, state in (
        (SOURCE, logged.stage.machine_arn, "Ask the target to take its copy"),
        (TARGET, logged.stage.target.outputs["ReceiveSnapshotMachineArn"], "Copy under the own key"),
    ):
        stop = _stopping(sandbox, account, machine)
        logged.run(when=state, then=stop, restore=False)
        sandbox.clock.run(limit=2 * 3600)
    told = {line["transfer"] for name, line in log.of_transfers() if name != "ReportAgesFunction"}  # of those before
    assert len(told) == 2, told
    for name, line in log.of_transfers():
        assert line["transfer"], (name, line)
        assert "execution" in line or name in BEHIND_EVENTS | OF_NO_TRANSFER, (name, line)
    names = {name for name, _ in log.lines()}
    assert names >= BEHIND_EVENTS | {"AnswerForEndedFunction", "StrikeOffFunction"}


def test_no_secret_is_in_any_line(logged: Story) -> None:
    """After the tests above: passwords, and the tokens by which a task is ended."""
    secrets = {PRODUCTION_PASSWORD}
    rows = [call.parameters["Item"] for call in logged.sandbox.gate.calls_of("dynamodb", "PutItem")]
    tokens = {row["waiting_token"]["S"] for row in rows if "waiting_token" in row}
    assert tokens
    text = "".join(line for account in ACCOUNTS for f in logged.sandbox.functions.of(account.id) for line in f.lines)
    assert text
    for secret in secrets | tokens:
        assert secret not in text


def test_one_saved_query_follows_a_transfer_in_each_account() -> None:
    source, target = (resources(each)["FollowTransferQuery"]["Properties"] for each in TEMPLATES)
    assert source == target
    assert source["LogGroupNames"] == [{"Ref": "FunctionsLogGroup"}]
    asked = set(source["QueryString"].split("fields ")[1].split("\n")[0].replace(",", "").split())
    assert asked - {"@timestamp", "level", "message", "error"} <= FIELDS
    assert "filter transfer = " in source["QueryString"]


def _stopping(sandbox: Sandbox, account: Any, machine_arn: str) -> Any:
    def stop() -> None:
        states = sandbox.client("stepfunctions", account)
        for row in states.list_executions(stateMachineArn=machine_arn, statusFilter="RUNNING")["executions"]:
            states.stop_execution(executionArn=row["executionArn"])

    return stop
