"""`make transfer`: what a person at a terminal, or a log of CI, gets to read."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from commands.problems import Refused
from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import ROOT, set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_serve import LIMIT, Served, served  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

STATE = re.compile(r"^  (\d+:\d\d:\d\d)  (.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def instance_story(simulator: Simulator) -> Iterator[Story]:
    """Of an instance, whose size AWS tells, so that there is an estimate."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Story(set_stage(sandbox, "postgres"))


@pytest.fixture
def terminal(instance_story: Story) -> Iterator[Terminal]:
    yield Terminal(instance_story.sandbox, SOURCE)
    instance_story.clear_target()


def test_it_tells_each_state_once_and_the_receipt(instance_story: Story, terminal: Terminal) -> None:
    assert terminal.transfer(database="example-db") == 0
    states = [state for _, state in STATE.findall(terminal.text)]
    assert states[0] == "Plan the transfer"
    assert states[-1] == "Write the receipt"
    assert len(states) == len(set(states))
    assert not [state for state in states if state.endswith("?")]
    assert re.search(r"estimate: \d+ min to \d+ h \d+ min; at most 48 h", terminal.text)
    assert re.search(r"Wait for the copy: RDS: \w+ \d+ %, sf-example-db-[0-9a-f]{16}-c", terminal.text)
    assert "Ask for the restore: the target brings the database up" in terminal.text
    output = json.loads(executions(instance_story)[0]["output"])
    for told in (output["transfer"], output["restored"]["secret_arn"], output["access"]["principal"]):
        assert told in terminal.text
    assert re.search(r"opened, closed .*: \d+ min$", terminal.text, re.MULTILINE)
    assert "rest of policy  as it was" in terminal.text


def executions(story: Story) -> list[dict[str, str]]:
    """The latest first."""
    states = story.sandbox.client("stepfunctions", SOURCE)
    rows = states.list_executions(stateMachineArn=story.stage.machine_arn)["executions"]
    return [states.describe_execution(executionArn=row["executionArn"]) for row in rows]


def test_a_plan_tells_what_it_would_take_and_the_command_that_does_it(terminal: Terminal) -> None:
    assert terminal.transfer(database="example-db", plan_only=True, profile="default") == 0
    assert "It can be; nothing was changed." in terminal.text
    assert re.search(r"in all +\d+ min to \d+ h", terminal.text)
    assert "To do it: make transfer DATABASE=example-db PROFILE=default\n" in terminal.text


def test_a_plan_that_cannot_be_is_red_with_every_finding(terminal: Terminal) -> None:
    assert terminal.transfer(database="example-db", plan_only=True, profile="none") == 1
    assert "It cannot be:" in terminal.text
    assert "target account 222222222222: " in terminal.text
    assert "What to do: " in terminal.text


def test_a_failure_tells_its_error_what_to_do_and_how_to_go_on_from_what_is_kept(
    instance_story: Story, terminal: Terminal
) -> None:
    def stop_the_copy() -> None:
        states, machine = instance_story.sandbox.client("stepfunctions", TARGET), "ReceiveSnapshotMachineArn"
        running = states.list_executions(
            stateMachineArn=instance_story.stage.target.outputs[machine], statusFilter="RUNNING"
        )["executions"]
        for one in running:
            states.stop_execution(executionArn=one["executionArn"])

    terminal.meanwhile.extend([lambda: None] * 10 + [stop_the_copy] * 200)
    assert terminal.transfer(database="example-db", restore=False) == 1
    assert "FAILED: TargetExecutionEnded" in terminal.text
    found = re.search(r"^  input    (\{.*\})$", terminal.text, re.MULTILINE)
    assert found is not None
    again = json.loads(found[1])
    assert again["snapshot"].endswith("-c")
    assert f"command  make transfer DATABASE=example-db SNAPSHOT={again['snapshot']} RESTORE=0" in terminal.text
    terminal.meanwhile.clear()
    assert terminal.transfer(database="example-db", snapshot=again["snapshot"], restore=False) == 0
    assert "(there before)" in terminal.text


def test_ctrl_c_leaves_the_transfer_running_and_it_can_be_followed(instance_story: Story, terminal: Terminal) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    terminal.meanwhile.extend([lambda: None, interrupt])
    assert terminal.transfer(database="example-db", restore=False) == 130
    arn = re.search(r"make transfer FOLLOW=(\S+)", terminal.text)
    assert arn is not None
    assert f"aws stepfunctions stop-execution --execution-arn {arn[1]}" in terminal.text
    assert executions(instance_story)[0]["status"] == "RUNNING"
    again = Terminal(instance_story.sandbox, SOURCE)
    assert again.transfer(follow=arn[1]) == 0
    assert "0:00:00  Plan the transfer" in again.text


def test_a_mistake_is_told_before_anything_is_started(instance_story: Story, terminal: Terminal) -> None:
    before = len(executions(instance_story))
    with pytest.raises(Refused, match="profile"):
        terminal.transfer(database="example-db", profile="no such name")
    assert len(executions(instance_story)) == before


def test_make_transfer_works_against_make_sandbox(served: Served) -> None:  # noqa: F811 - the fixture
    config = served.command("export AWS_CONFIG_FILE").partition("=")[2]
    known = {"AWS_CONFIG_FILE": config, "AWS_PROFILE": "source", "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    known |= {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = ["make", "-o", ".venv/.made", "transfer", "DATABASE=example-db"]
    ran = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "\x1b" not in ran.stdout  # no terminal: plain lines
    assert STATE.findall(ran.stdout)[-1][1] == "Write the receipt"
    assert re.search(r"^Done in \d h \d+ min\.$", ran.stdout, re.MULTILINE)
    assert "example-db-2 in account 222222222222" in ran.stdout
