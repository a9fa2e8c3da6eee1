"""Every setting of a restored database that a profile decides: its field, the API's name for it, and who takes it.

A restore forgets most of what the source had (aws-facts 8.2). Which call takes what follows from the API: some settings
go with the restore, some only with a change after it, and some of a cluster's belong to each of its instances.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from snapferry.vocabulary import Family

type Settings = Mapping[str, Any]
"""What a database shall have, by the profile's fields; one that is not there is left to AWS."""


class Step(Enum):
    """A call with which a database comes up."""

    RESTORE_INSTANCE = auto()
    RESTORE_CLUSTER = auto()
    CREATE_MEMBER = auto()
    CHANGE_INSTANCE = auto()
    CHANGE_CLUSTER = auto()
    OPEN_INSTANCE = auto()
    OPEN_CLUSTER = auto()

    @property
    def family(self) -> Family:
        """Of which family the database is."""
        return "instance" if self.name.endswith("INSTANCE") else "cluster"


RESTORES: Final = (Step.RESTORE_INSTANCE, Step.RESTORE_CLUSTER)
CHANGES: Final = (Step.CHANGE_INSTANCE, Step.CHANGE_CLUSTER)
OPENS: Final = (Step.OPEN_INSTANCE, Step.OPEN_CLUSTER)
_OF_EACH_INSTANCE: Final = (Step.RESTORE_INSTANCE, Step.CREATE_MEMBER)
_CHANGED_OF_EACH: Final = (Step.CHANGE_INSTANCE, Step.CREATE_MEMBER)
_INSTANCE: Final = (Step.RESTORE_INSTANCE,)
_CLUSTER: Final = (Step.RESTORE_CLUSTER,)

_SUPPORTED_FOR_A_FEE: Final = ("mysql", "postgres", "aurora-mysql", "aurora-postgresql")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        field: Of the profile.
        member: Of the API, the same in every call that takes it.
        steps: The calls that are told.
        value: From the profile's value to the API's.
        engines: Those that know it; None if all do.
    """

    field: str
    member: str
    steps: tuple[Step, ...]
    value: Callable[[Any], Any] = lambda value: value
    engines: tuple[str, ...] | None = None

    def is_of(self, family: Family) -> bool:
        """Tell whether databases of a family have it."""
        return any(step.family == family for step in self.steps)


def _lifecycle(extended: bool) -> str:  # noqa: FBT001 - a profile's value, as every converter takes it
    return "open-source-rds-extended-support" + ("" if extended else "-disabled")


def _capacity(scaling: Mapping[str, float]) -> dict[str, float]:
    return {"MinCapacity": scaling["least"], "MaxCapacity": scaling["most"]}


# Aurora: Database Insights is the cluster's, Enhanced Monitoring each instance's, Performance Insights both's
# (botocore, rds.CreateDBInstance and rds.ModifyDBCluster).
_INSIGHTS: Final = (*CHANGES, Step.RESTORE_CLUSTER, Step.CREATE_MEMBER)

TABLE: Final = (
    Setting("subnet_group", "DBSubnetGroupName", RESTORES),
    Setting("port", "Port", RESTORES),
    Setting("network_type", "NetworkType", RESTORES),
    Setting("instance_class", "DBInstanceClass", _OF_EACH_INSTANCE),
    Setting("scaling", "ServerlessV2ScalingConfiguration", _CLUSTER, _capacity),
    Setting("multi_az", "MultiAZ", _INSTANCE),
    Setting("storage_type", "StorageType", RESTORES),
    Setting("iops", "Iops", _INSTANCE),
    Setting("storage_throughput", "StorageThroughput", _INSTANCE),
    Setting("max_gigabytes", "MaxAllocatedStorage", (Step.CHANGE_INSTANCE,)),
    Setting("parameter_group", "DBParameterGroupName", _OF_EACH_INSTANCE),
    Setting("cluster_parameter_group", "DBClusterParameterGroupName", _CLUSTER),
    Setting("option_group", "OptionGroupName", _INSTANCE),
    Setting("backup_retention_days", "BackupRetentionPeriod", RESTORES),
    Setting("backup_window", "PreferredBackupWindow", RESTORES),
    Setting("copy_tags_to_snapshot", "CopyTagsToSnapshot", RESTORES),
    Setting("maintenance_window", "PreferredMaintenanceWindow", (*CHANGES, Step.CREATE_MEMBER)),
    Setting("auto_minor_version_upgrade", "AutoMinorVersionUpgrade", _OF_EACH_INSTANCE),
    Setting("extended_support", "EngineLifecycleSupport", RESTORES, _lifecycle, _SUPPORTED_FOR_A_FEE),
    Setting("ca_certificate", "CACertificateIdentifier", _OF_EACH_INSTANCE),
    Setting("iam_authentication", "EnableIAMDatabaseAuthentication", RESTORES),
    Setting("log_exports", "EnableCloudwatchLogsExports", RESTORES),
    Setting("monitoring_seconds", "MonitoringInterval", _CHANGED_OF_EACH),
    Setting("monitoring_role", "MonitoringRoleArn", _CHANGED_OF_EACH),
    Setting("performance_insights", "EnablePerformanceInsights", _INSIGHTS),
    Setting("performance_insights_days", "PerformanceInsightsRetentionPeriod", _INSIGHTS),
    Setting("performance_insights_key", "PerformanceInsightsKMSKeyId", _INSIGHTS),
    Setting("database_insights", "DatabaseInsightsMode", CHANGES),
    Setting("security_groups", "VpcSecurityGroupIds", OPENS),
    Setting("deletion_protection", "DeletionProtection", OPENS),
)
FIELDS: Final = {setting.field: setting for setting in TABLE}


def parameters(step: Step, settings: Settings) -> dict[str, Any]:
    """Return what one call is told of a database's settings."""
    return {
        each.member: each.value(settings[each.field])
        for each in TABLE
        if step in each.steps and settings.get(each.field) is not None
    }


def applying(settings: Settings, family: Family, engine: str) -> dict[str, Any]:
    """Return those settings that a database of this family and engine has, and that say something."""
    return {
        each.field: settings[each.field]
        for each in TABLE
        if settings.get(each.field) not in (None, [])
        and each.is_of(family)
        and (each.engines is None or engine in each.engines)
    }
