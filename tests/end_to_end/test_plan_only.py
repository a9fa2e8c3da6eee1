"""`{"plan_only": true}`: both accounts look, nobody changes anything, and the report tells what it would take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import write_profile

if TYPE_CHECKING:
    from sandbox.gate import Call
    from tests.end_to_end.story import Story

PLANNING = ["Plan the transfer", "Is it only a plan?", "Ask what the target finds", "Write the plan"]
READING = ("Describe", "Get", "List", "Receive")


def changes(story: Story, since: int) -> set[str]:
    """What roles have changed in either account, as service, operation and kind of row."""
    calls = list(story.sandbox.gate.log)[since:]
    return {_told(call) for call in calls if call.caller.role_arn and not call.operation.startswith(READING)}


def _told(call: Call) -> str:
    row = f" {call.parameters['Item']['id']['S'].split('#')[0]}" if call.operation == "PutItem" else ""
    return f"{call.service} {call.operation}{row}"


def test_it_says_what_would_be_done_and_changes_nothing(story: Story) -> None:
    before = len(story.sandbox.gate.log)
    run = story.run(plan_only=True)
    assert (run.status, run.states_of("ferry-snapshot")) == ("SUCCEEDED", PLANNING)
    report = run.output
    assert (report["possible"], report["findings"], report["target_was_asked"]) == (True, [], True)
    assert report["plan"]["database"]["arn"] == "arn:aws:rds:eu-west-1:111111111111:cluster:example-db"
    assert report["plan"]["key_arn"] == story.stage.transfer_key
    assert report["accepted"]["database"] == "example-db-2"
    written = {"dynamodb PutItem question", "events PutEvents"}
    passed_on = {"lambda Invoke", "stepfunctions SendTaskSuccess"}
    assert written <= changes(story, before) <= written | passed_on
    story.assert_nothing_happened()


def test_of_aurora_nobody_knows_how_long_it_takes(story: Story) -> None:
    expected = story.run(plan_only=True).output["expected"]
    assert {stage["seconds"] for stage in expected["stages"]} == {None}
    assert expected["seconds"] is None
    assert 0 < expected["state_transitions_usd"]["most"] < 0.1  # even if every stage took until the deadline


def test_everything_is_found_at_once_on_both_sides(story: Story) -> None:
    kms = story.sandbox.client("kms", SOURCE)
    kms.disable_key(KeyId=story.stage.transfer_key)
    write_profile(story.sandbox, story.stage.target_network, subnet_group="nowhere", identifier="a--b")
    run = story.run(name="a.b", plan_only=True)
    kms.enable_key(KeyId=story.stage.transfer_key)
    write_profile(story.sandbox, story.stage.target_network)
    assert (run.status, run.output["possible"]) == ("SUCCEEDED", False)
    assert [(each["side"], each["error"]) for each in run.output["findings"]] == [
        ("source account 111111111111", "InvalidExecutionName"),
        ("source account 111111111111", "KeyDisabled"),
        ("target account 222222222222", "RestoreNotPossible"),
        ("target account 222222222222", "RestoreNotPossible"),
    ]
    assert all(each["resource"] and each["remedy"] for each in run.output["findings"])
    story.assert_nothing_happened()


def test_a_target_that_does_not_answer_is_a_finding(story: Story) -> None:
    story.sandbox.events.before_delivery.append(lambda _: ())
    run = story.run(plan_only=True)
    story.sandbox.events.before_delivery.clear()
    assert (run.status, run.output["possible"]) == ("SUCCEEDED", False)
    assert [each["error"] for each in run.output["findings"]] == ["NobodyAnswered"]
    assert run.output["accepted"] is None


def test_a_quota_that_passes_is_a_remark_and_no_finding(story: Story) -> None:
    story.sandbox.rds.settings.quotas.manual_cluster_snapshots = 1
    output = story.run(plan_only=True).output
    story.sandbox.rds.settings.quotas.manual_cluster_snapshots = 100
    assert output["possible"]
    assert [remark for remark in output["remarks"] if "has 0 of 1 manual cluster snapshots, and 2 more" in remark]


def test_tags_of_aws_and_of_ours_stay_behind_and_the_plan_says_so(story: Story) -> None:
    rds, arn = story.sandbox.client("rds", SOURCE), "arn:aws:rds:eu-west-1:111111111111:cluster:example-db"
    given = {"team": "payments", "snapferry:managed": "true"}
    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": key, "Value": value} for key, value in given.items()])
    database = story.sandbox.rds.database(arn)
    database.tags["aws:cloudformation:stack-name"] = "production"  # as AWS sets it itself
    output = story.run(plan_only=True).output
    del database.tags["aws:cloudformation:stack-name"]
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=list(given))
    assert output["plan"]["database_tags"] == {"team": "payments"}
    said = "tags of the database that its snapshots do not get: aws:cloudformation:stack-name, snapferry:managed"
    assert said in output["remarks"]


def test_a_transfer_with_two_findings_ends_red_with_both(story: Story) -> None:
    kms = story.sandbox.client("kms", SOURCE)
    kms.disable_key(KeyId=story.stage.transfer_key)
    run = story.run(database="nope")
    kms.enable_key(KeyId=story.stage.transfer_key)
    assert (run.status, run.error) == ("FAILED", "TransferNotPossible")
    assert "(1) KeyDisabled: " in (run.cause or "")
    assert "(2) DatabaseNotFound: " in (run.cause or "")
    assert TARGET.id not in (run.cause or "")
