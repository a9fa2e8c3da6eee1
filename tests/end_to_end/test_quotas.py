"""RDS's quotas of snapshots are waited for in both accounts, and told apart; at the deadline the error says which."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import SOURCE, TARGET, Account
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.end_to_end.test_overlap import delete_received

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

SNAPSHOTS, COPIES = "manual_cluster_snapshots", "cluster_copies_in_flight"


def set_quota(story: Story, name: str, most: int) -> Callable[[], None]:
    return lambda: setattr(story.sandbox.rds.settings.quotas, name, most)


def reasons(story: Story, machine_arn: str, account: Account) -> list[str]:
    """Why the latest execution of a machine waited, as the console shows it."""
    states = story.sandbox.client("stepfunctions", account)
    latest = states.list_executions(stateMachineArn=machine_arn)["executions"][0]["executionArn"]
    events = states.get_execution_history(executionArn=latest, maxResults=1000)["events"]
    outputs = [json.loads(event["taskSucceededEventDetails"]["output"]) for event in events
               if "taskSucceededEventDetails" in event]  # fmt: skip
    found = [output["Payload"].get("reason") for output in outputs if isinstance(output.get("Payload"), dict)]
    return [reason for reason in found if reason]


def waited(story: Story, run: Run, machine_arn: str, account: Account) -> list[str]:
    assert run.status == "SUCCEEDED", run.cause
    story.assert_nothing_is_open()
    found = reasons(story, machine_arn, account)
    delete_received(story)
    return list(dict.fromkeys(found))


def test_no_room_for_another_snapshot_is_waited_for(story: Story) -> None:
    set_quota(story, SNAPSHOTS, 0)()
    run = story.run(restore=False, when="Wait for the database", then=set_quota(story, SNAPSHOTS, 100))
    found = waited(story, run, story.stage.machine_arn, SOURCE)
    assert found == ["the account has 0 of 0 manual cluster snapshots"]


@pytest.mark.long
def test_no_room_for_the_copy_is_waited_for(story: Story) -> None:
    set_quota(story, SNAPSHOTS, 1)()
    run = story.run(restore=False, when="Wait for RDS to copy", then=set_quota(story, SNAPSHOTS, 100))
    found = waited(story, run, story.stage.machine_arn, SOURCE)
    assert found == ["the account has 1 of 1 manual cluster snapshots"]


def test_too_many_copies_at_once_are_waited_for_and_told_apart(story: Story) -> None:
    """The same code of RDS's as when there is no room."""
    set_quota(story, COPIES, 0)()
    run = story.run(restore=False, when="Wait for RDS to copy", then=set_quota(story, COPIES, 5))
    found = waited(story, run, story.stage.machine_arn, SOURCE)
    assert found == ["RDS makes no more copies at once for this account"]


@pytest.mark.parametrize(("quota", "most"), [pytest.param(SNAPSHOTS, 100, marks=pytest.mark.long), (COPIES, 5)])
def test_the_target_waits_too(story: Story, quota: str, most: int) -> None:
    def fill() -> None:
        set_quota(story, quota, 0)()
        story.sandbox.clock.spawn(set_quota(story, quota, most), "room again", 1200.0)

    run = story.run(restore=False, when="Ask the target to take its copy", then=fill)
    assert "Wait to copy" in run.states_of("receive-snapshot")
    found = waited(story, run, story.stage.target.outputs["ReceiveSnapshotMachineArn"], TARGET)
    said = {SNAPSHOTS: "the account has 0 of 0 manual cluster snapshots", COPIES: "RDS makes no more copies at once"}
    assert found[0].startswith(said[quota])


@pytest.mark.long
@pytest.mark.parametrize(
    ("quota", "error", "words"),
    [
        (SNAPSHOTS, "SnapshotQuotaReached", "Until the transfer's deadline the account has 0 of 0 manual cluster"),
        (COPIES, "TooManyCopies", "Until the transfer's deadline RDS makes no more copies at once"),
    ],
)
def test_at_the_deadline_the_error_names_which(simulator: Simulator, quota: str, error: str, words: str) -> None:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        story = Story(
            set_stage(sandbox, "aurora-mysql", source_parameters={"DeadlineHours": "96", "KeepCopyHours": "0"})
        )
        set_quota(story, quota, 0)()
        run = story.run()
        assert (run.status, run.error) == ("FAILED", error)
        assert words in (run.cause or "")
        assert run.states < 1000  # far below 25,000 events, after four days
        story.assert_nothing_happened()


@pytest.mark.long
@pytest.mark.parametrize("engine", ["aurora-mysql", "mysql"])
@pytest.mark.parametrize(
    ("account", "when"), [(SOURCE, None), (TARGET, "Ask the target to take its copy")], ids=["source", "target"]
)
def test_at_the_deadline_the_error_says_what_is_being_made(
    simulator: Simulator, engine: str, account: Account, when: str | None
) -> None:
    """Not before: whoever waits does not list all snapshots at every try."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        story = Story(set_stage(sandbox, engine, source_parameters={"DeadlineHours": "3", "KeepCopyHours": "0"}))
        copies = "cluster_copies_in_flight" if engine == "aurora-mysql" else "instance_copies_in_flight"
        none_at_once = set_quota(story, copies, 0)
        if account is SOURCE:
            none_at_once()
        run = story.run(when=when, then=none_at_once)
        assert (run.status, run.error) == ("FAILED", "TooManyCopies")
        assert account.id in (run.cause or "")
        assert "0 are being made" in (run.cause or "")
        story.assert_nothing_is_open()


@pytest.mark.long
def test_an_account_full_of_instances_snapshots_is_told_at_the_deadline(simulator: Simulator) -> None:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        story = Story(set_stage(sandbox, "mysql", source_parameters={"DeadlineHours": "3", "KeepCopyHours": "0"}))
        set_quota(story, "manual_instance_snapshots", 0)()
        run = story.run()
        assert (run.status, run.error) == ("FAILED", "SnapshotQuotaReached")
        assert "the account has 0 of 0 manual instance snapshots" in (run.cause or "")
        story.assert_nothing_happened()
