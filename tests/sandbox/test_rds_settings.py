"""Settings of databases: AWS's defaults, what a restore carries over (aws-facts 8.2), and when a change is made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.rds.windows import DAY, DAYS, seconds_until_weekly
from tests.sandbox.rds_world import World, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR, WEEK = 3600.0, 7 * 86_400.0
ROLE = "arn:aws:iam::111111111111:role/monitoring"
OF_BOTH: dict[str, Any] = {
    "EnableCloudwatchLogsExports": ["error"],
    "MonitoringInterval": 60,
    "MonitoringRoleArn": ROLE,
    "EnablePerformanceInsights": True,
    "PerformanceInsightsRetentionPeriod": 31,
    "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
    "PreferredMaintenanceWindow": "tue:03:00-tue:03:30",
    "AutoMinorVersionUpgrade": False,
    "NetworkType": "DUAL",
    "Domain": "d-1234567890",
    "CopyTagsToSnapshot": True,
    "DeletionProtection": True,
    "EnableIAMDatabaseAuthentication": True,
}
OF_INSTANCE: dict[str, Any] = {
    "Engine": "mysql",
    "StorageType": "io2",
    "Iops": 3000,
    "MaxAllocatedStorage": 1000,
    "CACertificateIdentifier": "rds-ca-rsa4096-g1",
    "MultiAZ": True,
    "Port": 3400,
}
FORGOTTEN_BY_BOTH: dict[str, Any] = {
    "EnabledCloudwatchLogsExports": None,
    "MonitoringInterval": 0,
    "MonitoringRoleArn": None,
    "PerformanceInsightsEnabled": False,
    "PerformanceInsightsKMSKeyId": None,
    "PerformanceInsightsRetentionPeriod": None,
    "EngineLifecycleSupport": "open-source-rds-extended-support",
    "AutoMinorVersionUpgrade": True,
    "NetworkType": "IPV4",
    "DomainMemberships": [],
    "CopyTagsToSnapshot": False,
    "DeletionProtection": False,
    "IAMDatabaseAuthenticationEnabled": False,
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def instance_of(world: World, name: str = "db") -> dict[str, Any]:
    return dict(world.client().describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])


def cluster_of(world: World, name: str = "example-db") -> dict[str, Any]:
    return dict(world.client().describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0])


def test_a_new_database_has_awss_defaults(world: World) -> None:
    row = world.instance()
    expected = {
        "AutoMinorVersionUpgrade": True,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "DatabaseInsightsMode": "standard",
        "EngineLifecycleSupport": "open-source-rds-extended-support",
        "LicenseModel": "postgresql-license",
        "MonitoringInterval": 0,
        "NetworkType": "IPV4",
        "PerformanceInsightsEnabled": False,
        "StorageType": "gp3",
    }
    assert {name: row[name] for name in expected} == expected
    assert row["PreferredMaintenanceWindow"][:3] in DAYS
    assert "EnabledCloudwatchLogsExports" not in row
    assert world.instance("ora", Engine="oracle-ee", Iops=1000)["StorageType"] == "io1"
    assert "EngineLifecycleSupport" not in instance_of(world, "ora")
    world.cluster()
    world.member("m1", "example-db")
    assert cluster_of(world)["StorageType"] == "aurora"
    assert instance_of(world, "m1")["PerformanceInsightsEnabled"] is False


def test_a_restore_carries_only_what_the_facts_say(world: World) -> None:
    source = world.instance(**OF_BOTH, **OF_INSTANCE, BackupRetentionPeriod=9)
    assert (source["MonitoringInterval"], source["EnabledCloudwatchLogsExports"]) == (60, ["error"])
    assert source["DomainMemberships"] == [{"Domain": "d-1234567890", "Status": "joined"}]
    world.snapshot("s")
    world.client().restore_db_instance_from_db_snapshot(DBInstanceIdentifier="new", DBSnapshotIdentifier="s")
    world.wait(lambda: world.status_of_instance("new") == "available")
    row = instance_of(world, "new")
    assert row["Endpoint"]["Port"] == 3400
    carried = ("LicenseModel", "Iops", "DBInstanceClass", "BackupRetentionPeriod", "PreferredBackupWindow")
    assert {name: row[name] for name in carried} == {name: source[name] for name in carried}
    forgotten = {
        **FORGOTTEN_BY_BOTH,
        "MaxAllocatedStorage": None,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "MultiAZ": False,
        "StorageType": "io1",  # for it has IOPS
    }
    assert {name: row.get(name) or None for name in forgotten} == {name: it or None for name, it in forgotten.items()}
    assert row["PreferredMaintenanceWindow"] != "tue:03:00-tue:03:30"


def test_a_restore_sets_what_it_is_told(world: World) -> None:
    world.instance(Engine="mysql")
    world.snapshot("s")
    told: dict[str, Any] = {
        "EnableCloudwatchLogsExports": ["slowquery"],
        "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
        "StorageType": "gp3",
        "CACertificateIdentifier": "rds-ca-ecc384-g1",
        "AutoMinorVersionUpgrade": False,
        "DeletionProtection": True,
        "CopyTagsToSnapshot": True,
    }
    world.client().restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="new", DBSnapshotIdentifier="s", MultiAZ=True, **told
    )
    row = instance_of(world, "new")
    told["EnabledCloudwatchLogsExports"] = told.pop("EnableCloudwatchLogsExports")
    assert {name: row[name] for name in told} == told
    assert row["MultiAZ"] is True


def test_a_restored_cluster_forgets_the_same_and_can_be_told_more(world: World) -> None:
    world.cluster(**OF_BOTH, Port=3400, ServerlessV2ScalingConfiguration={"MinCapacity": 1, "MaxCapacity": 2})
    world.cluster_snapshot("s")
    restore = world.client().restore_db_cluster_from_snapshot
    restore(DBClusterIdentifier="new", SnapshotIdentifier="s", Engine="aurora-mysql")
    row = cluster_of(world, "new")
    values = {name: row.get(name) or None for name in FORGOTTEN_BY_BOTH}
    assert values == {name: value or None for name, value in FORGOTTEN_BY_BOTH.items()}
    told = {name: OF_BOTH[name] for name in ("MonitoringInterval", "MonitoringRoleArn", "EnablePerformanceInsights")}
    restore(DBClusterIdentifier="told", SnapshotIdentifier="s", Engine="aurora-mysql", **told)
    row = cluster_of(world, "told")
    assert (row["MonitoringInterval"], row["PerformanceInsightsEnabled"]) == (60, True)
    assert row["PerformanceInsightsKMSKeyId"].startswith("arn:aws:kms:")


def test_what_settings_are_refused_for(world: World) -> None:
    value, combination = "InvalidParameterValue", "InvalidParameterCombination"
    wrong: list[tuple[str, dict[str, Any]]] = [
        (combination, {"MonitoringInterval": 60}),
        (combination, {"MonitoringRoleArn": ROLE}),
        (value, {"MonitoringInterval": 7, "MonitoringRoleArn": ROLE}),
        (value, {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 94}),
        (combination, {"EnableCloudwatchLogsExports": ["slowquery"]}),
        (value, {"Port": 80}),
        (combination, {"StorageType": "io1"}),
        (combination, {"MultiAZ": True, "AvailabilityZone": "eu-west-1a"}),
        (value, {"PreferredMaintenanceWindow": "someday"}),
    ]
    for code, parameters in wrong:
        assert code_of(world.instance, **parameters) == code, parameters
    world.instance(MonitoringInterval=30, MonitoringRoleArn=ROLE)
    change = world.client().modify_db_instance
    assert code_of(change, DBInstanceIdentifier="db", MonitoringRoleArn=ROLE, MonitoringInterval=0) == combination
    change(DBInstanceIdentifier="db", MonitoringInterval=60)
    assert instance_of(world)["MonitoringInterval"] == 60


def test_performance_insights_has_a_key_that_stays(world: World) -> None:
    world.instance()
    change = world.client().modify_db_instance
    change(DBInstanceIdentifier="db", EnablePerformanceInsights=True)
    row = instance_of(world)
    assert row["PerformanceInsightsKMSKeyId"] == row["KmsKeyId"]  # both `aws/rds`
    assert row["PerformanceInsightsRetentionPeriod"] == 7
    other = {"EnablePerformanceInsights": True, "PerformanceInsightsKMSKeyId": world.key()}
    assert code_of(change, DBInstanceIdentifier="db", **other) == "InvalidParameterCombination"
    world.rds.settings.unconfirmed.insights_key_code = None
    change(DBInstanceIdentifier="db", **other)
    assert instance_of(world)["PerformanceInsightsKMSKeyId"] == other["PerformanceInsightsKMSKeyId"]
    nowhere = {"EnablePerformanceInsights": True, "PerformanceInsightsKMSKeyId": "nope"}
    assert code_of(world.instance, "x", **nowhere) == "KMSKeyNotAccessibleFault"


def test_some_changes_wait_for_the_maintenance_window(world: World) -> None:
    world.instance(PreferredMaintenanceWindow="mon:03:00-mon:03:30")
    waiting = {"DBInstanceClass": "db.r6g.large", "MultiAZ": True, "AllocatedStorage": 200}
    world.client().modify_db_instance(
        DBInstanceIdentifier="db", **waiting, EnableIAMDatabaseAuthentication=True, MonitoringInterval=0
    )
    row = instance_of(world)
    assert row["PendingModifiedValues"] == {**waiting, "IAMDatabaseAuthenticationEnabled": True}
    assert (row["DBInstanceClass"], row["MultiAZ"], row["AllocatedStorage"]) == ("db.t4g.medium", False, 100)
    world.clock.run(until=lambda: world.status_of_instance("db") == "modifying", limit=WEEK)
    began = datetime.fromtimestamp(world.clock.now, UTC)
    assert (began.strftime("%a"), began.hour) == ("Mon", 3)
    world.wait(lambda: world.status_of_instance("db") == "available")
    row = instance_of(world)
    assert {name: row[name] for name in waiting} == waiting
    assert row["IAMDatabaseAuthenticationEnabled"] is True
    assert "PendingModifiedValues" not in row


def test_what_waits_is_done_at_once_with_the_next_immediate_change(world: World) -> None:
    world.instance()
    change = world.client().modify_db_instance
    change(DBInstanceIdentifier="db", DBInstanceClass="db.r6g.large")
    change(DBInstanceIdentifier="db", MultiAZ=True, ApplyImmediately=True)
    assert world.status_of_instance("db") == "modifying"
    world.pass_time(HOUR)
    row = instance_of(world)
    assert (row["DBInstanceClass"], row["MultiAZ"]) == ("db.r6g.large", True)


def test_log_exports_change_at_once(world: World) -> None:
    world.instance(Engine="mysql", EnableCloudwatchLogsExports=["error", "general"])
    logs = {"EnableLogTypes": ["slowquery"], "DisableLogTypes": ["general"]}
    world.client().modify_db_instance(DBInstanceIdentifier="db", CloudwatchLogsExportConfiguration=logs)
    row = instance_of(world)
    assert (row["DBInstanceStatus"], row["EnabledCloudwatchLogsExports"]) == ("available", ["error", "slowquery"])


def test_a_parameter_group_counts_after_a_reboot(world: World) -> None:
    rds = world.client()
    rds.create_db_parameter_group(DBParameterGroupName="new", DBParameterGroupFamily="postgres16", Description="d")
    world.instance()
    rds.modify_db_instance(DBInstanceIdentifier="db", DBParameterGroupName="new", ApplyImmediately=True)
    expected = {"DBParameterGroupName": "new", "ParameterApplyStatus": "pending-reboot"}
    assert instance_of(world)["DBParameterGroups"] == [expected]
    assert rds.reboot_db_instance(DBInstanceIdentifier="db")["DBInstance"]["DBInstanceStatus"] == "rebooting"
    world.pass_time(HOUR)
    assert world.status_of_instance("db") == "available"
    assert instance_of(world)["DBParameterGroups"] == [{**expected, "ParameterApplyStatus": "in-sync"}]


def test_another_port_restarts_at_once(world: World) -> None:
    world.instance()
    world.client().modify_db_instance(DBInstanceIdentifier="db", DBPortNumber=5999)
    assert world.status_of_instance("db") == "rebooting"
    world.pass_time(HOUR)
    assert instance_of(world)["Endpoint"]["Port"] == 5999


@given(st.sampled_from(DAYS), st.integers(0, 23), st.integers(0, 59), st.integers(1_767_225_600, 1_800_000_000))
def test_the_next_maintenance_window_is_within_a_week(day: str, hour: int, minute: int, now: int) -> None:
    seconds = seconds_until_weekly(f"{day}:{hour:02d}:{minute:02d}-{day}:{hour:02d}:{minute:02d}", float(now))
    assert 0 < seconds <= WEEK
    begins = datetime.fromtimestamp(now + seconds, UTC)
    assert (DAYS[begins.weekday()], begins.hour, begins.minute) == (day, hour, minute)
    assert DAY * len(DAYS) == WEEK
