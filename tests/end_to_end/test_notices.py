"""What a person reads when an execution has ended badly, as a subscriber of the topic gets it."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import ACCOUNTS, SOURCE, TARGET
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.accounts import Account
    from sandbox.permissions import Simulator

QUEUE = "subscriber"
HOUR = 3600.0


@pytest.fixture(scope="module")
def told(simulator: Simulator) -> Iterator[Story]:
    """A stage in whose accounts somebody listens to the topics."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        stage = set_stage(sandbox)
        for account, stack in zip(ACCOUNTS, (stage.source, stage.target), strict=True):
            url = sandbox.client("sqs", account).create_queue(QueueName=QUEUE)["QueueUrl"]
            arn = f"arn:aws:sqs:eu-west-1:{account.id}:{url.rsplit('/', 1)[-1]}"
            topic = stack.outputs["TopicArn"]
            sandbox.client("sns", account).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        yield Story(stage)


def heard(story: Story, account: Account) -> list[tuple[str, str]]:
    """Subject and text of everything that the topic has said since somebody last listened."""
    sqs = story.sandbox.client("sqs", account)
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            body = json.loads(message["Body"])
            found.append((body["Subject"], body["Message"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def after(label: str, text: str) -> str:
    (line,) = [line for line in text.splitlines() if line.startswith(label)]
    return line.removeprefix(label).strip()


def test_nobody_is_told_of_what_goes_well(told: Story) -> None:
    assert told.run(restore=False).status == "SUCCEEDED"
    assert [heard(told, account) for account in ACCOUNTS] == [[], []]


def test_a_person_is_told_what_failed_why_and_what_to_do(told: Story) -> None:
    run = told.run(database="nope")
    ((subject, text),) = heard(told, SOURCE)
    assert subject == f"Snapferry source {SOURCE.id}: {run.error}: ferry_snapshot of nope"
    assert run.error == "DatabaseNotFound"
    assert after("Error:", text) == run.error
    assert run.cause is not None
    assert run.cause in text
    assert "What to do: " in text
    assert f"docs/runbook.md#{run.error.lower()}" in text
    assert after("Database:", text) == "nope"
    assert f"#/v2/executions/details/arn:aws:states:eu-west-1:{SOURCE.id}:execution:" in after("Execution:", text)
    assert after("Log:", text).endswith('"snapferry-source/Follow one transfer"')
    assert len(after("Transfer:", text)) == 16


def test_a_message_brings_the_command_that_runs_it_again(told: Story) -> None:
    """A transfer that failed behind its copy: the command carries on from it."""
    told.sandbox.faults.rds("sf-*", account=TARGET).ends_failed()
    run = told.run(restore=False)
    told.sandbox.faults.clear()
    assert run.status == "FAILED"
    ((_, text),) = heard(told, SOURCE)
    words = shlex.split(after("Run again:", text))
    assert words[:3] == ["aws", "stepfunctions", "start-execution"]
    options = dict(zip(words[3::2], words[4::2], strict=True))
    given = json.loads(options["--input"])
    assert given["snapshot"].endswith("-c")
    again = told.execute(options["--state-machine-arn"], given)
    assert again.status == "SUCCEEDED", again.cause
    heard(told, TARGET)


def test_the_target_tells_its_own_people_and_sends_them_to_the_source(told: Story) -> None:
    told.sandbox.faults.rds("sf-*", account=TARGET).ends_failed()
    told.run(restore=False)
    told.sandbox.faults.clear()
    ((subject, text),) = heard(told, TARGET)
    assert subject.startswith(f"Snapferry target {TARGET.id}: SnapshotFailed: receive_snapshot of example-db")
    assert after("Run again:", text).startswith("start the transfer again in the source account")
    ((_, in_the_source),) = heard(told, SOURCE)
    assert after("Transfer:", in_the_source) == after("Transfer:", text)


def test_an_execution_that_was_stopped_is_told_as_such(told: Story) -> None:
    run = told.run(when="Wait for the snapshot", then=lambda: _stop(told), restore=False)
    assert run.status == "ABORTED"
    ((subject, text),) = heard(told, SOURCE)
    assert subject == f"Snapferry source {SOURCE.id}: ABORTED: ferry_snapshot of example-db"
    assert "Somebody stopped it" in text
    assert after("Run again:", text).endswith("""'{"database": "example-db", "restore": false}'""")


def test_what_cannot_be_taken_back_is_told_until_it_is(told: Story) -> None:
    """A restore is stopped, and its database cannot be deleted: the sweeper tries again."""
    denied = told.sandbox.faults.call("rds", "DeleteDBCluster", by="DeleteDatabase", times=None).denied()
    run = told.run(when="Create the instances", then=lambda: _stop(told, TARGET, "RestoreDatabaseMachineArn"))
    assert (run.status, run.error) == ("FAILED", "TargetExecutionEnded")
    told.sandbox.clock.run(limit=1800)
    stopped, left, *_ = heard(told, TARGET)  # and again, as long as it fails
    assert stopped[0] == f"Snapferry target {TARGET.id}: ABORTED: restore_database of example-db"
    assert left[0].startswith(f"Snapferry target {TARGET.id}: AwsRefused: take_back")
    assert after("Transfer:", left[1]) == after("Transfer:", stopped[1])
    assert denied.strokes
    assert told.restored() != []
    told.sandbox.faults.clear()
    told.sandbox.clock.run(limit=2 * HOUR)
    assert told.restored() == []
    heard(told, SOURCE)


def test_an_event_that_comes_twice_is_told_once(told: Story) -> None:
    told.sandbox.faults.event("Step Functions Execution Status Change", target="*TellFailure*").doubled(apart=30)
    told.run(database="nope")
    told.sandbox.clock.run(limit=120)
    told.sandbox.faults.clear()
    assert len(heard(told, SOURCE)) == 1
    failed = [point for point in told.sandbox.metrics.points() if point.name == "TransferFailed"]
    ended = [point for point in told.sandbox.metrics.points()
             if point.metric.namespace == "AWS/States" and point.name in {"ExecutionsFailed", "ExecutionsAborted"}
             and ("StateMachineArn", told.stage.machine_arn) in point.metric.dimensions]  # fmt: skip
    assert len(failed) == len(ended)


def test_a_topic_that_refuses_is_tried_again_and_its_event_is_kept(told: Story) -> None:
    told.sandbox.faults.call("sns", "Publish", times=1).denied()
    told.run(database="nope")
    told.sandbox.clock.run(limit=600)
    told.sandbox.faults.clear()
    assert len(heard(told, SOURCE)) == 1


def _stop(story: Story, account: Account = SOURCE, output: str = "FerrySnapshotMachineArn") -> None:
    """Stop what runs of one machine, named by the output of its stack."""
    states = story.sandbox.client("stepfunctions", account)
    machine = (story.stage.source if account is SOURCE else story.stage.target).outputs[output]
    for row in states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
        states.stop_execution(executionArn=row["executionArn"])
