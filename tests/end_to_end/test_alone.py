"""The target's machines on their own: the source account may be gone on the day it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import RESTORED, write_profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.story import Story


@pytest.fixture(autouse=True)
def profile(story: Story) -> Iterator[None]:
    """A person's request names no class; so the profile does."""
    write_profile(story.sandbox, story.stage.target_network, instance_class="db.r6g.large")
    yield
    write_profile(story.sandbox, story.stage.target_network)


def test_a_person_restores_a_snapshot_that_is_there_and_it_stays(story: Story) -> None:
    carried = story.run(restore=False)
    arn = carried.output["target_snapshot"]
    assert carried.output["restored"] is None
    restored = story.execute(
        story.stage.target.outputs["RestoreDatabaseMachineArn"], {"snapshot_arn": arn, "database": "example-db"}
    )
    assert (restored.status, restored.error, restored.cause) == ("SUCCEEDED", None, None)
    assert restored.output["identifier"] == RESTORED
    assert story.stage.databases(TARGET).describe(RESTORED)["MasterUserSecret"]["SecretStatus"] == "active"
    assert ("target", arn.split(":")[-1]) in story.snapshots()
    assert "Tell the source" not in restored.states_of("restore-database")
    story.clear_target()
    forget(story, arn)


def test_a_person_takes_a_copy_of_a_snapshot_that_is_shared(story: Story) -> None:
    rds = story.sandbox.client("rds", SOURCE)
    kms = story.sandbox.client("kms", SOURCE)
    key = kms.create_key(Policy=open_to_both())["KeyMetadata"]["Arn"]
    rds.create_db_cluster_snapshot(DBClusterIdentifier="example-db", DBClusterSnapshotIdentifier="by-hand")
    story.sandbox.clock.run(limit=7200)
    rds.copy_db_cluster_snapshot(
        SourceDBClusterSnapshotIdentifier="by-hand", TargetDBClusterSnapshotIdentifier="by-hand-2", KmsKeyId=key
    )
    story.sandbox.clock.run(limit=4 * 3600)
    rds.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="by-hand-2", AttributeName="restore", ValuesToAdd=[TARGET.id]
    )
    arn = f"arn:aws:rds:eu-west-1:{SOURCE.id}:cluster-snapshot:by-hand-2"
    taken = story.execute(story.stage.target.outputs["ReceiveSnapshotMachineArn"], {"snapshot_arn": arn})
    assert (taken.status, taken.error, taken.cause) == ("SUCCEEDED", None, None)
    assert taken.output["key_arn"] == story.stage.own_key
    copy = taken.output["snapshot_arn"].split(":")[-1]
    row = story.sandbox.client("rds", TARGET).describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=copy)
    assert row["DBClusterSnapshots"][0]["KmsKeyId"] == story.stage.own_key
    forget(story, taken.output["snapshot_arn"])
    for name in ("by-hand", "by-hand-2"):
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"snapshot_arn": f"arn:aws:rds:eu-west-1:{SOURCE.id}:cluster-snapshot:nope"}, "SnapshotNotFound"),
        ({"snapshot_arn": f"arn:aws:rds:eu-west-1:{SOURCE.id}:cluster:example-db"}, "SnapshotNotFound"),
        ({"snapshot_arn": "sf-example-db"}, "InvalidInput"),
        ({}, "InvalidInput"),
    ],
)
def test_a_person_who_asks_for_what_is_not_there_is_told(story: Story, given: object, error: str) -> None:
    taken = story.execute(story.stage.target.outputs["ReceiveSnapshotMachineArn"], given)
    assert (taken.status, taken.error) == ("FAILED", error)
    assert "In the target account" in (taken.cause or "")
    story.assert_nothing_happened()


def open_to_both() -> str:
    """A key policy that lets both accounts use the key, as people write it by hand."""
    principals = ", ".join(f'"arn:aws:iam::{account.id}:root"' for account in (SOURCE, TARGET))
    return (
        '{"Version": "2012-10-17", "Statement": [{"Sid": "Both", "Effect": "Allow", '
        f'"Principal": {{"AWS": [{principals}]}}, "Action": "kms:*", "Resource": "*"}}]}}'
    )


def forget(story: Story, arn: str) -> None:
    name = arn.rsplit(":", maxsplit=1)[-1]
    story.sandbox.client("rds", TARGET).delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)
