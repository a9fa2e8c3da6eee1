"""Write docs/restore-settings.md anew: `make restore-settings`."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET
from sandbox.permissions import Simulator
from sandbox.stage import ROOT
from sandbox.world import Sandbox
from tests.end_to_end.settings.scene import ENGINES, MONITORING, TOLD_WINDOWS, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PAGE = ROOT / "docs" / "restore-settings.md"
HEAD = """# What a restored database has

A restore forgets most settings of the database that the snapshot was taken of (`docs/aws-facts.md`, 8.2). What the
source had, what a restore profile says, and what the database has that comes up: with a profile that says everything,
and with the smallest one, which says only the subnet group and the security groups. Written by `make restore-settings`
from transfers in the sandbox; `tests/end_to_end/test_restore_settings.py` makes them with every test run.

A setting without a field is the same for every profile. Roles of the database (for S3, for Lambda), proxies, alarms and
event subscriptions come with no restore: make them with what knows the new database, such as a hook.

Other users of the database come with its data, and with their passwords. Only the master user's password is replaced,
before anybody but the workflow can connect. A hook locks or changes the others: `hooks/run_sql_scripts` runs
`ALTER USER ... ACCOUNT LOCK` (MySQL) or `ALTER ROLE ... NOLOGIN` (PostgreSQL) while the database is in quarantine.

With `managed_password`, RDS makes the new password, keeps it in Secrets Manager and rotates it every seven days.
Without, Secrets Manager makes it once, and the secret `snapferry/<database>/<transfer>` keeps it, under the same key:
for applications that cannot follow a rotation. No role of the stacks may read either.
"""
_COLUMNS = "| Setting | Field | Source | Profile | Restored | With the smallest profile |\n" + "| --- " * 6 + "|"
_NONE = "none"


@dataclass(frozen=True)
class Line:
    """One setting.

    Attributes:
        field: of the profile; empty if none decides.
        read: from the row of DescribeDBInstances or DescribeDBClusters.
        of: engines whose databases have it begin so.
    """

    setting: str
    field: str
    read: Callable[[Mapping[str, Any]], Any]
    of: tuple[str, ...] = ENGINES


def _get(member: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda row: row.get(member)


_INSTANCES, _CLUSTERS = ENGINES[:2], ENGINES[2:]
LINES = (
    Line("Engine's version", "", _get("EngineVersion")),
    Line("Master user", "", _get("MasterUsername")),
    Line("Master password", "managed_password", lambda row: row.get("MasterUserSecret")),
    Line("Key", "", _get("KmsKeyId")),
    Line("Publicly accessible", "", _get("PubliclyAccessible")),
    Line(
        "Security groups",
        "security_groups",
        lambda row: [one["VpcSecurityGroupId"] for one in row["VpcSecurityGroups"]],
    ),
    Line("Port", "port", lambda row: row.get("Port") or row["Endpoint"]["Port"]),
    Line("Network type", "network_type", _get("NetworkType")),
    Line("Class", "instance_class", _get("DBInstanceClass")),
    Line("Serverless v2 capacity", "scaling", _get("ServerlessV2ScalingConfiguration"), _CLUSTERS),
    Line("Instances", "instances", lambda row: len(row["DBClusterMembers"]), _CLUSTERS),
    Line("Multi-AZ", "multi_az", _get("MultiAZ"), _INSTANCES),
    Line("Storage type", "storage_type", _get("StorageType")),
    Line("IOPS", "iops", _get("Iops"), _INSTANCES),
    Line("Throughput", "storage_throughput", _get("StorageThroughput"), _INSTANCES),
    Line("Storage grows to", "max_gigabytes", _get("MaxAllocatedStorage"), _INSTANCES),
    Line("Parameter group", "parameter_group", lambda row: row["DBParameterGroups"][0]["DBParameterGroupName"]),
    Line("Cluster parameter group", "cluster_parameter_group", _get("DBClusterParameterGroup"), _CLUSTERS),
    Line("Option group", "option_group", lambda row: row["OptionGroupMemberships"][0]["OptionGroupName"], _INSTANCES),
    Line("Backups are kept, days", "backup_retention_days", _get("BackupRetentionPeriod")),
    Line("Backup window", "backup_window", _get("PreferredBackupWindow")),
    Line("Tags go to snapshots", "copy_tags_to_snapshot", _get("CopyTagsToSnapshot")),
    Line("Maintenance window", "maintenance_window", _get("PreferredMaintenanceWindow")),
    Line("Minor versions come by themselves", "auto_minor_version_upgrade", _get("AutoMinorVersionUpgrade")),
    Line("Extended Support", "extended_support", _get("EngineLifecycleSupport")),
    Line("Certificate authority", "ca_certificate", _get("CACertificateIdentifier")),
    Line("IAM authentication", "iam_authentication", _get("IAMDatabaseAuthenticationEnabled")),
    Line("Logs in CloudWatch", "log_exports", _get("EnabledCloudwatchLogsExports")),
    Line("Enhanced Monitoring, seconds", "monitoring_seconds", _get("MonitoringInterval")),
    Line("Enhanced Monitoring's role", "", _get("MonitoringRoleArn")),
    Line("Performance Insights", "performance_insights", _get("PerformanceInsightsEnabled")),
    Line("Performance Insights' days", "performance_insights_days", _get("PerformanceInsightsRetentionPeriod")),
    Line("Performance Insights' key", "", _get("PerformanceInsightsKMSKeyId")),
    Line("Database Insights", "database_insights", _get("DatabaseInsightsMode")),
    Line("Active Directory", "", lambda row: [one["Domain"] for one in row.get("DomainMemberships", [])]),
    Line("Deletion protection", "deletion_protection", _get("DeletionProtection")),
    Line("Tags", "tags", lambda row: _tags(row["TagList"])),
)


@dataclass(frozen=True)
class Seen:
    """One engine's three databases."""

    source: dict[str, Any]
    said: dict[str, Any]
    restored: dict[str, Any]
    smallest: dict[str, Any]


def see(scene: Scene, engine: str) -> Seen:
    """Carry an engine's database across twice."""
    said = scene.said(engine)
    for name, profile in ((f"told-{engine}", said), (f"smallest-{engine}", {})):
        run = scene.carry(engine, name, **profile)
        assert run.status == "SUCCEEDED", run.cause
    return Seen(
        scene.row(engine, f"orders-{engine}", SOURCE),
        said,
        scene.row(engine, f"told-{engine}", TARGET),
        scene.row(engine, f"smallest-{engine}", TARGET),
    )


def written(scene: Scene, seen: Mapping[str, Seen]) -> str:
    """The whole page."""
    return HEAD + "".join(f"\n{section(scene, engine, one)}\n" for engine, one in seen.items())


def section(scene: Scene, engine: str, seen: Seen) -> str:
    """One engine's part of the page."""
    return f"## {engine}\n\n{_table(scene, engine, seen)}"


def _table(scene: Scene, engine: str, seen: Seen) -> str:
    rows = [_COLUMNS]
    for line in LINES:
        if engine not in line.of:
            continue
        said = json.dumps(seen.said[line.field]) if line.field in seen.said else ""
        shown = [_shown(scene, line, row) for row in (seen.source, seen.restored, seen.smallest)]
        field = f"`{line.field}`" if line.field else ""
        rows.append(f"| {line.setting} | {field} | {shown[0]} | {said} | {shown[1]} | {shown[2]} |")
    return "\n".join(rows)


def _shown(scene: Scene, line: Line, row: Mapping[str, Any]) -> str:
    """In words where an id is made up at random, or AWS draws by lot."""
    value = line.read(row)
    stage = scene.story.stage
    words = {
        stage.own_key: "the target's own",
        stage.source_network.security_group: "the source's applications'",
        stage.target_network.security_group: "the target's applications'",
        **{role: f"the {account.profile} account's" for account, role in MONITORING.items()},
    }
    if line.field == "managed_password":
        return f"RDS's, in a secret under {words[value['KmsKeyId']]} key" if value else "production's"
    if line.field == "maintenance_window" and value not in TOLD_WINDOWS:
        return "drawn by lot"
    if isinstance(value, list):
        return ", ".join(words.get(one) or str(one) for one in value) or _NONE
    if isinstance(value, str) and value.startswith("arn:aws:kms:"):
        return words.get(value, "`aws/rds` of the source")
    return words.get(value, value) if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {number:g}" for key, number in value.items())
    return _NONE if value is None else json.dumps(value)


def _tags(rows: list[dict[str, str]]) -> list[str]:
    return sorted(f"{row['Key']}={row['Value']}" for row in rows if not row["Key"].startswith("snapferry:"))


def main() -> None:
    """Write the page."""
    simulator = Simulator()
    with Sandbox(permissions=simulator, data=False) as sandbox:
        scene = Scene.on(sandbox)
        PAGE.write_text(written(scene, {engine: see(scene, engine) for engine in ENGINES}), encoding="utf-8")
    simulator.close()
    sys.stdout.write(f"wrote {PAGE.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
