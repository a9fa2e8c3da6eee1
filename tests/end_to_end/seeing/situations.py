"""For each alarm of both stacks, what has to happen so that it goes off."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET
from sandbox.attempts import NO_PERMISSIONS, TargetFailed
from sandbox.stage import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.accounts import Account
    from sandbox.events.delivery import Delivery
    from tests.end_to_end.story import Story

HOUR = 3600.0

type Situation = Callable[[Story], object]


def access_stays_open(story: Story) -> None:
    """KMS refuses to close, also when the sweeper has it tried again."""
    faults = story.sandbox.faults
    story.run(
        when="Stop sharing",
        then=lambda: faults.call("kms", "PutKeyPolicy", by="EditKeyPolicy", times=None).denied(),
        restore=False,
    )
    story.sandbox.clock.run(limit=HOUR)
    faults.clear()
    story.sandbox.clock.run(limit=HOUR)
    story.assert_nothing_is_open()


def the_copy_takes_long(story: Story) -> None:
    faults = story.sandbox.faults
    faults.rds("sf-*", account=TARGET).shows("copying", 14 * HOUR)
    story.run(restore=False)
    faults.clear()


def nothing_is_carried(story: Story) -> None:
    story.sandbox.clock.run(limit=20 * HOUR)


def a_sweeper_may_not_read(function: str) -> Situation:
    def denied(story: Story) -> None:
        story.sandbox.faults.call("dynamodb", "Query", by=function, times=None).denied()
        story.sandbox.clock.run(limit=2 * HOUR)
        story.sandbox.faults.clear()

    return denied


def a_machine_is_given(output: str, given: object) -> Situation:
    """A machine is started with what it cannot do."""

    def started(story: Story) -> None:
        outputs = {**story.stage.source.outputs, **story.stage.target.outputs}
        assert story.execute(outputs[output], given).status == "FAILED"

    return started


def retention_may_not_look(story: Story) -> None:
    story.sandbox.faults.call("rds", "DescribeDBSnapshots", by="PlanRetention", times=None).denied()
    story.execute(story.stage.target.outputs["ApplyRetentionMachineArn"], {})
    story.sandbox.faults.clear()


def an_event_cannot_be_delivered(account: Account) -> Situation:
    def undelivered(story: Story) -> None:
        with _refused_to(story, account):
            _put_event_to(story, account)

    return undelivered


def an_event_is_lost(account: Account) -> Situation:
    """It cannot be delivered, and the queue for such events admits nobody."""

    def lost(story: Story) -> None:
        sqs = story.sandbox.client("sqs", account)
        url = sqs.get_queue_url(QueueName=f"snapferry-{account.profile}-UndeliveredQueue")["QueueUrl"]
        policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
        with _refused_to(story, account):
            _put_event_to(story, account)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})

    return lost


def a_function_fails_at_its_event(account: Account) -> Situation:
    """Three times: what it is given is nothing that it takes."""

    def failed(story: Story) -> None:
        name = {SOURCE.id: "snapferry-source-HearAnswerFunction", TARGET.id: "snapferry-target-TakeQuestionFunction"}
        event = {"account": "333333333333", "detail-type": "Nothing", "detail": {}}
        story.sandbox.functions.invoke_later(name[account.id], event, account.id)
        story.sandbox.clock.run(limit=HOUR)

    return failed


def _put_event_to(story: Story, account: Account) -> None:
    """The other account's message, which a rule of this one hands to a function."""
    name, sender, source = {
        SOURCE.id: ("hear_answer", TARGET, "snapferry.target"),
        TARGET.id: ("answer_offer", SOURCE, "snapferry.source"),
    }[account.id]
    body = json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))
    entry: dict[str, Any] = {"Source": source, "EventBusName": "snapferry"}
    entry |= {"DetailType": body["detail-type"], "Detail": json.dumps(body["detail"])}
    story.sandbox.client("events", sender).put_events(Entries=[entry])
    story.sandbox.clock.run(limit=120)


@contextmanager
def _refused_to(story: Story, account: Account) -> Iterator[None]:
    """The account's functions admit no rule."""

    def refuse(delivery: Delivery, _attempt: int) -> None:
        if delivery.account == account.id and ":lambda:" in delivery.target_arn:
            raise TargetFailed(NO_PERMISSIONS, "not admitted", retry=False)

    story.sandbox.events.before_attempt.append(refuse)
    try:
        yield
    finally:
        story.sandbox.events.before_attempt.remove(refuse)


SITUATIONS: dict[tuple[str, str], Situation] = {
    ("source", "AccessNotClosedAlarm"): access_stays_open,
    ("source", "CloseAccessFailedAlarm"): access_stays_open,
    ("source", "SweeperFailsAlarm"): a_sweeper_may_not_read("SweepLeases"),
    ("source", "ExposureTooLongAlarm"): the_copy_takes_long,
    ("source", "NoFreshCopyAlarm"): nothing_is_carried,
    ("source", "TransferFailedAlarm"): a_machine_is_given("FerrySnapshotMachineArn", {"database": "nope"}),
    ("source", "FleetFailedAlarm"): a_machine_is_given("FerryFleetMachineArn", {"databases": ["nope"]}),
    ("source", "UndeliveredEventsAlarm"): an_event_cannot_be_delivered(SOURCE),
    ("source", "FailedEventsAlarm"): a_function_fails_at_its_event(SOURCE),
    ("source", "EventLostAlarm"): an_event_is_lost(SOURCE),
    ("target", "SweeperFailsAlarm"): a_sweeper_may_not_read("SweepExecutions"),
    ("target", "NoFreshCopyAlarm"): nothing_is_carried,
    ("target", "ReceiveFailedAlarm"): a_machine_is_given("ReceiveSnapshotMachineArn", {}),
    ("target", "RestoreFailedAlarm"): a_machine_is_given("RestoreDatabaseMachineArn", {}),
    ("target", "SwitchBackFailedAlarm"): a_machine_is_given("SwitchBackMachineArn", {"name": "nope"}),
    ("target", "TakeBackFailedAlarm"): a_machine_is_given("TakeBackMachineArn", {"transfer": "0123456789abcdef"}),
    ("target", "RetentionFailedAlarm"): retention_may_not_look,
    ("target", "UndeliveredEventsAlarm"): an_event_cannot_be_delivered(TARGET),
    ("target", "FailedEventsAlarm"): a_function_fails_at_its_event(TARGET),
    ("target", "EventLostAlarm"): an_event_is_lost(TARGET),
}
"""Side and logical id of an alarm -> what makes it go off."""
