"""ModifyDBInstance and ModifyDBCluster: everything is checked before anything changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.rds.engines import ENGINES
from sandbox.rds.models import AVAILABLE, Cluster, Database, Instance
from sandbox.rds.network import Vpcs, parameter_group
from sandbox.rds.parameters import refuse_unknown, shown
from sandbox.rds.provision import free_arn, retention
from sandbox.rds.views import cluster_row, instance_row
from sandbox.rds.windows import backup_window
from sandbox.register.rds_databases import (
    CLASS_TAKES_TIME,
    MODIFY_AVAILABLE,
    MODIFY_MEMBER,
    RENAME_TAKES_TIME,
    RENAME_WAITS,
)

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.backups import Backups
    from sandbox.rds.core import Core
    from sandbox.rds.identifiers import Arn
    from sandbox.rds.passwords import Passwords

MODIFYING = "modifying"
RENAMING = "renaming"
# Not changed on a member of a cluster, but on the cluster.
OF_THE_CLUSTER = (
    "BackupRetentionPeriod",
    "PreferredBackupWindow",
    "CopyTagsToSnapshot",
    "DeletionProtection",
    "EnableIAMDatabaseAuthentication",
    "ManageMasterUserPassword",
    "MasterUserPassword",
    "VpcSecurityGroupIds",
)
_COMMON = {
    "ApplyImmediately",
    "PreferredBackupWindow",
    "BackupRetentionPeriod",
    "CopyTagsToSnapshot",
    "DeletionProtection",
    "EnableIAMDatabaseAuthentication",
    "ManageMasterUserPassword",
    "MasterUserPassword",
    "MasterUserSecretKmsKeyId",
    "VpcSecurityGroupIds",
}
HONOURED_FOR_INSTANCE = frozenset(
    _COMMON
    | {
        "DBInstanceClass",
        "DBInstanceIdentifier",
        "DBParameterGroupName",
        "NewDBInstanceIdentifier",
        "PromotionTier",
        "PubliclyAccessible",
    },
)
HONOURED_FOR_CLUSTER = frozenset(
    _COMMON | {"DBClusterIdentifier", "DBClusterParameterGroupName", "NewDBClusterIdentifier"},
)


class Modifications:
    """Changes to databases that exist."""

    def __init__(self, core: Core, passwords: Passwords, backups: Backups) -> None:
        self._core = core
        self._passwords = passwords
        self._backups = backups

    def instance(self, call: Call) -> dict[str, Any]:
        """ModifyDBInstance."""
        refuse_unknown(call, HONOURED_FOR_INSTANCE)
        given = call.parameters
        instance = self._core.store.instance(call, given["DBInstanceIdentifier"])
        MODIFY_AVAILABLE.refuse_if(instance.status != AVAILABLE, instance.family, word="instance")
        if instance.cluster_resource_id is not None:
            _refuse_on_member(given)
        new_arn = self._new_arn(call, "NewDBInstanceIdentifier", instance)
        group = self._parameter_group(call, instance, given.get("DBParameterGroupName"))
        self._change_common(call, instance, group)
        instance.publicly_accessible = given.get("PubliclyAccessible", instance.publicly_accessible)
        instance.promotion_tier = given.get("PromotionTier", instance.promotion_tier)
        self._change_class(call, instance)
        self._rename(call, instance, new_arn)
        return {"DBInstance": instance_row(instance, self._core.store)}

    def cluster(self, call: Call) -> dict[str, Any]:
        """ModifyDBCluster; also possible while the cluster has no instance yet."""
        refuse_unknown(call, HONOURED_FOR_CLUSTER)
        given = call.parameters
        cluster = self._core.store.cluster(call, given["DBClusterIdentifier"])
        MODIFY_AVAILABLE.refuse_if(cluster.status != AVAILABLE, cluster.family, word=f"cluster {cluster.name}")
        new_arn = self._new_arn(call, "NewDBClusterIdentifier", cluster)
        group = self._parameter_group(call, cluster, given.get("DBClusterParameterGroupName"))
        self._change_common(call, cluster, group)
        self._rename(call, cluster, new_arn)
        return {"DBCluster": cluster_row(cluster, self._core.store)}

    def _change_common(self, call: Call, database: Database, group: str) -> None:
        given = call.parameters
        days = retention(given.get("BackupRetentionPeriod", database.backup_retention_days), database.family)
        window = backup_window(given.get("PreferredBackupWindow", database.backup_window), database.resource_id)
        network = database.network
        if given.get("VpcSecurityGroupIds"):
            groups = Vpcs.of(call).security_groups(given["VpcSecurityGroupIds"], network.vpc)
            network = replace(network, security_groups=groups)
        self._passwords.modify(call, database)
        database.network = network
        database.parameter_group = group
        database.deletion_protection = given.get("DeletionProtection", database.deletion_protection)
        database.copy_tags_to_snapshot = given.get("CopyTagsToSnapshot", database.copy_tags_to_snapshot)
        database.iam_authentication = given.get("EnableIAMDatabaseAuthentication", database.iam_authentication)
        database.backup_retention_days = days
        database.backup_window = window
        self._backups.prune(database)
        database.shown.update(shown(given))

    def _parameter_group(self, call: Call, database: Database, asked: str | None) -> str:
        if asked is None:
            return database.parameter_group
        family = ENGINES[database.engine].parameter_family(database.engine_version)
        return parameter_group(call, asked, family, of_cluster=isinstance(database, Cluster))

    def _new_arn(self, call: Call, parameter: str, database: Database) -> Arn | None:
        return free_arn(self._core, call, database.family, parameter) if call.parameters.get(parameter) else None

    def _change_class(self, call: Call, instance: Instance) -> None:
        """Another class means a restart: now, or in a maintenance window, which the sandbox does not have."""
        wanted = call.parameters.get("DBInstanceClass")
        if not wanted or wanted == instance.instance_class:
            return
        instance.pending["DBInstanceClass"] = wanted
        if not call.parameters.get("ApplyImmediately"):
            return

        def apply() -> None:
            instance.instance_class = instance.pending.pop("DBInstanceClass")

        if CLASS_TAKES_TIME.holds:
            self._core.busy(instance, MODIFYING, self._core.durations.modification, apply)
        else:
            apply()

    def _rename(self, call: Call, database: Database, new_arn: Arn | None) -> None:
        """The old name answers until the new one does; the new one is taken from now on."""
        if new_arn is None:
            return
        waits = isinstance(database, Instance) and not call.parameters.get("ApplyImmediately")
        if waits and RENAME_WAITS.holds:
            database.pending["DBInstanceIdentifier"] = new_arn.name
            return
        database.renamed_to = new_arn

        def apply() -> None:
            self._core.store.remove(database)
            database.arn, database.renamed_to = new_arn, None
            self._core.store.add(database)

        if RENAME_TAKES_TIME.holds:
            self._core.busy(database, RENAMING, self._core.durations.rename, apply)
        else:
            apply()


def _refuse_on_member(given: dict[str, Any]) -> None:
    refused = sorted(set(OF_THE_CLUSTER) & set(given))
    MODIFY_MEMBER.refuse_if(refused, names=", ".join(refused))
