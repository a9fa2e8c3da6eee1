"""The main job: what both accounts look like once a transfer has ended well."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import CONNECTION, RESTORED, set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Run, Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

FERRY = [
    "Plan the transfer",
    "Is it only a plan?",
    "Take the database's turn",
    "Is it this transfer's turn?",
    "Offer the transfer",
    "Carry the snapshot across",
    "Is a snapshot to be made?",
    "Create the snapshot",
    "Has the snapshot begun?",
    "Look at the snapshot",
    "Is the snapshot ready?",
    "Wait for the snapshot",
    "Is a copy to be made?",
    "Copy under the transfer key",
    "Has the copy begun?",
    "Look at the copy",
    "Is the copy ready?",
    "Wait for the copy",
    "Open the lease",
    "Is the lease open?",
    "Share the copy",
    "Ask the target to take its copy",
    "The target has its copy",
    "Stop sharing",
    "Delete the snapshots",
    "Close the lease",
    "Is everything closed?",
    "Did it get across?",
    "Ask for the restore",
    "Write the receipt",
]
RESTORE = [
    "Note the request",
    "Plan the restore",
    "Bring the database up",
    "Restore the database",
    "Look at the database",
    "What comes next?",
    "Wait for the database",
    "Replace the master password",
    "Create the instances",
    "Open the network",
    "Publish the connection",
    "Is it a drill?",
    "Shall the snapshot go?",
    "Delete the received copy",
    "Is the copy gone?",
    "Is the database up?",
    "Tell the source",
    "Restored",
]


@pytest.fixture(scope="module", params=["aurora-mysql", "postgres"])
def crossed(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[tuple[Story, Run]]:
    """A transfer of a cluster, and one of an instance, that have ended."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        story = Story(set_stage(sandbox, request.param))
        yield story, story.run(name="first")


def test_it_ends_green_by_the_way_that_is_drawn(crossed: tuple[Story, Run]) -> None:
    _, run = crossed
    assert (run.status, run.error, run.cause) == ("SUCCEEDED", None, None)
    assert run.states_of("ferry-snapshot") == FERRY
    assert run.states_of("restore-database") == RESTORE


def test_the_database_is_up_under_the_targets_own_key_and_password(crossed: tuple[Story, Run]) -> None:
    story, run = crossed
    databases = story.stage.databases(TARGET)
    row = databases.describe(RESTORED)
    assert databases.status(RESTORED) == "available"
    assert all(status == "available" for _, status in databases.members(RESTORED))
    assert len(databases.members(RESTORED)) == (1 if databases.clustered else 0)
    assert row["KmsKeyId"] == story.stage.own_key
    assert row["MasterUserSecret"]["SecretStatus"] == "active"
    assert row["MasterUserSecret"]["KmsKeyId"] == story.stage.own_key
    assert row["MasterUserSecret"]["SecretArn"] == run.output["restored"]["secret_arn"]


def test_it_is_in_the_profiles_network_and_not_public(crossed: tuple[Story, Run]) -> None:
    story, _ = crossed
    row = story.stage.databases(TARGET).describe(RESTORED)
    network = story.stage.target_network
    assert [group["VpcSecurityGroupId"] for group in row["VpcSecurityGroups"]] == [network.security_group]
    subnet_group = row["DBSubnetGroup"]
    assert (subnet_group if isinstance(subnet_group, str) else subnet_group["DBSubnetGroupName"]) == "databases"
    instances = story.sandbox.client("rds", TARGET).describe_db_instances()["DBInstances"]
    assert [instance["PubliclyAccessible"] for instance in instances] == [False]
    assert row["DeletionProtection"] is True


def test_applications_find_it_in_parameter_store(crossed: tuple[Story, Run]) -> None:
    story, run = crossed
    value = story.sandbox.client("ssm", TARGET).get_parameter(Name=CONNECTION)["Parameter"]["Value"]
    connection = json.loads(value)
    row = story.stage.databases(TARGET).describe(RESTORED)
    assert connection["secret_arn"] == row["MasterUserSecret"]["SecretArn"]
    assert connection["identifier"] == RESTORED
    assert connection["endpoint"] == run.output["restored"]["endpoint"]
    assert "assword" not in value


def test_nothing_is_open_and_nothing_is_left(crossed: tuple[Story, Run]) -> None:
    story, _ = crossed
    story.assert_nothing_is_open()
    assert story.snapshots() == []
    assert all(row["closed"]["BOOL"] for row in story.state_rows("question"))


def test_the_receipt_tells_the_exposure_as_others_saw_it(crossed: tuple[Story, Run]) -> None:
    story, run = crossed
    access = run.output["access"]
    assert access["fingerprint_at_opening"] == access["fingerprint_at_closing"]
    assert access["principal"].startswith(f"arn:aws:iam::{TARGET.id}:role/snapferry-target-CopySnapshotFunctionRole")
    writes = [call.time for call in story.sandbox.gate.log if call.operation == "PutKeyPolicy" and not call.error]
    assert len(writes) == 2
    assert abs((writes[1] - writes[0]) - access["exposure_seconds"]) < 5
    assert access["would_have_ended_at"] > access["closed_at"] > access["opened_at"]


def test_the_source_database_was_only_looked_at_and_snapshotted(crossed: tuple[Story, Run]) -> None:
    story, _ = crossed
    changes = {
        call.operation
        for call in story.sandbox.gate.log
        if call.service == "rds"
        and call.caller.account == SOURCE.id
        and call.caller.role_arn
        and not call.operation.startswith("Describe")
    }
    family = "DBCluster" if story.stage.databases(SOURCE).clustered else "DB"
    assert changes == {
        f"Create{family}Snapshot",
        f"Copy{family}Snapshot",
        f"Modify{family}SnapshotAttribute",
        f"Delete{family}Snapshot",
    }


def test_no_secret_is_in_an_event_a_log_or_an_execution(crossed: tuple[Story, Run]) -> None:
    story, run = crossed
    secret = story.sandbox.client("secretsmanager", TARGET).get_secret_value(
        SecretId=run.output["restored"]["secret_arn"]
    )
    password = json.loads(secret["SecretString"])["password"]
    tokens = [row["waiting_token"]["S"] for row in story.state_rows("question")]
    assert len(tokens) == 3
    said = json.dumps([run.output, [str(record) for record in story.sandbox.events.delivered]])
    for account in (SOURCE, TARGET):
        for function in story.sandbox.functions.of(account.id, "eu-west-1"):
            said += "".join(story.sandbox.functions.logs(function.spec.arn))
    assert len(said) > 10_000
    assert [hidden for hidden in (password, *tokens) if hidden in said] == []
