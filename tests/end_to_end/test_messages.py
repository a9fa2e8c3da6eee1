"""Questions and answers that nobody should believe, and the schedule."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import ROOT
from tests.end_to_end.test_overlap import delete_received

if TYPE_CHECKING:
    from sandbox.accounts import Account
    from sandbox.events.delivery import Delivery
    from tests.end_to_end.story import Story

HOUR = 3600.0


def answer(transfer: str, **more: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "transfer": transfer,
        "question": "Transfer Offered",
        "source_account": SOURCE.id,
        "reply": "Accepted",
        "result": {"role_arn": f"arn:aws:iam::{TARGET.id}:role/anybody"},
        **more,
    }


def put(story: Story, account: Account, source: str, detail_type: str, detail: dict[str, Any]) -> None:
    entry = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail), "EventBusName": "snapferry"}
    reply = story.sandbox.client("events", account).put_events(Entries=[entry])
    assert reply["FailedEntryCount"] == 0
    story.sandbox.clock.run(limit=300)


def function_log(story: Story, name: str) -> str:
    return "".join(story.sandbox.functions.logs(name))


def test_an_answer_that_nobody_asked_for_changes_nothing(story: Story) -> None:
    put(story, TARGET, "snapferry.target", "Accepted", answer("0123456789abcdef"))
    assert "nobody asked" in function_log(story, "snapferry-source-HearAnswerFunction")
    story.assert_nothing_happened()


def test_an_answer_from_the_own_account_is_not_heard(story: Story) -> None:
    before = function_log(story, "snapferry-source-HearAnswerFunction")
    put(story, SOURCE, "snapferry.target", "Accepted", answer("fedcba9876543210"))
    assert function_log(story, "snapferry-source-HearAnswerFunction") == before


def test_a_question_in_another_accounts_name_is_refused(story: Story) -> None:
    offer = json.loads((ROOT / "events" / "answer_offer.json").read_text())["detail"]
    put(story, SOURCE, "snapferry.source", "Transfer Offered", {**offer, "source_account": "333333333333"})
    story.sandbox.clock.run(limit=600)
    assert "333333333333" in function_log(story, "snapferry-target-AnswerOfferFunction")
    queue = story.sandbox.client("sqs", TARGET)
    url = queue.get_queue_url(QueueName="snapferry-target-FailedEventsQueue")["QueueUrl"]
    message = json.loads(queue.receive_message(QueueUrl=url)["Messages"][0]["Body"])
    assert message["responsePayload"]["errorType"] == "NotOurs"


def test_a_shared_snapshot_of_a_third_account_is_not_copied(story: Story) -> None:
    shared = json.loads((ROOT / "events" / "take_question.json").read_text())["detail"]
    other = shared["snapshot_arn"].replace(SOURCE.id, "333333333333")
    put(story, SOURCE, "snapferry.source", "Snapshot Shared", {**shared, "snapshot_arn": other})
    machine = story.stage.target.outputs["ReceiveSnapshotMachineArn"]
    running = story.sandbox.client("stepfunctions", TARGET).list_executions(stateMachineArn=machine)["executions"]
    assert [one for one in running if one["name"].startswith(shared["transfer"])] == []


def test_a_question_that_comes_again_gets_the_answer_that_it_got(story: Story) -> None:
    again = story.sandbox.faults.event("Snapshot Shared", target="*TakeQuestion*").doubled(apart=6 * HOUR)
    heard: list[dict[str, Any]] = []

    def listen(delivery: Delivery) -> None:
        if delivery.event["detail-type"] == "Received" and delivery.target_arn.endswith("HearAnswerFunction"):
            heard.append(delivery.event["detail"])

    story.sandbox.events.before_delivery.append(listen)
    run = story.run(restore=False)
    assert (run.status, len(heard)) == ("SUCCEEDED", 1), run.cause
    story.sandbox.clock.run(limit=7 * HOUR)
    story.sandbox.events.before_delivery.remove(listen)
    assert len(again.strokes) == 1
    first, second = heard
    assert first == second
    assert len(story.snapshots()) == 1
    delete_received(story)


def test_a_schedule_starts_a_transfer_in_its_time_zone(story: Story) -> None:
    parameters = {
        "TargetAccountId": TARGET.id,
        "BusName": "scheduled",
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "ScheduleTimezone": "Europe/Berlin",
        "ScheduledDatabase": "nope",
    }
    stack = story.sandbox.deploy(SOURCE, "snapferry-scheduled", ROOT / "template.yaml", parameters)
    story.sandbox.clock.run(limit=24 * 3600 + 60)
    stepfunctions = story.sandbox.client("stepfunctions", SOURCE)
    machine = stack.outputs["FerrySnapshotMachineArn"]
    [started] = stepfunctions.list_executions(stateMachineArn=machine)["executions"]
    stack.delete()
    assert started["startDate"].astimezone().strftime("%H:%M") in {"02:00", "01:00"}  # UTC, in winter and in summer
    assert started["status"] == "FAILED"
