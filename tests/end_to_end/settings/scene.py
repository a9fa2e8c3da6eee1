"""Four sources that have everything set, carried to a target whose profile sets everything otherwise, and nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET
from sandbox.sources import make_source
from sandbox.stage import set_stage, write_profile
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from sandbox.accounts import Account
    from sandbox.stage import Network
    from sandbox.world import Sandbox
    from tests.end_to_end.story import Run

ENGINES = ("mysql", "postgres", "aurora-mysql", "aurora-postgresql")
FAMILIES = {"mysql": "mysql8.0", "postgres": "postgres16"}
FAMILIES |= {"aurora-mysql": "aurora-mysql8.0", "aurora-postgresql": "aurora-postgresql16"}
MAJOR = {"mysql": "8.0", "postgres": "16"}
LOG = {"mysql": "error", "aurora-mysql": "error", "postgres": "postgresql", "aurora-postgresql": "postgresql"}
LOG_OF_PROFILE = {"mysql": "slowquery", "aurora-mysql": "slowquery", "postgres": "upgrade"}
LOG_OF_PROFILE |= {"aurora-postgresql": "iam-db-auth-error"}
MONITORING = {account: f"arn:aws:iam::{account.id}:role/rds-monitoring" for account in (SOURCE, TARGET)}

OF_BOTH: dict[str, Any] = {
    "Port": 3400,
    "NetworkType": "DUAL",
    "BackupRetentionPeriod": 14,
    "PreferredBackupWindow": "02:00-02:30",
    "PreferredMaintenanceWindow": "tue:04:00-tue:04:30",
    "EngineLifecycleSupport": "open-source-rds-extended-support",
    "EnableIAMDatabaseAuthentication": True,
    "EnablePerformanceInsights": True,
    "PerformanceInsightsRetentionPeriod": 31,
    "DeletionProtection": True,
    "CopyTagsToSnapshot": True,
    "Domain": "d-1234567890",
    "DomainIAMRoleName": "directory",
    "Tags": [{"Key": "team", "Value": "payments"}],
}
OF_EACH_INSTANCE: dict[str, Any] = {
    "MonitoringInterval": 15,
    "MonitoringRoleArn": MONITORING[SOURCE],
    "CACertificateIdentifier": "rds-ca-rsa4096-g1",
    "AutoMinorVersionUpgrade": False,
    "PubliclyAccessible": True,
}
OF_INSTANCE: dict[str, Any] = {
    **OF_EACH_INSTANCE,
    "StorageType": "io1",
    "Iops": 3000,
    "MaxAllocatedStorage": 500,
    "MultiAZ": True,
}
OF_CLUSTER: dict[str, Any] = {"StorageType": "aurora-iopt1"}

SAID: dict[str, Any] = {
    "port": 3500,
    "network_type": "DUAL",
    "parameter_group": "tuned",
    "backup_retention_days": 3,
    "backup_window": "01:00-01:30",
    "copy_tags_to_snapshot": False,
    "maintenance_window": "sun:03:00-sun:03:30",
    "auto_minor_version_upgrade": False,
    "extended_support": True,
    "ca_certificate": "rds-ca-ecc384-g1",
    "iam_authentication": True,
    "monitoring_seconds": 60,
    "performance_insights": True,
    "performance_insights_days": 465,
    "database_insights": "advanced",
    "deletion_protection": False,
    "tags": {"team": "reporting"},
}
SAID_OF_INSTANCE: dict[str, Any] = {
    "instance_class": "db.m6g.xlarge",
    "multi_az": True,
    "storage_type": "gp3",
    "iops": 12000,
    "storage_throughput": 500,
    "max_gigabytes": 300,
    "option_group": "tuned-options",
}
SAID_OF_CLUSTER: dict[str, Any] = {
    "instance_class": "db.serverless",
    "scaling": {"least": 0.5, "most": 16},
    "instances": 2,
    "storage_type": "aurora-iopt1",
    "cluster_parameter_group": "tuned-cluster",
}
OF_THE_WRITER = (
    *("DBInstanceClass", "DBParameterGroups", "MonitoringInterval", "MonitoringRoleArn"),
    *("CACertificateIdentifier", "AutoMinorVersionUpgrade", "PubliclyAccessible"),
)
TOLD_WINDOWS = (OF_BOTH["PreferredMaintenanceWindow"], SAID["maintenance_window"])


@dataclass
class Scene:
    """A stage with the four sources."""

    story: Story

    @classmethod
    def on(cls, sandbox: Sandbox) -> Scene:
        """Deploy, and make what sources and profiles name."""
        stage = set_stage(sandbox, "aurora-mysql", target_parameters={"MonitoringRoleArn": MONITORING[TARGET]})
        for account in (SOURCE, TARGET):
            _make_role(sandbox, account)
        for engine in ENGINES:
            _make_groups(sandbox, engine, SOURCE, "production")
            _make_groups(sandbox, engine, TARGET, "tuned")
            _make(sandbox, engine, stage.source_network)
        return cls(Story(stage))

    def said(self, engine: str) -> dict[str, Any]:
        """The profile that says everything, but for the network."""
        own = SAID_OF_CLUSTER if engine.startswith("aurora") else SAID_OF_INSTANCE
        named = {field: f"{value}-{engine}" for field, value in (SAID | own).items() if field.endswith("_group")}
        return {**SAID, **own, **named, "log_exports": [LOG_OF_PROFILE[engine]]}

    def carry(self, engine: str, name: str, **profile: Any) -> Run:
        """Bring an engine's source across, under that name."""
        write_profile(self.story.sandbox, self.story.stage.target_network, identifier=name, **profile)
        return self.story.run(database=f"orders-{engine}")

    def row(self, engine: str, name: str, account: Account) -> dict[str, Any]:
        """What an account's administrator sees: of a cluster with what is its writer's."""
        rds = self.story.sandbox.client("rds", account)
        if not engine.startswith("aurora"):
            return dict(rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])
        cluster = dict(rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0])
        writer = cluster["DBClusterMembers"][0]["DBInstanceIdentifier"]
        member = rds.describe_db_instances(DBInstanceIdentifier=writer)["DBInstances"][0]
        return cluster | {key: member[key] for key in OF_THE_WRITER if key in member}


def _make_role(sandbox: Sandbox, account: Account) -> None:
    trusts = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": '
    trusts += '{"Service": "monitoring.rds.amazonaws.com"}}}'
    sandbox.client("iam", account).create_role(RoleName="rds-monitoring", AssumeRolePolicyDocument=trusts)


def _make_groups(sandbox: Sandbox, engine: str, account: Account, word: str) -> None:
    rds, family = sandbox.client("rds", account), FAMILIES[engine]
    rds.create_db_parameter_group(
        DBParameterGroupName=f"{word}-{engine}", DBParameterGroupFamily=family, Description="-"
    )
    if engine in MAJOR:
        rds.create_option_group(
            OptionGroupName=f"{word}-options-{engine}",
            EngineName=engine,
            MajorEngineVersion=MAJOR[engine],
            OptionGroupDescription="-",
        )
    else:
        rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=f"{word}-cluster-{engine}", DBParameterGroupFamily=family, Description="-"
        )


def _make(sandbox: Sandbox, engine: str, network: Network) -> None:
    placed = {"DBSubnetGroupName": network.subnet_group, "VpcSecurityGroupIds": [network.security_group]}
    given = {**OF_BOTH, **placed, "EnableCloudwatchLogsExports": [LOG[engine]]}
    name = f"orders-{engine}"
    if engine in MAJOR:
        groups = {"DBParameterGroupName": f"production-{engine}", "OptionGroupName": f"production-options-{engine}"}
        make_source(sandbox, engine, name=name, **{**given, **OF_INSTANCE, **groups})
        return
    groups = {"DBClusterParameterGroupName": f"production-cluster-{engine}"}
    make_source(sandbox, engine, name=name, **{**given, **OF_CLUSTER, **groups})
    sandbox.client("rds", SOURCE).modify_db_instance(
        DBInstanceIdentifier=f"{name}-1",
        DBParameterGroupName=f"production-{engine}",
        **OF_EACH_INSTANCE,
        ApplyImmediately=True,
    )
    sandbox.clock.run(limit=3600)
