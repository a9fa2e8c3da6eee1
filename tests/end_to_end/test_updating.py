"""Both stacks are updated in the middle of a transfer: neither what is open changes, nor how it ends."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import ROOT, Stage, set_stage
from sandbox.world import Sandbox
from snapferry.databases import Snapshots
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.permissions import Simulator

STATES = [
    "Plan the transfer", "Take the database's turn", "Offer the transfer", "Create the snapshot",
    "Look at the snapshot", "Wait for the snapshot", "Copy under the transfer key", "Look at the copy",
    "Wait for the copy", "Open the lease", "Share the copy", "Ask the target to take its copy", "Plan the copy",
    "Copy under the own key", "Tell the source", "Stop sharing", "Delete the snapshots", "Close the lease",
    "Ask for the restore", "Plan the restore", "Restore the database", "Look at the database",
    "Wait for the database", "Replace the master password", "Create the instances", "Open the network",
    "Publish the connection", "Delete the received copy", "Write the receipt",
]  # fmt: skip
SHORT = ("Ask the target to take its copy",)


@pytest.fixture(scope="module")
def updated(simulator: Simulator) -> Iterator[Story]:
    """Both stacks, which are updated again and again."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Story(set_stage(sandbox, "aurora-mysql", source_parameters={"KeepCopyHours": "0"}))


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The next release: every function and every machine is another file, and does the same."""
    root = tmp_path_factory.mktemp("newer")
    for folder in ("functions", "statemachine"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("template.yaml", "template-target.yaml"):
        shutil.copy(ROOT / name, root / name)
    for machine in (root / "statemachine").glob("*.json"):
        definition = json.loads(machine.read_text())
        machine.write_text(json.dumps(definition | {"Comment": f"{definition['Comment']} The next release's."}))
    return root


def update(stage: Stage, root: Path, deadline_hours: int) -> None:
    """What an upgrade changes: code, definitions, environments of all functions, schedules."""
    hours = {"DeadlineHours": str(deadline_hours), "LogRetentionDays": "30"}
    more = {"OfferTimeoutSeconds": str(800 + deadline_hours), "SweepMinutes": str(5 + deadline_hours)}
    stage.sandbox.deploy(SOURCE, stage.source.name, root / "template.yaml", hours | more)
    stage.sandbox.deploy(TARGET, stage.target.name, root / "template-target.yaml", hours | {"KeepCopies": "2"})


def opened(story: Story) -> list[Any]:
    """Everything by which the target has access now, and everything that waits for it."""
    snapshots = Snapshots(story.sandbox.client("rds", SOURCE), "cluster")
    names = sorted(one.identifier for one in snapshots.manual())
    policy = story.sandbox.client("kms", SOURCE).get_key_policy(KeyId=story.stage.transfer_key, PolicyName="default")
    rows = [sorted(map(json.dumps, story.state_rows(kind))) for kind in ("lease", "question", "turn")]
    return [policy["Policy"], [(name, sorted(snapshots.shared_with(name))) for name in names], *rows]


@pytest.mark.parametrize(
    "state", [pytest.param(state, marks=[] if state in SHORT else [pytest.mark.long]) for state in STATES]
)
def test_an_update_in_the_middle_of_a_transfer_changes_neither_what_is_open_nor_how_it_ends(
    updated: Story, newer: Path, state: str
) -> None:
    updated.assert_nothing_happened()
    seen: list[Any] = []

    def upgrade() -> None:
        seen.append(opened(updated))
        update(updated.stage, newer if STATES.index(state) % 2 else ROOT, 20 + STATES.index(state))
        seen.append(opened(updated))

    run = updated.run(when=state, then=upgrade)
    before, after = seen
    assert before == after
    assert run.status == "SUCCEEDED", run.cause
    assert state in {name for _, name in run.path}
    updated.assert_nothing_is_open()
    assert_updated(updated, 20 + STATES.index(state))
    updated.clear_target()


def assert_updated(story: Story, deadline_hours: int) -> None:
    """The update did change what the stacks run on."""
    sandbox = story.sandbox
    for account in (SOURCE, TARGET):
        for function in sandbox.functions.of(account.id):
            assert function.spec.environment["DEADLINE_HOURS"] == str(deadline_hours), function.spec.name
    states = sandbox.client("stepfunctions", SOURCE)
    definition = states.describe_state_machine(stateMachineArn=story.stage.machine_arn)["definition"]
    assert str(800 + deadline_hours) in definition


@pytest.mark.long
def test_a_lease_of_a_stopped_transfer_is_closed_by_the_updated_stack(updated: Story, newer: Path) -> None:
    def stop() -> None:
        update(updated.stage, newer, 19)
        arn = updated.sandbox.client("stepfunctions", SOURCE).list_executions(
            stateMachineArn=updated.stage.machine_arn, statusFilter="RUNNING"
        )["executions"][0]["executionArn"]
        updated.sandbox.client("stepfunctions", SOURCE).stop_execution(executionArn=arn)

    assert updated.run(when="Ask the target to take its copy", then=stop).status == "ABORTED"
    updated.sandbox.clock.run(limit=4 * 3600)
    updated.assert_nothing_happened()
