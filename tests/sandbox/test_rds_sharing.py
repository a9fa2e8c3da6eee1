"""Who may see a snapshot, and what may not be shared (RDS guide, USER_ShareSnapshot)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import TARGET
from tests.sandbox.rds_world import World, code_of, error_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARN = "arn:aws:rds:eu-west-1:111111111111:snapshot:shareable"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    made.instance()
    made.snapshot("plain")
    key = made.key()
    made.instance("keyed", KmsKeyId=key)
    made.copy("plain", "shareable", KmsKeyId=key, Tags=[{"Key": "owner", "Value": "dba"}])
    yield made
    made.close()


def modify(world: World, name: str = "shareable", **values: list[str]) -> list[str]:
    result = world.client().modify_db_snapshot_attribute(
        DBSnapshotIdentifier=name,
        AttributeName="restore",
        **values,
    )["DBSnapshotAttributesResult"]
    assert result["DBSnapshotAttributes"][0]["AttributeName"] == "restore"
    return list(result["DBSnapshotAttributes"][0]["AttributeValues"])


def test_a_share_is_added_once_and_taken_away(world: World) -> None:
    assert modify(world, ValuesToAdd=[TARGET.id]) == [TARGET.id]
    assert modify(world, ValuesToAdd=[TARGET.id, "333333333333"]) == [TARGET.id, "333333333333"]
    assert modify(world, ValuesToRemove=[TARGET.id]) == ["333333333333"]
    described = world.client().describe_db_snapshot_attributes(DBSnapshotIdentifier="shareable")
    attributes = described["DBSnapshotAttributesResult"]["DBSnapshotAttributes"]
    assert attributes == [{"AttributeName": "restore", "AttributeValues": ["333333333333"]}]


def test_a_snapshot_under_the_default_key_cannot_be_shared(world: World) -> None:
    code, message = error_of(lambda: modify(world, "plain", ValuesToAdd=[TARGET.id]))
    assert code == "InvalidDBSnapshotState"
    assert "default" in message


def test_sharing_under_the_default_key_can_be_allowed_as_in_old_reports(world: World) -> None:
    world.rds.settings.unconfirmed.refuse_sharing_under_default_key = False
    assert modify(world, "plain", ValuesToAdd=[TARGET.id]) == [TARGET.id]
    code, message = error_of(
        world.client("rds", TARGET).copy_db_snapshot,
        SourceDBSnapshotIdentifier=ARN.replace("shareable", "plain"),
        TargetDBSnapshotIdentifier="mine",
        KmsKeyId=world.key(TARGET),
    )
    assert code == "KMSKeyNotAccessibleFault"
    assert message.startswith("The source snapshot KMS key [arn:aws:kms:eu-west-1:111111111111:key/")


def test_an_encrypted_snapshot_is_never_public(world: World) -> None:
    assert code_of(lambda: modify(world, ValuesToAdd=["all"])) == "InvalidParameterValue"
    assert modify(world, ValuesToRemove=["all"]) == []


@pytest.mark.parametrize("account", ["1111", "11111111111a", "arn:aws:iam::222222222222:root", ""])
def test_only_account_ids_are_taken(world: World, account: str) -> None:
    assert code_of(lambda: modify(world, ValuesToAdd=[account])) == "InvalidParameterValue"


def test_twenty_accounts_and_no_more(world: World) -> None:
    accounts = [f"{number:012}" for number in range(20)]
    assert modify(world, ValuesToAdd=accounts) == accounts
    code, message = error_of(lambda: modify(world, ValuesToAdd=["999999999999"]))
    assert code == "SharedSnapshotQuotaExceeded"
    assert "maximum number of accounts" in message


def test_an_unfinished_snapshot_cannot_be_shared(world: World) -> None:
    world.client().create_db_snapshot(DBSnapshotIdentifier="new", DBInstanceIdentifier="keyed")
    assert code_of(lambda: modify(world, "new", ValuesToAdd=[TARGET.id])) == "InvalidDBSnapshotState"
    world.until_snapshot("new")
    assert modify(world, "new", ValuesToAdd=[TARGET.id]) == [TARGET.id]


def automated_snapshot(world: World) -> str:
    automated = world.rds.take_automated("arn:aws:rds:eu-west-1:111111111111:db:keyed")
    world.wait(lambda: automated.status == "available")
    return automated.name


def test_an_automated_snapshot_cannot_be_shared(world: World) -> None:
    name = automated_snapshot(world)
    assert code_of(lambda: modify(world, name, ValuesToAdd=[TARGET.id])) == "InvalidDBSnapshotState"
    world.copy(name, "manual")
    assert modify(world, "manual", ValuesToAdd=[TARGET.id]) == [TARGET.id]


def test_an_automated_snapshot_is_not_deleted_by_a_call(world: World) -> None:
    name = automated_snapshot(world)
    assert code_of(world.client().delete_db_snapshot, DBSnapshotIdentifier=name) == "InvalidDBSnapshotState"
    (row,) = world.client().describe_db_snapshots(SnapshotType="automated")["DBSnapshots"]
    assert row["Status"] == "available"


def test_a_snapshot_of_a_multi_az_cluster_is_neither_shared_nor_copied(world: World) -> None:
    world.multi_az_cluster(KmsKeyId=world.key())
    world.cluster_snapshot("c")
    rds = world.client()
    share = {"DBClusterSnapshotIdentifier": "c", "AttributeName": "restore", "ValuesToAdd": [TARGET.id]}
    copy = {"SourceDBClusterSnapshotIdentifier": "c", "TargetDBClusterSnapshotIdentifier": "d"}
    assert code_of(rds.modify_db_cluster_snapshot_attribute, **share) == "InvalidDBClusterSnapshotStateFault"
    assert code_of(rds.copy_db_cluster_snapshot, **copy) == "InvalidDBClusterSnapshotStateFault"


def test_another_attribute_or_a_cluster_snapshot_is_an_invalid_value(world: World) -> None:
    change = world.client().modify_db_snapshot_attribute
    assert code_of(change, DBSnapshotIdentifier="shareable", AttributeName="x") == "InvalidParameterValue"
    cluster_arn = ARN.replace(":snapshot:", ":cluster-snapshot:")
    assert code_of(change, DBSnapshotIdentifier=cluster_arn, AttributeName="restore") == "InvalidParameterValue"


def test_the_target_sees_a_shared_snapshot_only_when_it_asks_for_it(world: World) -> None:
    describe = world.client("rds", TARGET).describe_db_snapshots
    asked = {"DBSnapshotIdentifier": ARN, "IncludeShared": True}
    assert code_of(describe, **asked) == "DBSnapshotNotFound"
    world.share("shareable")
    assert describe()["DBSnapshots"] == []
    assert code_of(describe, DBSnapshotIdentifier=ARN) == "DBSnapshotNotFound"
    assert code_of(describe, DBSnapshotIdentifier="shareable", IncludeShared=True) == "DBSnapshotNotFound"
    for answer in (describe(**asked), describe(SnapshotType="shared"), describe(IncludeShared=True)):
        (row,) = answer["DBSnapshots"]
        assert row["DBSnapshotIdentifier"] == row["DBSnapshotArn"] == ARN
        assert row["SnapshotType"] == "shared"
        assert row["TagList"] == []
    assert describe(SnapshotType="manual", IncludeShared=True)["DBSnapshots"] == []
    modify(world, ValuesToRemove=[TARGET.id])
    assert code_of(describe, **asked) == "DBSnapshotNotFound"


def test_only_the_owner_changes_or_deletes(world: World) -> None:
    world.share("shareable")
    target = world.client("rds", TARGET)
    assert code_of(target.delete_db_snapshot, DBSnapshotIdentifier=ARN) == "DBSnapshotNotFound"
    reshare = code_of(
        target.modify_db_snapshot_attribute,
        DBSnapshotIdentifier=ARN,
        AttributeName="restore",
        ValuesToAdd=["333333333333"],
    )
    assert reshare == "DBSnapshotNotFound"


def test_the_owner_may_name_its_snapshot_by_arn(world: World) -> None:
    rows = world.client().describe_db_snapshots(DBSnapshotIdentifier=ARN)["DBSnapshots"]
    assert [row["DBSnapshotIdentifier"] for row in rows] == ["shareable"]


def test_clusters_share_in_their_own_words(world: World) -> None:
    rds, target = world.client(), world.client("rds", TARGET)
    world.cluster(KmsKeyId=world.key())
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="c", DBClusterIdentifier="example-db")
    name = {"DBClusterSnapshotIdentifier": "c", "AttributeName": "restore"}
    too_early = code_of(rds.modify_db_cluster_snapshot_attribute, **name, ValuesToAdd=[TARGET.id])
    assert too_early == "InvalidDBClusterSnapshotStateFault"
    world.pass_time(3600)
    shared = rds.modify_db_cluster_snapshot_attribute(**name, ValuesToAdd=[TARGET.id])
    assert shared["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"][0]["AttributeValues"] == [
        TARGET.id,
    ]
    (row,) = target.describe_db_cluster_snapshots(SnapshotType="shared")["DBClusterSnapshots"]
    assert row["DBClusterSnapshotIdentifier"] == row["DBClusterSnapshotArn"]
