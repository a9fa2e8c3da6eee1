"""Taking, listing, sharing and deleting snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import SOURCE, TARGET
from tests.sandbox.rds_world import World, code_of, error_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = 3600.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def test_a_snapshot_takes_its_time_and_its_progress_grows(world: World) -> None:
    world.instance()
    world.client().create_db_snapshot(DBSnapshotIdentifier="S1", DBInstanceIdentifier="db")
    seen = []
    while (row := world.snapshot_row("s1"))["Status"] == "creating":
        seen.append(row["PercentProgress"])
        world.pass_time(60)
    assert row["Status"] == "available"
    assert row["PercentProgress"] == 100
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert len(set(seen)) > 10


def test_a_new_snapshot_may_be_seen_late(world: World) -> None:
    world.rds.settings.unconfirmed.seconds_until_seen = 30.0
    world.instance()
    rds = world.client()
    rds.create_db_snapshot(DBSnapshotIdentifier="s1", DBInstanceIdentifier="db")
    assert code_of(rds.describe_db_snapshots, DBSnapshotIdentifier="s1") == "DBSnapshotNotFound"
    assert rds.describe_db_snapshots()["DBSnapshots"] == []
    world.pass_time(31)
    assert world.snapshot_row("s1")["Status"] == "creating"


def test_a_snapshot_is_under_the_key_of_its_database(world: World) -> None:
    instance = world.instance()
    key = world.client("kms").describe_key(KeyId="alias/aws/rds")["KeyMetadata"]
    world.snapshot("s1")
    row = world.snapshot_row("s1")
    assert key["KeyManager"] == "AWS"
    assert instance["KmsKeyId"] == row["KmsKeyId"] == key["Arn"]
    assert row["Encrypted"] is True
    assert row["StorageEncryptionType"] == "sse-kms"
    assert row["DBSnapshotArn"] == "arn:aws:rds:eu-west-1:111111111111:snapshot:s1"
    assert row["DbiResourceId"] == instance["DbiResourceId"]


def test_only_one_snapshot_at_a_time(world: World) -> None:
    world.instance()
    rds = world.client()
    rds.create_db_snapshot(DBSnapshotIdentifier="s1", DBInstanceIdentifier="db")
    assert world.status_of_instance("db") == "backing-up"
    refusal = error_of(rds.create_db_snapshot, DBSnapshotIdentifier="s2", DBInstanceIdentifier="db")
    assert refusal[0] == "InvalidDBInstanceState"
    assert "not currently in the available state" in refusal[1]
    world.until_snapshot("s1")
    rds.create_db_snapshot(DBSnapshotIdentifier="s2", DBInstanceIdentifier="db")


def test_what_a_new_snapshot_is_refused_for(world: World) -> None:
    world.instance()
    world.snapshot("taken")
    create = world.client().create_db_snapshot
    assert code_of(create, DBSnapshotIdentifier="s", DBInstanceIdentifier="nope") == "DBInstanceNotFound"
    assert code_of(create, DBSnapshotIdentifier="s--1", DBInstanceIdentifier="db") == "InvalidParameterValue"
    taken = error_of(create, DBSnapshotIdentifier="taken", DBInstanceIdentifier="db")
    assert taken == (
        "DBSnapshotAlreadyExists",
        "Cannot create the snapshot because a snapshot with the identifier taken already exists.",
    )


def test_the_quota_of_manual_snapshots(world: World) -> None:
    world.instance()
    world.rds.settings.quotas.manual_instance_snapshots = 1
    world.snapshot("s1")
    refusal = error_of(world.client().create_db_snapshot, DBSnapshotIdentifier="s2", DBInstanceIdentifier="db")
    assert refusal == ("SnapshotQuotaExceeded", "Cannot create more than 1 manual snapshots")


def test_an_account_sees_how_much_of_its_quotas_it_uses(world: World) -> None:
    world.instance()
    world.cluster()
    world.member("example-db-1", "example-db")
    world.rds.settings.quotas.manual_instance_snapshots = 7
    world.snapshot("s1")
    rows = world.client().describe_account_attributes()["AccountQuotas"]
    shown = {row["AccountQuotaName"]: (row["Used"], row["Max"]) for row in rows}
    assert shown == {
        "DBInstances": (2, 40),  # a cluster's member is one, too
        "ManualSnapshots": (1, 7),
        "DBClusters": (1, 40),
        "ManualClusterSnapshots": (0, 100),
    }
    elsewhere = world.client(account=TARGET).describe_account_attributes()["AccountQuotas"]
    assert {row["Used"] for row in elsewhere} == {0}


def test_a_member_of_a_cluster_has_no_snapshots_of_its_own(world: World) -> None:
    world.cluster()
    world.member("example-db-1", "example-db")
    refusal = error_of(
        world.client().create_db_snapshot,
        DBSnapshotIdentifier="s",
        DBInstanceIdentifier="example-db-1",
    )
    assert refusal[0] == "InvalidParameterValue"
    assert "Please use the CreateDBClusterSnapshot API instead." in refusal[1]


def test_cluster_snapshots_have_their_own_names_and_codes(world: World) -> None:
    rds = world.client()
    world.cluster()
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="s1", DBClusterIdentifier="example-db")
    world.pass_time(HOUR)
    row = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="s1")["DBClusterSnapshots"][0]
    assert row["Status"] == "available"
    assert row["StorageEncrypted"] is True
    assert "Encrypted" not in row
    assert row["DBClusterSnapshotArn"].endswith(":cluster-snapshot:s1")
    missing = code_of(rds.describe_db_cluster_snapshots, DBClusterSnapshotIdentifier="nope")
    assert missing == "DBClusterSnapshotNotFoundFault"
    both = code_of(
        rds.describe_db_cluster_snapshots, DBClusterSnapshotIdentifier="s1", DBClusterIdentifier="example-db"
    )
    assert both == "InvalidParameterCombination"
    too_long = code_of(
        rds.create_db_cluster_snapshot,
        DBClusterSnapshotIdentifier="s" * 64,
        DBClusterIdentifier="example-db",
    )
    assert too_long == "InvalidParameterValue"


def test_tags_come_from_the_call_or_else_from_the_database(world: World) -> None:
    world.instance(CopyTagsToSnapshot=True, Tags=[{"Key": "owner", "Value": "dba"}])
    world.snapshot("inherits")
    world.snapshot("says", Tags=[{"Key": "transfer", "Value": "1"}])
    assert world.snapshot_row("inherits")["TagList"] == [{"Key": "owner", "Value": "dba"}]
    assert world.snapshot_row("says")["TagList"] == [{"Key": "transfer", "Value": "1"}]


def test_tags_are_set_and_removed_by_arn_and_told_to_permissions(world: World) -> None:
    world.instance()
    arn = world.snapshot("s1")
    rds = world.client()
    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["a", "never-there"])
    assert rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "b", "Value": "2"}]
    assert world.rds.tags_of(arn) == {"b": "2"}
    assert world.rds.tags_of("arn:aws:kms:eu-west-1:111111111111:key/1") is None
    foreign = world.client("rds", TARGET).list_tags_for_resource
    assert code_of(foreign, ResourceName=arn) == "DBSnapshotNotFound"
    aws = [{"Key": "aws:x", "Value": ""}]
    assert code_of(rds.add_tags_to_resource, ResourceName=arn, Tags=aws) == "InvalidParameterValue"


def test_moto_still_keeps_the_tags_of_subnet_groups(world: World) -> None:
    subnets = [one["SubnetId"] for one in world.client("ec2").describe_subnets()["Subnets"]]
    rds = world.client()
    made = rds.create_db_subnet_group(
        DBSubnetGroupName="private",
        DBSubnetGroupDescription="d",
        SubnetIds=subnets,
        Tags=[{"Key": "a", "Value": "1"}],
    )
    tags = rds.list_tags_for_resource(ResourceName=made["DBSubnetGroup"]["DBSubnetGroupArn"])["TagList"]
    assert tags == [{"Key": "a", "Value": "1"}]


def test_lists_are_filtered_and_paged(world: World) -> None:
    world.instance("one")
    world.instance("two")
    rds = world.client()
    for number in range(25):
        world.snapshot(f"s{number:02}", "one", Tags=[])
    world.snapshot("other", "two")
    names = []
    for page in rds.get_paginator("describe_db_snapshots").paginate(DBInstanceIdentifier="one", MaxRecords=20):
        names += [row["DBSnapshotIdentifier"] for row in page["DBSnapshots"]]
    assert names == [f"s{number:02}" for number in range(25)]
    by_engine = rds.describe_db_snapshots(Filters=[{"Name": "db-snapshot-id", "Values": ["other", "s03"]}])
    assert [row["DBSnapshotIdentifier"] for row in by_engine["DBSnapshots"]] == ["other", "s03"]
    assert code_of(rds.describe_db_snapshots, MaxRecords=5) == "InvalidParameterValue"
    assert code_of(rds.describe_db_snapshots, Filters=[{"Name": "x", "Values": ["y"]}]) == "InvalidParameterValue"
    assert rds.describe_db_snapshots(DBInstanceIdentifier="nobody")["DBSnapshots"] == []


def test_deleting_frees_the_name_and_ends_the_grant(world: World) -> None:
    key = world.key()
    world.instance(KmsKeyId=key)
    kms, rds = world.client("kms"), world.client()
    before = len(kms.list_grants(KeyId=key)["Grants"])
    world.snapshot("s1")
    assert len(kms.list_grants(KeyId=key)["Grants"]) == before + 1
    rds.delete_db_snapshot(DBSnapshotIdentifier="s1")
    assert len(kms.list_grants(KeyId=key)["Grants"]) == before
    assert code_of(rds.describe_db_snapshots, DBSnapshotIdentifier="s1") == "DBSnapshotNotFound"
    world.snapshot("s1")


def test_a_deleted_unfinished_snapshot_does_not_come_back(world: World) -> None:
    world.instance()
    rds = world.client()
    rds.create_db_snapshot(DBSnapshotIdentifier="s1", DBInstanceIdentifier="db")
    rds.delete_db_snapshot(DBSnapshotIdentifier="s1")
    world.pass_time(HOUR)
    assert rds.describe_db_snapshots()["DBSnapshots"] == []
    assert world.status_of_instance("db") == "available"


def test_what_the_sandbox_lacks_is_refused_and_not_left_to_moto(world: World) -> None:
    code, message = error_of(world.client().promote_read_replica, DBInstanceIdentifier="db")
    assert code == "InternalFailure"
    assert "PromoteReadReplica" in message
    code, message = error_of(world.instance, TdeCredentialArn="arn")
    assert code == "InternalFailure"
    assert "TdeCredentialArn" in message


def test_own_names_are_not_the_other_accounts(world: World) -> None:
    world.instance()
    world.instance(account=TARGET)
    world.snapshot("same")
    world.snapshot("same", account=TARGET)
    source, target = world.snapshot_row("same", SOURCE), world.snapshot_row("same", TARGET)
    assert source["DBSnapshotArn"] != target["DBSnapshotArn"]
    assert source["KmsKeyId"] != target["KmsKeyId"]
