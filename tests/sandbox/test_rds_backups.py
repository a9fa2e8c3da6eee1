"""Automated snapshots, made at night on the virtual clock, and AWS Backup's recovery points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.accounts import SOURCE, TARGET
from sandbox.rds.windows import DAY, backup_window, seconds_until
from tests.sandbox.rds_world import World, code_of, lease

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = 3600.0
INSTANCE = "arn:aws:rds:eu-west-1:111111111111:db:db"
CLUSTER = "arn:aws:rds:eu-west-1:111111111111:cluster:example-db"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def automated(world: World) -> list[dict[str, Any]]:
    return list(world.client().describe_db_snapshots(SnapshotType="automated")["DBSnapshots"])


def names(world: World) -> list[str]:
    return [row["DBSnapshotIdentifier"] for row in automated(world)]


def test_every_night_a_snapshot_and_yesterdays_goes(world: World) -> None:
    row = world.instance(PreferredBackupWindow="03:00-04:00", BackupRetentionPeriod=2)
    assert row["PreferredBackupWindow"] == "03:00-04:00"
    assert names(world) == []
    world.pass_time(DAY)
    assert names(world) == ["rds:db-2026-01-01-03-00"]
    (first,) = automated(world)
    assert (first["Status"], first["KmsKeyId"]) == ("available", row["KmsKeyId"])
    world.pass_time(DAY)
    assert names(world) == ["rds:db-2026-01-01-03-00", "rds:db-2026-01-02-03-00"]
    world.pass_time(DAY)
    assert names(world) == ["rds:db-2026-01-02-03-00", "rds:db-2026-01-03-03-00"]
    world.client().modify_db_instance(DBInstanceIdentifier="db", BackupRetentionPeriod=0, ApplyImmediately=True)
    assert names(world) == []
    world.pass_time(DAY)
    assert names(world) == []


def test_the_night_is_told_to_the_default_bus(world: World) -> None:
    heard: list[tuple[str, str]] = []
    world.rds.on_event.append(lambda _account, _region, kind, detail, _arn: heard.append((kind, detail["EventID"])))
    world.instance(PreferredBackupWindow="03:00-03:30")
    world.cluster(PreferredBackupWindow="04:00-04:30")
    world.pass_time(DAY)
    assert [(kind, event) for kind, event in heard if "Snapshot" in kind] == [
        ("RDS DB Snapshot Event", "RDS-EVENT-0091"),
        ("RDS DB Cluster Snapshot Event", "RDS-EVENT-0169"),
    ]


def test_a_cluster_has_its_own_and_its_members_none(world: World) -> None:
    world.cluster(PreferredBackupWindow="03:00-03:30")
    world.member("m1", "example-db")
    world.pass_time(DAY)
    (row,) = world.client().describe_db_cluster_snapshots(SnapshotType="automated")["DBClusterSnapshots"]
    assert row["DBClusterSnapshotIdentifier"] == "rds:example-db-2026-01-01-03-00"
    assert row["DBClusterSnapshotArn"].endswith(":cluster-snapshot:rds:example-db-2026-01-01-03-00")
    assert names(world) == []


def test_how_long_and_when_backups_may_be(world: World) -> None:
    assert code_of(world.instance, BackupRetentionPeriod=36) == "InvalidParameterValue"
    assert code_of(world.cluster, BackupRetentionPeriod=0) == "InvalidParameterValue"
    for window in ("3:00-4:00", "24:00-01:00", "03:00-03:29", "night"):
        assert code_of(world.instance, PreferredBackupWindow=window) == "InvalidParameterValue"
    world.instance(BackupRetentionPeriod=0, PreferredBackupWindow="23:45-00:15")
    change = world.client().modify_db_instance
    assert code_of(change, DBInstanceIdentifier="db", BackupRetentionPeriod=-1) == "InvalidParameterValue"


def test_nobody_takes_a_snapshot_while_the_nightly_one_is_taken(world: World) -> None:
    world.instance(PreferredBackupWindow="03:00-03:30")
    world.wait(lambda: world.status_of_instance("db") == "backing-up")
    assert code_of(world.snapshot, "mine") == "InvalidDBInstanceState"
    world.wait(lambda: world.status_of_instance("db") == "available")
    world.snapshot("mine")


@pytest.mark.parametrize("kept", [False, True])
def test_automated_snapshots_go_with_their_database(world: World, kept: bool) -> None:  # noqa: FBT001
    world.instance()
    snapshot = world.rds.take_automated(INSTANCE)
    world.wait(lambda: snapshot.status == "available")
    world.client().delete_db_instance(
        DBInstanceIdentifier="db", SkipFinalSnapshot=True, DeleteAutomatedBackups=not kept
    )
    world.pass_time(HOUR)
    assert names(world) == ([snapshot.name] if kept else [])


def test_an_automated_snapshot_is_asked_for_by_its_type(world: World) -> None:
    world.instance()
    snapshot = world.rds.take_automated(INSTANCE)
    describe, name = world.client().describe_db_snapshots, {"DBSnapshotIdentifier": snapshot.name}
    assert code_of(describe, **name) == "DBSnapshotNotFound"
    assert len(describe(**name, SnapshotType="automated")["DBSnapshots"]) == 1
    assert [row["DBSnapshotIdentifier"] for row in describe()["DBSnapshots"]] == [snapshot.name]


def test_a_nightly_snapshot_needs_nobodys_permission_but_its_copy_does(tmp_path: Path) -> None:
    """RDS works by the grant that it has held since the database was made."""
    world = World.open(tmp_path, permissions=True)
    try:
        key = world.key()
        world.instance(KmsKeyId=key, PreferredBackupWindow="03:00-03:30")
        world.set_key_policy(key)
        world.pass_time(DAY)
        (name,) = names(world)
        poor = world.role(SOURCE, "poor", {"Effect": "Allow", "Action": "rds:*", "Resource": "*"})
        copy = {"SourceDBSnapshotIdentifier": name, "TargetDBSnapshotIdentifier": "copy"}
        assert code_of(poor.copy_db_snapshot, **copy) == "KMSKeyNotAccessibleFault"
        assert len(world.client("kms").list_grants(KeyId=key)["Grants"]) == 1
    finally:
        world.close()


def test_a_recovery_point_is_copied_and_the_copy_shared(world: World) -> None:
    key = world.key(SOURCE, lease())
    world.instance(KmsKeyId=key)
    point = world.rds.take_recovery_point(INSTANCE, SOURCE.admin.caller)
    world.wait(lambda: point.status == "available")
    assert point.name.startswith("awsbackup:job-")
    (row,) = world.client().describe_db_snapshots(SnapshotType="awsbackup")["DBSnapshots"]
    assert row["DBSnapshotArn"] == str(point.arn)
    assert code_of(world.share, point.name) == "InvalidDBSnapshotState"
    assert code_of(world.client().delete_db_snapshot, DBSnapshotIdentifier=point.name) == "InvalidDBSnapshotState"
    world.copy(str(point.arn), "mine")
    world.share("mine")


def test_recovery_points_are_not_counted(world: World) -> None:
    world.rds.settings.quotas.manual_cluster_snapshots = 1
    world.rds.settings.unconfirmed.type_of_cluster_recovery_point = "manual"
    world.cluster()
    world.rds.take_recovery_point(CLUSTER, SOURCE.admin.caller)
    world.pass_time(HOUR)
    world.cluster_snapshot("mine")


def test_a_clusters_recovery_point_has_a_type_that_may_differ(world: World) -> None:
    world.cluster(KmsKeyId=world.key())
    describe = world.client().describe_db_cluster_snapshots
    assert code_of(describe, SnapshotType="awsbackup") == "InvalidParameterValue"
    for kind in ("awsbackup", "manual"):
        world.rds.settings.unconfirmed.type_of_cluster_recovery_point = kind
        point = world.rds.take_recovery_point(CLUSTER, SOURCE.admin.caller)
        world.pass_time(HOUR)
        (row,) = describe(DBClusterSnapshotIdentifier=str(point.arn))["DBClusterSnapshots"]
        assert row["SnapshotType"] == kind
        assert code_of(world.share_cluster_snapshot, str(point.arn)) == "InvalidDBClusterSnapshotStateFault"


def test_a_restored_database_keeps_the_backup_settings_of_its_snapshot(world: World) -> None:
    world.instance(BackupRetentionPeriod=9, PreferredBackupWindow="03:00-03:30")
    world.snapshot("s")
    restore = world.client().restore_db_instance_from_db_snapshot
    kept = restore(DBInstanceIdentifier="kept", DBSnapshotIdentifier="s")["DBInstance"]
    assert (kept["BackupRetentionPeriod"], kept["PreferredBackupWindow"]) == (9, "03:00-03:30")
    other = {"BackupRetentionPeriod": 0, "PreferredBackupWindow": "05:00-06:00"}
    row = restore(DBInstanceIdentifier="other", DBSnapshotIdentifier="s", **other)["DBInstance"]
    assert {name: row[name] for name in other} == other
    assert code_of(restore, DBInstanceIdentifier="no", DBSnapshotIdentifier="s", BackupRetentionPeriod=99) == (
        "InvalidParameterValue"
    )


def test_the_target_sees_no_automated_snapshot(world: World) -> None:
    world.instance()
    world.rds.take_automated(INSTANCE)
    assert world.client("rds", TARGET).describe_db_snapshots(IncludeShared=True)["DBSnapshots"] == []


@given(st.text(), st.floats(min_value=1.7e9, max_value=1.9e9))
def test_the_next_window_is_within_a_day_and_where_it_says(resource_id: str, now: float) -> None:
    window = backup_window(None, resource_id)
    assert window == backup_window(window, "")
    seconds = seconds_until(window, now)
    assert 0 < seconds <= DAY
    begins = (now + seconds) % DAY
    expected = int(window[:2]) * 3600 + int(window[3:5]) * 60
    assert min(abs(begins - expected), DAY - abs(begins - expected)) < 0.01
