"""Every alarm goes off in its situation; "not yet" never raises one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import ACCOUNTS
from sandbox.deploy.loading import load_template
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.seeing.situations import HOUR, SITUATIONS
from tests.end_to_end.story import Story
from tests.templates.stacks import ROOT, TEMPLATES, of_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

WATCHED = {"MaxAgeOfCopyHours": "12"}


@pytest.fixture(scope="module")
def watched(simulator: Simulator) -> Iterator[Story]:
    """Both stacks with every alarm on."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Story(set_stage(sandbox, source_parameters=WATCHED, target_parameters=WATCHED))


def test_where_nobody_tells_of_any_copy_the_silence_is_the_alarm(watched: Story) -> None:
    """Before anything has ever been carried."""
    since = watched.sandbox.clock.now
    watched.sandbox.clock.run(limit=4 * HOUR)
    assert watched.sandbox.alarms.raised(since=since) == [
        f"snapferry-{each.profile}-NoFreshCopyAlarm" for each in ACCOUNTS
    ]


def test_not_yet_never_raises_an_alarm(watched: Story) -> None:
    """A transfer full of what passes by itself: throttles, lost answers, doubled events, a killed function, a lock."""
    assert watched.run(restore=False).status == "SUCCEEDED"
    watched.sandbox.clock.run(limit=HOUR)  # its data's age is told
    faults, since = watched.sandbox.faults, watched.sandbox.clock.now
    for service, operation in (
        ("rds", "CreateDBClusterSnapshot"),
        ("rds", "CopyDBClusterSnapshot"),
        ("rds", "DescribeDBClusterSnapshots"),
        ("rds", "ModifyDBClusterSnapshotAttribute"),
        ("rds", "RestoreDBClusterFromSnapshot"),
        ("kms", "GetKeyPolicy"),
        ("dynamodb", "PutItem"),
        ("events", "PutEvents"),
    ):
        faults.call(service, operation, times=8).throttled()  # botocore tries five times: then the machine does
    faults.call("kms", "PutKeyPolicy").loses_its_answer()
    faults.function("*LookAtSnapshot*", times=2).killed_before_it_begins()
    faults.event("*").doubled(apart=3)
    run = watched.run()
    faults.clear()
    assert run.status == "SUCCEEDED", run.cause
    watched.clear_target()
    watched.sandbox.clock.run(limit=2 * HOUR)
    assert watched.sandbox.alarms.raised(since=since) == []


@pytest.mark.parametrize(("side", "name"), SITUATIONS)
def test_an_alarm_goes_off(watched: Story, side: str, name: str) -> None:
    since = watched.sandbox.clock.now
    SITUATIONS[side, name](watched)
    assert f"snapferry-{side}-{name}" in watched.sandbox.alarms.raised(since=since)
    _empty_queues(watched)


def test_there_is_a_situation_for_every_alarm() -> None:
    sides = dict(zip(TEMPLATES, ("source", "target"), strict=True))
    alarms = {(sides[each], name) for each in TEMPLATES for name in of_type(each, "AWS::CloudWatch::Alarm")}
    assert set(SITUATIONS) == alarms


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_alarm_on_silence_is_off_unless_somebody_asks_for_it(template: str) -> None:
    assert of_type(template, "AWS::CloudWatch::Alarm")["NoFreshCopyAlarm"]["Condition"] == "WatchesAge"
    assert load_template(ROOT / template)["Parameters"]["MaxAgeOfCopyHours"]["Default"] == 0


def _empty_queues(story: Story) -> None:
    for account in ACCOUNTS:
        sqs = story.sandbox.client("sqs", account)
        for url in sqs.list_queues()["QueueUrls"]:
            sqs.purge_queue(QueueUrl=url)
