"""A schedule that fires twice for one time carries the database once; the second run ends green."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.end_to_end.test_overlap import delete_received

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

DAY = 86_400.0
EVERY_DAY = {
    "ScheduleExpression": "cron(0 3 * * ? *)",
    "ScheduleTimezone": "Europe/Berlin",
    "ScheduledDatabase": "example-db",
    "ScheduledRestore": "false",
}


@pytest.fixture(scope="module")
def scheduled(simulator: Simulator) -> Iterator[Story]:
    """A source stack with a schedule, every day at three in Berlin, which is two in UTC."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Story(set_stage(sandbox, "aurora-mysql", source_parameters=EVERY_DAY))


def test_a_schedule_that_fires_twice_for_one_time_carries_once_and_again_the_next_time(scheduled: Story) -> None:
    sandbox = scheduled.sandbox
    sandbox.faults.schedule("*TransferSchedule*").doubled(apart=20)
    ended = executions_until(scheduled, 2)
    assert [each["status"] for each in ended] == ["SUCCEEDED", "SUCCEEDED"]
    times = {json.loads(each["input"])["scheduled_time"] for each in ended}
    assert times == {"2026-01-01T02:00:00Z"}
    carried, repeated = sorted((json.loads(each["output"]) for each in ended), key=len, reverse=True)
    assert carried["target_snapshot"].startswith("arn:aws:rds:eu-west-1:222222222222:cluster-snapshot:sf-")
    assert repeated == {
        "repeated": True,
        "scheduled_time": "2026-01-01T02:00:00Z",
        "carried_by": carried["execution_arn"],
    }
    assert len(received(scheduled)) == 1
    delete_received(scheduled)
    assert json.loads(executions_until(scheduled, 3)[-1]["input"])["scheduled_time"] == "2026-01-02T02:00:00Z"
    assert len(received(scheduled)) == 1  # the next time is another one


@pytest.mark.long
def test_a_scheduled_run_that_failed_may_be_started_again(scheduled: Story) -> None:
    """A person copies the failed execution's input."""
    given: dict[str, Any] = {"restore": False, "scheduled_time": "2026-01-05T03:00:00Z"}
    delete_received(scheduled)
    scheduled.sandbox.events.before_delivery.append(lambda _: ())
    failed = scheduled.run(**given)
    scheduled.sandbox.events.before_delivery.clear()
    assert (failed.status, failed.error) == ("FAILED", "NobodyAnswered")
    assert scheduled.run(**given).status == "SUCCEEDED"
    again = scheduled.run(**given)
    assert (again.status, again.output["repeated"]) == ("SUCCEEDED", True)
    assert again.states_of("ferry-snapshot")[-1] == "Carried for this time already"
    scheduled.assert_nothing_is_open()


@pytest.mark.long
def test_a_fleets_schedule_that_fires_twice_carries_each_database_once(simulator: Simulator) -> None:
    parameters = {
        "FleetScheduleExpression": "cron(0 3 * * ? *)", "FleetTagKey": "ferry", "FleetTagValue": "nightly",
        "ScheduledRestore": "false",
    }  # fmt: skip
    with Sandbox(permissions=simulator, data=False) as sandbox:
        story = Story(set_stage(sandbox, "aurora-mysql", source_parameters=parameters))
        rds = sandbox.client("rds", SOURCE)
        arn = rds.describe_db_clusters()["DBClusters"][0]["DBClusterArn"]
        rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "ferry", "Value": "nightly"}])
        sandbox.faults.schedule("*FleetSchedule*").doubled(apart=20)
        ended = executions_until(story, 2, story.stage.source.outputs["FerryFleetMachineArn"])
        assert [each["status"] for each in ended] == ["SUCCEEDED", "SUCCEEDED"]
        lines = [json.loads(each["output"])["table"][1].split() for each in ended]
        assert sorted(line[:2] for line in lines) == [["example-db", "carried"], ["example-db", "crossed"]]
        assert len(received(story)) == 1


def received(story: Story) -> list[str]:
    """What transfers have left in the target; RDS's nightly snapshots in the source are none of ours."""
    return [name for account, name in story.snapshots() if account == "target"]


def executions_until(story: Story, number: int, machine_arn: str = "") -> list[dict[str, Any]]:
    """Let days pass until so many executions have ended, of the transfer's machine or another; the oldest first."""
    states = story.sandbox.client("stepfunctions", SOURCE)

    def rows() -> list[dict[str, Any]]:
        return list(states.list_executions(stateMachineArn=machine_arn or story.stage.machine_arn)["executions"])

    def done() -> bool:
        return bool(sum(row["status"] != "RUNNING" for row in rows()) >= number)

    story.sandbox.clock.wait_until(done, 3 * DAY)
    oldest_first = sorted(rows(), key=lambda row: row["startDate"])
    return [states.describe_execution(executionArn=row["executionArn"]) for row in oldest_first]
