"""ModifyDBInstance and ModifyDBCluster: everything is checked before anything changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.rds.attributes import ATTRIBUTES
from sandbox.rds.engines import ENGINES
from sandbox.rds.models import AVAILABLE, Cluster, Database, Instance
from sandbox.rds.network import Vpcs, parameter_group
from sandbox.rds.options import chosen_group, lasting_options
from sandbox.rds.parameters import refuse_unknown
from sandbox.rds.pending import PendingChanges
from sandbox.rds.provision import free_arn, insights_key, retention
from sandbox.rds.serverless import check_scaling
from sandbox.rds.setting_checks import check_settings
from sandbox.rds.views import database_row
from sandbox.rds.windows import backup_window
from sandbox.register.rds_databases import MODIFY_AVAILABLE, MODIFY_MEMBER
from sandbox.register.rds_options import OPTION_KEPT
from sandbox.register.rds_settings import INSIGHTS_KEY_FIXED, MODIFY_PORT, MODIFY_REBOOT

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.backups import Backups
    from sandbox.rds.core import Core
    from sandbox.rds.passwords import Passwords
    from sandbox.rds.renames import Renames

# Not changed on a member of a cluster, but on the cluster.
OF_THE_CLUSTER = (
    "BackupRetentionPeriod",
    "CopyTagsToSnapshot",
    "DBPortNumber",
    "DeletionProtection",
    "EnableIAMDatabaseAuthentication",
    "ManageMasterUserPassword",
    "MasterUserPassword",
    "OptionGroupName",
    "PreferredBackupWindow",
    "RotateMasterUserPassword",
    "VpcSecurityGroupIds",
)
_COMMON = {
    *OF_THE_CLUSTER,
    "AllocatedStorage",
    "ApplyImmediately",
    "CloudwatchLogsExportConfiguration",
    "MasterUserSecretKmsKeyId",
}
HONOURED_FOR_INSTANCE = frozenset(
    _COMMON
    | {
        "DBInstanceClass",
        "DBInstanceIdentifier",
        "DBParameterGroupName",
        "MultiAZ",
        "NewDBInstanceIdentifier",
        "PromotionTier",
        "PubliclyAccessible",
    },
)
HONOURED_FOR_CLUSTER = frozenset(
    _COMMON | {"DBClusterIdentifier", "DBClusterParameterGroupName", "NewDBClusterIdentifier", "Port"},
)


class Modifications:
    """Changes to databases that exist."""

    def __init__(self, core: Core, passwords: Passwords, backups: Backups, renames: Renames) -> None:
        self._core = core
        self._passwords = passwords
        self._backups = backups
        self._renames = renames
        self._pending = PendingChanges(core, renames.begin)

    def instance(self, call: Call) -> dict[str, Any]:
        """ModifyDBInstance."""
        refuse_unknown(call, HONOURED_FOR_INSTANCE)
        given = call.parameters
        instance = self._core.store.instance(call, given["DBInstanceIdentifier"])
        MODIFY_AVAILABLE.refuse_if(instance.status != AVAILABLE, instance.family, word="instance")
        if instance.cluster_resource_id is not None:
            _refuse_on_member(given)
        self._modify(call, instance, "NewDBInstanceIdentifier", "DBParameterGroupName")
        instance.publicly_accessible = given.get("PubliclyAccessible", instance.publicly_accessible)
        instance.promotion_tier = given.get("PromotionTier", instance.promotion_tier)
        return {"DBInstance": database_row(instance, self._core.store)}

    def cluster(self, call: Call) -> dict[str, Any]:
        """ModifyDBCluster; also possible while the cluster has no instance yet."""
        refuse_unknown(call, HONOURED_FOR_CLUSTER)
        cluster = self._core.store.cluster(call, call.parameters["DBClusterIdentifier"])
        MODIFY_AVAILABLE.refuse_if(cluster.status != AVAILABLE, cluster.family, word=f"cluster {cluster.name}")
        check_scaling(call.parameters)
        self._modify(call, cluster, "NewDBClusterIdentifier", "DBClusterParameterGroupName")
        return {"DBCluster": database_row(cluster, self._core.store)}

    def _modify(self, call: Call, database: Database, new_name: str, group: str) -> None:
        given, engine = call.parameters, ENGINES[database.engine]
        check_settings(given, engine, database.engine_version, database.shown)
        name = free_arn(self._core, call, database.family, new_name).name if given.get(new_name) else None
        parameters = self._parameter_group(call, database, given.get(group))
        self._check_option_group(call, database)
        insights = self._insights(call, database)
        self._change_common(call, database)
        if parameters != database.parameter_group and isinstance(database, Instance) and MODIFY_REBOOT.holds:
            database.parameters_in_sync = False
        database.parameter_group = parameters
        database.shown.update(insights)
        self._set_port(given, database)
        self._pending.ask(call, database, name)

    def _change_common(self, call: Call, database: Database) -> None:
        given = call.parameters
        days = retention(given.get("BackupRetentionPeriod", database.backup_retention_days), database.family)
        window = backup_window(given.get("PreferredBackupWindow", database.backup_window), database.resource_id)
        network = database.network
        if given.get("VpcSecurityGroupIds"):
            groups = Vpcs.of(call).security_groups(given["VpcSecurityGroupIds"], network.vpc)
            network = replace(network, security_groups=groups)
        self._passwords.modify(call, database)
        database.network = network
        database.deletion_protection = given.get("DeletionProtection", database.deletion_protection)
        database.copy_tags_to_snapshot = given.get("CopyTagsToSnapshot", database.copy_tags_to_snapshot)
        database.backup_retention_days = days
        database.backup_window = window
        self._backups.prune(database)
        at_once = {name: one.member for name, one in ATTRIBUTES.items() if not one.waits}
        database.shown.update({member: given[name] for name, member in at_once.items() if name in given})
        _change_logs(given, database)

    def _parameter_group(self, call: Call, database: Database, asked: str | None) -> str:
        if asked is None:
            return database.parameter_group
        family = ENGINES[database.engine].parameter_family(database.engine_version)
        return parameter_group(call, asked, family, of_cluster=isinstance(database, Cluster))

    def _check_option_group(self, call: Call, database: Database) -> None:
        """Another group must have what the database cannot be rid of."""
        if not call.parameters.get("OptionGroupName"):
            return
        chosen = chosen_group(self._core, call, ENGINES[database.engine], database.engine_version)
        held, has = (
            lasting_options(self._core, replace(database.arn, kind="og", name=name))
            for name in (database.option_group, chosen)
        )
        OPTION_KEPT.refuse_if(held - has, options=", ".join(sorted(held - has)))

    def _insights(self, call: Call, database: Database) -> dict[str, Any]:
        key = insights_key(self._core, call)
        before = database.shown.get("PerformanceInsightsKMSKeyId")
        if not key or not before:
            return key and {"PerformanceInsightsRetentionPeriod": 7, **key, **_days(call.parameters)}
        code = self._core.settings.unconfirmed.insights_key_code
        said = "PerformanceInsightsKMSKeyId" in call.parameters
        INSIGHTS_KEY_FIXED.refuse_if(code and said and key["PerformanceInsightsKMSKeyId"] != before, code=code)
        return key if said else {}

    def _set_port(self, given: dict[str, Any], database: Database) -> None:
        port = given.get("DBPortNumber") or given.get("Port")
        if port is None or port == database.port:
            return
        database.port = port
        if isinstance(database, Instance) and MODIFY_PORT.holds:
            self._renames.restart(database)


def _change_logs(given: dict[str, Any], database: Database) -> None:
    """Always at once, whatever ApplyImmediately says."""
    change = given.get("CloudwatchLogsExportConfiguration")
    if change is None:
        return
    exported = set(database.shown.get("EnabledCloudwatchLogsExports") or [])
    exported = (exported | set(change.get("EnableLogTypes") or [])) - set(change.get("DisableLogTypes") or [])
    database.shown["EnabledCloudwatchLogsExports"] = sorted(exported)


def _days(given: dict[str, Any]) -> dict[str, Any]:
    name = "PerformanceInsightsRetentionPeriod"
    return {name: given[name]} if name in given else {}


def _refuse_on_member(given: dict[str, Any]) -> None:
    refused = sorted(set(OF_THE_CLUSTER) & set(given))
    MODIFY_MEMBER.refuse_if(refused, names=", ".join(refused))
