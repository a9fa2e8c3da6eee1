"""Instances and clusters: made, changed, renamed, restored and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from tests.sandbox.rds_world import World, code_of, error_of, lease

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = 3600.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def instance_of(world: World, name: str, client: Any = None) -> dict[str, Any]:
    return dict((client or world.client()).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])


def cluster_of(world: World, name: str, client: Any = None) -> dict[str, Any]:
    return dict((client or world.client()).describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0])


def private_subnets(world: World) -> tuple[str, str]:
    """A subnet group in a VPC of its own, without a way to the internet, and a security group there."""
    ec2 = world.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}")
        for number, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(GroupName="db", Description="d", VpcId=vpc)["GroupId"]
    world.client().create_db_subnet_group(
        DBSubnetGroupName="private",
        DBSubnetGroupDescription="d",
        SubnetIds=[one["Subnet"]["SubnetId"] for one in subnets],
    )
    return "private", group


def test_an_instance_has_an_endpoint_once_it_is_available(world: World) -> None:
    rds = world.client()
    answer = rds.create_db_instance(
        DBInstanceIdentifier="db",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="m",
        MasterUserPassword="Production-1",
    )["DBInstance"]
    assert answer["DBInstanceStatus"] == "creating"
    assert "Endpoint" not in answer
    world.pass_time(HOUR)
    row = instance_of(world, "db")
    assert row["DBInstanceStatus"] == "available"
    assert row["Endpoint"]["Port"] == 5432
    assert row["StorageEncrypted"] is False
    assert row["DBParameterGroups"][0]["DBParameterGroupName"] == "default.postgres16"


def test_what_a_new_instance_is_refused_for(world: World) -> None:
    world.instance()
    assert code_of(world.instance) == "DBInstanceAlreadyExists"
    assert code_of(world.instance, "x", MasterUserPassword="short") == "InvalidParameterValue"
    assert code_of(world.instance, "x", DBSubnetGroupName="nope") == "DBSubnetGroupNotFoundFault"
    assert code_of(world.instance, "x", VpcSecurityGroupIds=["sg-1"]) == "InvalidParameterValue"
    assert code_of(world.instance, "x", DBParameterGroupName="nope") == "DBParameterGroupNotFound"
    assert code_of(world.instance, "x", KmsKeyId="nope") == "KMSKeyNotAccessibleFault"
    assert code_of(world.instance, "x", Engine="db3") == "InvalidParameterValue"
    assert code_of(world.instance, "x", Engine="aurora-mysql") == "InvalidParameterCombination"
    assert code_of(world.instance, "x", AvailabilityZone="eu-west-1z") == "InvalidParameterCombination"
    assert code_of(world.instance, "x", MasterUsername="") == "InvalidParameterValue"
    assert code_of(world.instance, "x", MasterUserPassword="") == "InvalidParameterValue"
    assert code_of(world.instance, "x", AllocatedStorage=19) == "InvalidParameterValue"
    unencrypted = {"StorageEncrypted": False, "KmsKeyId": world.key()}
    assert code_of(world.instance, "x", **unencrypted) == "InvalidParameterCombination"
    world.rds.settings.quotas.instances = 1
    assert code_of(world.instance, "x") == "InstanceQuotaExceeded"


def test_security_groups_are_of_the_databases_vpc(world: World) -> None:
    subnets, group = private_subnets(world)
    assert code_of(world.instance, VpcSecurityGroupIds=[group]) == "InvalidParameterCombination"
    row = world.instance(DBSubnetGroupName=subnets, VpcSecurityGroupIds=[group])
    assert row["VpcSecurityGroups"] == [{"VpcSecurityGroupId": group, "Status": "active"}]
    assert row["PubliclyAccessible"] is False
    other = world.client("ec2").describe_security_groups(GroupNames=["default"])["SecurityGroups"][0]["GroupId"]
    change = world.client().modify_db_instance
    assert code_of(change, DBInstanceIdentifier="db", VpcSecurityGroupIds=[other]) == "InvalidParameterCombination"


def test_a_parameter_group_must_be_of_the_engines_family(world: World) -> None:
    rds = world.client()
    for name, family in (("old", "postgres15"), ("new", "postgres16")):
        rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=family, Description="d")
    assert code_of(world.instance, DBParameterGroupName="old") == "InvalidParameterCombination"
    assert world.instance(DBParameterGroupName="new")["DBParameterGroups"][0]["DBParameterGroupName"] == "new"


def test_a_rename_takes_time_and_never_takes_a_name(world: World) -> None:
    rds = world.client()
    before = world.instance("db")
    world.instance("other")
    change = {"DBInstanceIdentifier": "db", "ApplyImmediately": True}
    taken = code_of(rds.modify_db_instance, **change, NewDBInstanceIdentifier="other")
    assert taken == "DBInstanceAlreadyExists"
    rds.modify_db_instance(**change, NewDBInstanceIdentifier="db-2")
    assert instance_of(world, "db")["DBInstanceStatus"] == "renaming"
    assert code_of(world.instance, "db-2") == "DBInstanceAlreadyExists"
    world.pass_time(HOUR)
    assert code_of(rds.describe_db_instances, DBInstanceIdentifier="db") == "DBInstanceNotFound"
    after = instance_of(world, "db-2")
    assert after["DbiResourceId"] == before["DbiResourceId"]
    assert after["DBInstanceArn"].endswith(":db:db-2")


def test_a_rename_without_apply_immediately_waits_for_a_window(world: World) -> None:
    world.instance("db")
    world.client().modify_db_instance(DBInstanceIdentifier="db", NewDBInstanceIdentifier="db-2")
    world.pass_time(HOUR)
    assert instance_of(world, "db")["PendingModifiedValues"] == {"DBInstanceIdentifier": "db-2"}


def test_nothing_is_modified_unless_available(world: World) -> None:
    world.instance("db")
    rds = world.client()
    rds.modify_db_instance(DBInstanceIdentifier="db", DBInstanceClass="db.r6g.large", ApplyImmediately=True)
    refusal = error_of(rds.modify_db_instance, DBInstanceIdentifier="db", DeletionProtection=True)
    assert refusal == ("InvalidDBInstanceState", "Database instance is not in available state.")
    world.pass_time(HOUR)
    assert instance_of(world, "db")["DBInstanceClass"] == "db.r6g.large"
    assert code_of(rds.modify_db_cluster, DBClusterIdentifier="nope") == "DBClusterNotFoundFault"


def test_members_belong_to_their_cluster(world: World) -> None:
    rds = world.client()
    world.cluster()
    wrong = code_of(world.member, "m", "example-db", engine="aurora-postgresql")
    assert wrong == "InvalidParameterCombination"
    assert code_of(world.member, "m", "nope") == "DBClusterNotFoundFault"
    with_password = code_of(
        rds.create_db_instance,
        DBInstanceIdentifier="m",
        DBInstanceClass="db.r6g.large",
        Engine="aurora-mysql",
        DBClusterIdentifier="example-db",
        MasterUserPassword="Production-1",
    )
    assert with_password == "InvalidParameterCombination"
    world.member("m1", "example-db")
    world.member("m2", "example-db")
    members = cluster_of(world, "example-db")["DBClusterMembers"]
    assert [(one["DBInstanceIdentifier"], one["IsClusterWriter"]) for one in members] == [("m1", True), ("m2", False)]
    assert instance_of(world, "m1")["DBClusterIdentifier"] == "example-db"
    own_groups = code_of(rds.modify_db_instance, DBInstanceIdentifier="m1", BackupRetentionPeriod=3)
    assert own_groups == "InvalidParameterCombination"


def test_an_instance_joins_only_an_available_cluster(world: World) -> None:
    rds = world.client()
    rds.create_db_cluster(
        DBClusterIdentifier="young",
        Engine="aurora-mysql",
        MasterUsername="m",
        MasterUserPassword="Production-1",
    )
    assert code_of(world.member, "m", "young") == "InvalidDBClusterStateFault"


def test_members_stand_in_the_security_groups_of_their_cluster(world: World) -> None:
    subnets, group = private_subnets(world)
    vpc = world.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["VpcId"]
    other = world.client("ec2").create_security_group(GroupName="app", Description="d", VpcId=vpc)["GroupId"]
    world.cluster(DBSubnetGroupName=subnets, VpcSecurityGroupIds=[group])
    world.member("m1", "example-db")
    world.client().modify_db_cluster(DBClusterIdentifier="example-db", VpcSecurityGroupIds=[other])
    assert instance_of(world, "m1")["VpcSecurityGroups"] == [{"VpcSecurityGroupId": other, "Status": "active"}]


def test_a_renamed_cluster_keeps_its_members(world: World) -> None:
    world.cluster()
    world.member("m1", "example-db")
    world.client().modify_db_cluster(
        DBClusterIdentifier="example-db",
        NewDBClusterIdentifier="renamed",
        ApplyImmediately=True,
    )
    world.pass_time(HOUR)
    assert [one["DBInstanceIdentifier"] for one in cluster_of(world, "renamed")["DBClusterMembers"]] == ["m1"]
    assert instance_of(world, "m1")["DBClusterIdentifier"] == "renamed"


def test_deleting_an_instance_asks_for_a_final_snapshot(world: World) -> None:
    rds = world.client()
    world.instance(DeletionProtection=True)
    delete = {"DBInstanceIdentifier": "db"}
    assert code_of(rds.delete_db_instance, **delete, SkipFinalSnapshot=True) == "InvalidParameterCombination"
    rds.modify_db_instance(DBInstanceIdentifier="db", DeletionProtection=False)
    assert code_of(rds.delete_db_instance, **delete) == "InvalidParameterCombination"
    both = {"SkipFinalSnapshot": True, "FinalDBSnapshotIdentifier": "last"}
    assert code_of(rds.delete_db_instance, **delete, **both) == "InvalidParameterCombination"
    rds.delete_db_instance(**delete, FinalDBSnapshotIdentifier="last")
    assert world.status_of_instance("db") == "deleting"
    assert code_of(rds.delete_db_instance, **delete, SkipFinalSnapshot=True) == "InvalidDBInstanceState"
    world.pass_time(HOUR)
    assert code_of(rds.describe_db_instances, **delete) == "DBInstanceNotFound"
    assert world.snapshot_row("last")["Status"] == "available"


def test_a_final_snapshot_is_taken_of_an_available_database(world: World) -> None:
    rds = world.client()
    world.instance()
    rds.create_db_snapshot(DBSnapshotIdentifier="s", DBInstanceIdentifier="db")
    final = {"DBInstanceIdentifier": "db", "FinalDBSnapshotIdentifier": "last"}
    assert code_of(rds.delete_db_instance, **final) == "InvalidDBInstanceState"
    world.until_snapshot("s")
    rds.delete_db_instance(**final)


def test_a_cluster_goes_after_its_members(world: World) -> None:
    rds = world.client()
    world.cluster()
    world.member("m1", "example-db")
    delete = {"DBClusterIdentifier": "example-db", "SkipFinalSnapshot": True}
    assert code_of(rds.delete_db_cluster, **delete) == "InvalidDBClusterStateFault"
    rds.delete_db_instance(DBInstanceIdentifier="m1")
    rds.delete_db_cluster(**delete)
    world.pass_time(HOUR)
    assert rds.describe_db_clusters()["DBClusters"] == []
    assert rds.describe_db_instances()["DBInstances"] == []


def test_a_deleted_database_leaves_no_grant_on_its_key(world: World) -> None:
    key = world.key()
    world.instance(KmsKeyId=key)
    world.client().delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    world.pass_time(HOUR)
    assert world.client("kms").list_grants(KeyId=key)["Grants"] == []


def test_a_restored_instance_has_the_defaults_of_aws(world: World) -> None:
    rds = world.client()
    world.instance(
        DeletionProtection=True,
        EnableIAMDatabaseAuthentication=True,
        MultiAZ=True,
        BackupRetentionPeriod=7,
        StorageType="gp3",
    )
    world.snapshot("s1")
    rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="db-2", DBSnapshotIdentifier="s1")
    assert "Endpoint" not in instance_of(world, "db-2")
    world.pass_time(HOUR)
    row, source = instance_of(world, "db-2"), instance_of(world, "db")
    same = ("KmsKeyId", "Engine", "EngineVersion", "MasterUsername", "DBInstanceClass", "AllocatedStorage")
    assert {name: row[name] for name in same} == {name: source[name] for name in same}
    assert row["DbiResourceId"] != source["DbiResourceId"]
    off = ("DeletionProtection", "IAMDatabaseAuthenticationEnabled", "MultiAZ", "CopyTagsToSnapshot")
    assert [row[name] for name in off] == [False] * 4
    assert row["BackupRetentionPeriod"] == 7
    assert row["PubliclyAccessible"] is True


def test_a_restored_instance_takes_no_tags_from_another_account(world: World) -> None:
    world.instance()
    world.snapshot("plain")
    arn = world.copy("plain", "shared", KmsKeyId=world.key(SOURCE, lease()))
    world.share("shared")
    world.copy(arn, "mine", TARGET, KmsKeyId=world.key(TARGET), Tags=[{"Key": "a", "Value": "1"}])
    target = world.client("rds", TARGET)
    target.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="db-2", DBSnapshotIdentifier="mine")
    assert instance_of(world, "db-2", target)["TagList"] == []


def test_a_restored_cluster_gets_the_default_version_unless_the_call_names_one(world: World) -> None:
    rds, old = world.client(), "8.0.mysql_aurora.3.04.0"
    world.cluster(EngineVersion=old)
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="c", DBClusterIdentifier="example-db")
    world.pass_time(HOUR)
    for name, version in (("unsaid", {}), ("said", {"EngineVersion": old})):
        rds.restore_db_cluster_from_snapshot(
            DBClusterIdentifier=name, SnapshotIdentifier="c", Engine="aurora-mysql", **version
        )
    assert cluster_of(world, "said")["EngineVersion"] == old
    assert cluster_of(world, "unsaid")["EngineVersion"] != old


def test_what_an_instance_restore_is_refused_for(world: World) -> None:
    rds = world.client()
    world.instance()
    world.snapshot("s1")
    restore = rds.restore_db_instance_from_db_snapshot
    taken = code_of(restore, DBInstanceIdentifier="db", DBSnapshotIdentifier="s1")
    assert taken == "DBInstanceAlreadyExists"
    missing = code_of(restore, DBInstanceIdentifier="x", DBSnapshotIdentifier="nope")
    assert missing == "DBSnapshotNotFound"
    smaller = code_of(restore, DBInstanceIdentifier="x", DBSnapshotIdentifier="s1", AllocatedStorage=50)
    assert smaller == "InvalidParameterCombination"
    managed = code_of(restore, DBInstanceIdentifier="x", DBSnapshotIdentifier="s1", ManageMasterUserPassword=True)
    assert managed == "InvalidParameterCombination"
    rds.create_db_snapshot(DBSnapshotIdentifier="young", DBInstanceIdentifier="db")
    young = code_of(restore, DBInstanceIdentifier="x", DBSnapshotIdentifier="young")
    assert young == "InvalidDBSnapshotState"


def test_a_shared_encrypted_instance_snapshot_is_never_restored_directly(world: World) -> None:
    world.instance()
    world.snapshot("plain")
    arn = world.copy("plain", "shared", KmsKeyId=world.key(SOURCE, lease()))
    world.share("shared")
    restore = world.client("rds", TARGET).restore_db_instance_from_db_snapshot
    code, message = error_of(restore, DBInstanceIdentifier="x", DBSnapshotIdentifier=arn)
    assert code == "InvalidDBSnapshotState"
    assert "shared and encrypted" in message


def test_a_shared_cluster_snapshot_can_be_restored_under_a_key_of_ones_own(world: World) -> None:
    rds, target = world.client(), world.client("rds", TARGET)
    transfer, own = world.key(SOURCE, lease()), world.key(TARGET)
    world.cluster(KmsKeyId=transfer, Tags=[{"Key": "a", "Value": "1"}])
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="c", DBClusterIdentifier="example-db")
    world.pass_time(HOUR)
    rds.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="c",
        AttributeName="restore",
        ValuesToAdd=[TARGET.id],
    )
    arn = "arn:aws:rds:eu-west-1:111111111111:cluster-snapshot:c"
    wrong = code_of(
        target.restore_db_cluster_from_snapshot,
        DBClusterIdentifier="x",
        SnapshotIdentifier=arn,
        Engine="aurora-postgresql",
    )
    assert wrong == "InvalidParameterCombination"
    grants_before = len(world.client("kms").list_grants(KeyId=transfer)["Grants"])
    target.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="example-db-2",
        SnapshotIdentifier=arn,
        Engine="aurora-mysql",
        KmsKeyId=own,
    )
    world.pass_time(HOUR)
    row = cluster_of(world, "example-db-2", target)
    assert (row["Status"], row["KmsKeyId"], row["TagList"], row["DBClusterMembers"]) == ("available", own, [], [])
    assert len(world.client("kms").list_grants(KeyId=transfer)["Grants"]) == grants_before
    target.restore_db_cluster_from_snapshot(DBClusterIdentifier="tied", SnapshotIdentifier=arn, Engine="aurora-mysql")
    assert cluster_of(world, "tied", target)["KmsKeyId"] == transfer
    assert len(world.client("kms").list_grants(KeyId=transfer)["Grants"]) == grants_before + 1
