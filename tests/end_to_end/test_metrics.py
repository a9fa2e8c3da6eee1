"""What functions count, held against the receipt, against the world, and against what the alarms look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import ACCOUNTS, SOURCE, TARGET
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.emf import DataPoint, emitted, metric_of
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

HEAR = "snapferry-source-HearAnswerFunction"


@pytest.fixture(scope="module")
def told(simulator: Simulator) -> Iterator[Story]:
    """A stage on which everything happens once that is measured."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Story(set_stage(sandbox))


class World:
    """What has happened on a stage since this was made: data points, and how long the key was really open."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._since = story.sandbox.clock.now
        story.sandbox.gate.log.clear()

    def points(self, name: str) -> list[DataPoint]:
        return [point for point in emitted(self._story.sandbox, since=self._since) if point.name == name]

    def seconds_open(self) -> float:
        """From the first write of a statement of ours until the last such statement is gone."""
        puts = [call for call in self._story.sandbox.gate.log if call.operation == "PutKeyPolicy" and not call.error]
        opened = [call.time for call in puts if "Snapferry" in call.parameters["Policy"]]
        closed = [call.time for call in puts if "Snapferry" not in call.parameters["Policy"]]
        return closed[-1] - opened[0]


def test_exposure_is_what_the_receipt_says_and_what_has_been(told: Story) -> None:
    world = World(told)
    run = told.run(restore=False)
    (point,) = world.points("ExposureSeconds")
    assert (point.value, point.unit) == (run.output["access"]["exposure_seconds"], "Seconds")
    # it begins just before the statements are written, and ends once they are seen to be gone
    assert int(world.seconds_open()) <= point.value <= world.seconds_open() + 3
    assert world.points("AccessNotClosed") == []


def test_the_exposure_of_a_transfer_that_is_stopped_is_told_too(told: Story) -> None:
    world = World(told)
    run = told.run(when="Ask the target to take its copy", then=lambda: stop(told), restore=False)
    assert run.status == "ABORTED"
    (point,) = world.points("ExposureSeconds")
    assert int(world.seconds_open()) <= point.value <= world.seconds_open() + 3


def test_where_nothing_was_opened_there_is_no_exposure(told: Story) -> None:
    world = World(told)
    run = told.run(when="Create the snapshot", then=lambda: stop(told), restore=False)
    assert run.status == "ABORTED"
    assert world.points("ExposureSeconds") == []


def test_every_answer_that_is_ignored_is_counted(told: Story) -> None:
    world, run = World(told), told.run(restore=False)
    assert world.points("AnswerIgnored") == []
    transfer = run.output["transfer"]
    asked = {"version": 1, "question": "Transfer Offered", "source_account": SOURCE.id, "reply": "Accepted"}
    answer = {**asked, "transfer": transfer, "result": {"role_arn": f"arn:aws:iam::{TARGET.id}:role/anybody"}}
    for number, (account, changed) in enumerate(
        [
            (TARGET.id, {}),  # the question is closed
            (TARGET.id, {"transfer": "0123456789abcdef"}),  # nobody asked
            ("333333333333", {}),  # somebody else was asked
        ],
        start=1,
    ):
        event = {"account": account, "detail-type": "Accepted", "detail": {**answer, **changed}}
        invoke(told, HEAR, event)
        assert [point.value for point in world.points("AnswerIgnored")] == [1.0] * number


def test_an_answer_that_comes_after_its_question_has_timed_out_is_counted(told: Story) -> None:
    world = World(told)
    told.sandbox.faults.event("Accepted").delayed(1000)  # the offer waits for 900 seconds
    run = told.run(restore=False)
    assert run.error == "NobodyAnswered"
    told.sandbox.clock.run(limit=600)
    assert [point.value for point in world.points("AnswerIgnored")] == [1.0]


def test_access_that_cannot_be_closed_is_counted_where_the_alarm_looks(told: Story) -> None:
    world, faults = World(told), told.sandbox.faults
    run = told.run(
        when="Stop sharing",
        then=lambda: faults.call("kms", "PutKeyPolicy", by="EditKeyPolicy", times=None).denied(),
        restore=False,
    )
    faults.clear()
    assert run.error == "AccessNotClosed"
    points = world.points("AccessNotClosed")
    (alarm,) = [each for each in alarms(told) if each["MetricName"] == "AccessNotClosed"]
    assert {point.metric for point in points} == {metric_of(alarm)}
    assert (points[0].value > alarm["Threshold"], alarm["Statistic"]) == (True, "Sum")
    assert world.points("ExposureSeconds") == []  # it is not over
    told.sandbox.clock.run(limit=3600)  # the sweeper tries again
    told.assert_nothing_is_open()
    (exposure,) = world.points("ExposureSeconds")
    assert int(world.seconds_open()) <= exposure.value <= world.seconds_open() + 3  # it is told in whole seconds


def test_every_alarm_looks_at_a_metric_that_is_really_there(told: Story) -> None:
    """After the tests above; an alarm on a metric that nobody writes never goes off."""
    sandbox = told.sandbox
    written = {point.metric for point in emitted(sandbox)}
    functions = {function.spec.name for account in ACCOUNTS for function in sandbox.functions.of(account.id)}
    assert alarms(told)
    for alarm in alarms(told):
        namespace, name, dimensions = metric_of(alarm)
        if namespace == "AWS/Lambda":  # Lambda's own, by the function's name
            ((dimension, function),) = dimensions
            assert (name, dimension, function in functions) == ("Errors", "FunctionName", True)
        else:
            assert metric_of(alarm) in written
    assert {each["MetricName"] for each in alarms(told)} >= {"AccessNotClosed", "Errors"}


def alarms(story: Story) -> list[dict[str, Any]]:
    return [
        alarm
        for account in ACCOUNTS
        for alarm in story.sandbox.client("cloudwatch", account).describe_alarms()["MetricAlarms"]
    ]


def stop(story: Story) -> None:
    """As a person does it, in the console."""
    stepfunctions = story.sandbox.client("stepfunctions", SOURCE)
    rows = stepfunctions.list_executions(stateMachineArn=story.stage.machine_arn, statusFilter="RUNNING")["executions"]
    stepfunctions.stop_execution(executionArn=rows[0]["executionArn"])


def invoke(story: Story, function: str, event: dict[str, Any]) -> None:
    """By EventBridge's rule, whatever its pattern."""
    story.sandbox.functions.invoke_later(function, event, SOURCE.id)
    story.sandbox.clock.run(limit=60)
