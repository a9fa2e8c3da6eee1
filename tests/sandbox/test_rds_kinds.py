"""Kinds of databases: what each may do, and what its snapshots are good for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import TARGET
from tests.sandbox.rds_world import World, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def cluster_of(world: World, name: str = "example-db", account: Any = None) -> dict[str, Any]:
    rds = world.client("rds", account) if account else world.client()
    return dict(rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0])


def test_which_engines_make_clusters(world: World) -> None:
    world.cluster("documents", Engine="docdb")
    world.client().create_db_cluster(DBClusterIdentifier="graph", Engine="neptune", StorageEncrypted=True)
    engines = {row["DBClusterIdentifier"]: row["Engine"] for row in world.client().describe_db_clusters()["DBClusters"]}
    assert engines == {"documents": "docdb", "graph": "neptune"}
    for engine in ("mariadb", "oracle-ee", "custom-oracle-ee"):
        assert code_of(world.cluster, Engine=engine) == "InvalidParameterValue"
    assert code_of(world.instance, Engine="docdb") == "InvalidParameterCombination"


def test_document_databases_snapshots_are_shared_as_auroras_are(world: World) -> None:
    world.cluster(Engine="docdb", KmsKeyId=world.key())
    world.cluster_snapshot("d")
    world.share_cluster_snapshot("d")
    (row,) = world.client("rds", TARGET).describe_db_cluster_snapshots(SnapshotType="shared")["DBClusterSnapshots"]
    assert row["Engine"] == "docdb"


def test_a_serverless_instance_needs_its_clusters_scaling(world: World) -> None:
    world.cluster("plain")
    serverless: dict[str, Any] = {"DBInstanceClass": "db.serverless"}
    assert code_of(world.member, "p-1", "plain", **serverless) == "InvalidParameterCombination"
    for least, most in ((0.5, 257), (4, 2), (0.3, 2), (0, 0.5)):
        scaling = {"MinCapacity": least, "MaxCapacity": most}
        assert code_of(world.cluster, ServerlessV2ScalingConfiguration=scaling) == "InvalidParameterValue"
    world.cluster(ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 8})
    world.member("s-1", "example-db", **serverless)
    row = cluster_of(world)
    assert row["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 8.0}
    assert row["EngineMode"] == "provisioned"
    world.cluster_snapshot("s")
    world.client().restore_db_cluster_from_snapshot(
        DBClusterIdentifier="again", SnapshotIdentifier="s", Engine="aurora-mysql"
    )
    assert "ServerlessV2ScalingConfiguration" not in cluster_of(world, "again")


def test_a_multi_az_cluster_brings_its_instances(world: World) -> None:
    assert code_of(world.cluster, Engine="mysql") == "InvalidParameterCombination"
    world.multi_az_cluster()
    row = cluster_of(world)
    assert row["MultiAZ"] is True
    names = [f"example-db-instance-{number}" for number in (1, 2, 3)]
    assert [one["DBInstanceIdentifier"] for one in row["DBClusterMembers"]] == names
    world.wait(lambda: {world.status_of_instance(name) for name in names} == {"available"})
    assert code_of(world.snapshot, "s", names[0]) == "InvalidParameterValue"
    world.cluster_snapshot("m")
    restore = {"DBClusterIdentifier": "again", "SnapshotIdentifier": "m", "Engine": "mysql"}
    assert code_of(world.client().restore_db_cluster_from_snapshot, **restore) == "InvalidParameterCombination"
    world.client().restore_db_cluster_from_snapshot(**restore, DBClusterInstanceClass="db.m6gd.large")
    assert len(cluster_of(world, "again")["DBClusterMembers"]) == 3
    world.client().delete_db_cluster(DBClusterIdentifier="example-db", SkipFinalSnapshot=True)
    world.pass_time(3600)
    left = [row["DBInstanceIdentifier"] for row in world.client().describe_db_instances()["DBInstances"]]
    assert left == [f"again-instance-{number}" for number in (1, 2, 3)]


def test_aurora_without_a_key_lies_under_one_that_aws_owns(world: World) -> None:
    world.cluster(StorageEncrypted=False)
    world.rds.settings.aurora_before_2026 = True
    world.cluster("old", StorageEncrypted=False)
    world.rds.settings.aurora_before_2026 = False
    world.cluster_snapshot("o", "old")
    world.client().restore_db_cluster_from_snapshot(
        DBClusterIdentifier="again", SnapshotIdentifier="o", Engine="aurora-mysql"
    )
    world.instance(StorageEncrypted=False)
    rows = {name: cluster_of(world, name) for name in ("example-db", "old", "again")}
    kinds = {name: (row["StorageEncrypted"], row["StorageEncryptionType"]) for name, row in rows.items()}
    assert kinds == {"example-db": (False, "sse-rds"), "old": (False, "none"), "again": (False, "sse-rds")}
    assert world.cluster_snapshot_row("o")["StorageEncryptionType"] == "none"
    (plain,) = world.client().describe_db_instances()["DBInstances"]
    assert plain["StorageEncryptionType"] == "none"


def test_what_is_unconfirmed_of_sse_rds(world: World) -> None:
    world.cluster(StorageEncrypted=False)
    world.cluster_snapshot("s")
    key = world.key()
    copy = {"SourceDBClusterSnapshotIdentifier": "s", "TargetDBClusterSnapshotIdentifier": "k", "KmsKeyId": key}
    assert code_of(world.share_cluster_snapshot, "s") == "InvalidDBClusterSnapshotStateFault"
    assert code_of(world.share_cluster_snapshot, "s", "all") == "InvalidParameterValue"
    assert code_of(world.client().copy_db_cluster_snapshot, **copy) == "InvalidParameterCombination"
    unconfirmed = world.rds.settings.unconfirmed
    unconfirmed.sse_rds_share_code = unconfirmed.sse_rds_public_code = unconfirmed.sse_rds_copy_with_key_code = None
    world.share_cluster_snapshot("s", "all", TARGET.id)
    world.client().copy_db_cluster_snapshot(**copy)
    world.until_cluster_snapshot("k")
    row = world.cluster_snapshot_row("k")
    assert (row["StorageEncryptionType"], row["KmsKeyId"]) == ("sse-kms", key)


def test_a_cluster_under_sse_rds_gets_a_key_by_its_restore(world: World) -> None:
    """The way that is left where neither a share nor a copy is possible."""
    world.cluster(StorageEncrypted=False)
    world.cluster_snapshot("s")
    key = world.key()
    world.client().restore_db_cluster_from_snapshot(
        DBClusterIdentifier="keyed", SnapshotIdentifier="s", Engine="aurora-mysql", KmsKeyId=key
    )
    row = cluster_of(world, "keyed")
    assert (row["StorageEncrypted"], row["StorageEncryptionType"], row["KmsKeyId"]) == (True, "sse-kms", key)


def test_rds_custom_stays_where_it_is(world: World) -> None:
    key = world.key()
    custom: dict[str, Any] = {"Engine": "custom-oracle-ee", "KmsKeyId": key, "CustomIamInstanceProfile": "AWSRDSCustom"}
    managed = {"ManageMasterUserPassword": True, "MasterUserPassword": ""}
    assert code_of(world.instance, **custom, **managed) == "InvalidParameterCombination"
    world.instance(**custom)
    world.snapshot("c")
    assert code_of(world.share, "c") == "InvalidDBSnapshotState"
    assert code_of(world.copy, "c", "c2") == "InvalidDBSnapshotState"
    change = {"DBInstanceIdentifier": "db", "MasterUserPassword": "Production-2"}
    assert code_of(world.client().modify_db_instance, **change) == "InvalidParameterCombination"


def test_multi_az_snapshots_may_be_shared_where_aws_is_read_so(world: World) -> None:
    world.multi_az_cluster(KmsKeyId=world.key())
    world.cluster_snapshot("m")
    world.rds.settings.unconfirmed.multi_az_cluster_snapshot_code = None
    world.share_cluster_snapshot("m")
    world.client().copy_db_cluster_snapshot(
        SourceDBClusterSnapshotIdentifier="m", TargetDBClusterSnapshotIdentifier="n"
    )
    world.until_cluster_snapshot("n")
