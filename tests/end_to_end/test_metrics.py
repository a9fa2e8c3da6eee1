"""What functions count, held against the receipt, against the world, and against what the alarms look at."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.cloudwatch import DataPoint, Metric
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.statemachine import machines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

STAGES = {
    stage for text in map(machines.text, machines.NAMES) for stage in re.findall(r"['\"]stage['\"]: ['\"](\w+)", text)
}
STAGES |= {"whole"}
AWS_METRICS = {
    "AWS/States": {
        "ExecutionsStarted",
        "ExecutionsSucceeded",
        "ExecutionsFailed",
        "ExecutionsTimedOut",
        "ExecutionsAborted",
    },
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible"},
}
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
        return [point for point in self._story.sandbox.metrics.points(since=self._since) if point.name == name]

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
    assert max(each.value for each in world.points("OpenSeconds")) == point.value
    # it begins just before the statements are written, and ends once they are seen to be gone
    assert int(world.seconds_open()) <= point.value <= world.seconds_open() + 3
    assert world.points("AccessNotClosed") == []


def test_stages_are_what_has_been_and_make_up_the_whole(told: Story) -> None:
    world = World(told)
    run = told.run()
    stages = {dict(point.metric.dimensions)["stage"]: point.value for point in world.points("StageSeconds")}
    assert set(stages) == {"snapshot", "copy", "receive", "restore", "securing", "instances", "opening", "whole"}
    assert stages["whole"] == run.output["seconds"]
    parts = sum(seconds for stage, seconds in stages.items() if stage != "whole")
    assert 0.95 * stages["whole"] < parts <= stages["whole"]
    assert [point.value for point in world.points("TransferSucceeded")] == [1.0]
    assert world.points("TransferFailed") == []
    told.clear_target()


def test_both_accounts_tell_how_old_the_data_is_that_has_got_across(told: Story) -> None:
    run = told.run(restore=False)
    began = told.sandbox.clock.now - run.output["seconds"]
    world = World(told)
    told.sandbox.clock.run(limit=4000)  # the reports come hourly
    points = [each for each in world.points("AgeOfNewestCopy") if len(each.metric.dimensions) == 2]
    assert {each.account for each in points} == {SOURCE.id, TARGET.id}
    assert {dict(each.metric.dimensions)["database"] for each in points} == {f"{SOURCE.id}/example-db"}
    for point in points:  # not from the end of the transfer, but from the moment of the data
        assert began - 200 <= point.moment - point.value <= began + 30


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
    (alarm,) = [each for each in told.sandbox.alarms.of(SOURCE.id) if each.get("MetricName") == "AccessNotClosed"]
    assert {point.metric for point in points} == {Metric.read(alarm)}
    assert (points[0].value > alarm["Threshold"], alarm["Statistic"]) == (True, "Sum")
    assert world.points("ExposureSeconds") == []  # it is not over
    told.sandbox.clock.run(limit=3600)  # the sweeper tries again
    told.assert_nothing_is_open()
    (exposure,) = world.points("ExposureSeconds")
    assert int(world.seconds_open()) <= exposure.value <= world.seconds_open() + 3  # it is told in whole seconds


def test_every_metric_on_a_dashboard_and_every_alarm_there_exists(told: Story) -> None:
    """After the tests above, which have written what transfers and restores write."""
    sandbox = told.sandbox
    written = {(point.metric.name, frozenset(name for name, _ in point.metric.dimensions))
               for point in sandbox.metrics.points() if point.metric.namespace == "Snapferry"}  # fmt: skip
    written.add(("SnapshotBytes", frozenset({"stack"})))  # of an instance: see test_logs.py
    for account, stack in ((SOURCE, told.stage.source), (TARGET, told.stage.target)):
        there = {*stack.resources.values(), *(str(one) for each in stack.attributes.values() for one in each.values())}
        body = sandbox.client("cloudwatch", account).get_dashboard(DashboardName=stack.outputs["DashboardName"])
        widgets = json.loads(body["DashboardBody"])["widgets"]
        rows = [row for widget in widgets for row in widget["properties"].get("metrics", [])]
        assert rows
        for row in rows:
            if isinstance(row[0], dict):
                assert ("AgeOfNewestCopy", frozenset({"stack", "database"})) in written
                assert '{Snapferry,stack,database} MetricName="AgeOfNewestCopy"' in row[0]["expression"]
                continue
            namespace, name, *rest = (part for part in row if isinstance(part, str))
            dimensions = dict(zip(rest[::2], rest[1::2], strict=True))
            if namespace == "Snapferry":
                assert (name, frozenset(dimensions)) in written, row
                assert dimensions["stack"] == stack.name
                assert dimensions.get("stage", "whole") in STAGES
            else:
                assert name in AWS_METRICS[namespace], row
                assert set(dimensions.values()) <= there, row
        (alarms,) = [widget["properties"]["alarms"] for widget in widgets if widget["type"] == "alarm"]
        assert {each["AlarmArn"] for each in sandbox.alarms.of(account.id)} == set(alarms)
        text = json.dumps([widget["properties"].get("markdown") for widget in widgets])
        machines = [arn for arn in there if ":stateMachine:" in arn]
        assert machines
        for machine in machines:
            assert f"#/statemachines/view/{machine})" in text


def stop(story: Story) -> None:
    """As a person does it, in the console."""
    stepfunctions = story.sandbox.client("stepfunctions", SOURCE)
    rows = stepfunctions.list_executions(stateMachineArn=story.stage.machine_arn, statusFilter="RUNNING")["executions"]
    stepfunctions.stop_execution(executionArn=rows[0]["executionArn"])


def invoke(story: Story, function: str, event: dict[str, Any]) -> None:
    """By EventBridge's rule, whatever its pattern."""
    story.sandbox.functions.invoke_later(function, event, SOURCE.id)
    story.sandbox.clock.run(limit=60)
