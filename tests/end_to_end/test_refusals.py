"""Bad input: refused by the first state, or by the template, with a named error, before anything is made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.deploy import InvalidTemplate
from sandbox.stage import ROOT

if TYPE_CHECKING:
    from tests.end_to_end.story import Run, Story

REFUSED = ["Plan the transfer", "Explain the failure", "Transfer failed"]


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"database": "nope"}, "DatabaseNotFound", "no RDS instance and no Aurora cluster nope"),
        (
            {"database": "example-db", "databse": 1, "restore": "maybe"},
            "InvalidInput",
            "databse: no such field, but there is database",
        ),
        ({"database": "example-db", "databse": 1, "restore": "maybe"}, "InvalidInput", "restore: write true or false"),
        ({"database": 5}, "InvalidInput", "database: write text, in quotes"),
        ({}, "InvalidInput", "database: this field is missing"),
        ([1], "InvalidInput", "must be a JSON object"),
        ("example-db", "InvalidInput", "must be a JSON object"),
        ({"database": "a--b"}, "InvalidInput", "no name of an RDS database"),
        ({"database": "exämple"}, "InvalidInput", "no name of an RDS database"),
        ({"database": "x" * 64}, "InvalidInput", "63"),
    ],
)
def test_an_input_with_a_mistake_is_told_at_once(story: Story, given: object, error: str, words: str) -> None:
    assert_refused(story, story.execute(story.stage.machine_arn, given), error, words)


def test_an_execution_name_that_the_other_account_cannot_carry(story: Story) -> None:
    assert_refused(story, story.run(name="two.words"), "InvalidExecutionName", "letters, digits, - and _ only")


def test_a_database_that_is_not_available(story: Story) -> None:
    rds = story.sandbox.client("rds", SOURCE)
    rds.create_db_cluster(
        DBClusterIdentifier="fresh",
        Engine="aurora-mysql",
        MasterUsername="master",
        MasterUserPassword="Any-Password-1",
        StorageEncrypted=True,
        DBSubnetGroupName="databases",
    )
    assert_refused(story, story.run(database="fresh"), "DatabaseNotAvailable", "creating")


@pytest.mark.parametrize("account", ["22222222222", "2222222222222", "two hundred", ""])
def test_a_target_account_that_is_not_12_digits(story: Story, account: str) -> None:
    with pytest.raises(InvalidTemplate, match="TargetAccountId"):
        story.sandbox.deploy(SOURCE, "wrong", ROOT / "template.yaml", {"TargetAccountId": account, "BusName": "wrong"})


def test_a_route_to_the_source_account_itself(story: Story) -> None:
    run = run_of_another_stack(story, {"TargetAccountId": SOURCE.id})
    assert_refused(story, run, "InvalidRoute", "the source account itself")


def test_a_transfer_key_that_aws_manages(story: Story) -> None:
    key = story.stage.databases(SOURCE).describe("example-db")["KmsKeyId"]
    run = run_of_another_stack(story, {"TransferKeyArn": key})
    assert_refused(story, run, "KeyManagedByAws", "managed by AWS")


def test_a_transfer_key_that_does_not_exist(story: Story) -> None:
    key = f"arn:aws:kms:eu-west-1:{SOURCE.id}:key/00000000-0000-0000-0000-000000000000"
    run = run_of_another_stack(story, {"TransferKeyArn": key})
    assert_refused(story, run, "TransferKeyNotUsable", "does not exist")


def test_a_transfer_key_that_is_disabled_or_on_its_way_out(story: Story) -> None:
    kms = story.sandbox.client("kms", SOURCE)
    key = kms.create_key(Tags=[{"TagKey": "snapferry:lease", "TagValue": "allowed"}])["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=key)
    machine = another_stack(story, {"TransferKeyArn": key})
    disabled = story.execute(machine, {"database": "example-db"})
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    pending = story.execute(machine, {"database": "example-db"})
    delete_other_stack(story)
    assert_refused(story, disabled, "KeyDisabled", "Disabled")
    assert_refused(story, pending, "KeyPendingDeletion", "PendingDeletion")


def assert_refused(story: Story, run: Run, error: str, words: str) -> None:
    assert (run.status, run.error) == ("FAILED", error)
    assert re.search(words, run.cause or ""), run.cause
    assert "In the source account 111111111111:" in (run.cause or "")
    assert [state for _, state in run.path] == REFUSED
    story.assert_nothing_happened()


def run_of_another_stack(story: Story, parameters: dict[str, str]) -> Run:
    run = story.execute(another_stack(story, parameters), {"database": "example-db"})
    delete_other_stack(story)
    return run


def another_stack(story: Story, parameters: dict[str, str]) -> str:
    values = {"TargetAccountId": TARGET.id, "BusName": "other", **parameters}
    stack = story.sandbox.deploy(SOURCE, "snapferry-other", ROOT / "template.yaml", values)
    return stack.outputs["FerrySnapshotMachineArn"]


def delete_other_stack(story: Story) -> None:
    story.sandbox.stacks[SOURCE.id, "snapferry-other"].delete()
