"""The instances of a cluster: those that a caller adds, and the three that RDS makes for a Multi-AZ DB cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.attributes import of_new
from sandbox.rds.engines import engine_named
from sandbox.rds.families import INSTANCES
from sandbox.rds.identifiers import Arn
from sandbox.rds.models import AVAILABLE, Cluster, Instance
from sandbox.rds.provision import begin
from sandbox.register.rds_databases import MEMBER_ENGINE, MEMBER_OF_AVAILABLE, MEMBER_PARAMETERS
from sandbox.register.rds_sources import MEMBER_SERVERLESS, MULTI_AZ_MEMBERS

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core

MEMBERS_OF_MULTI_AZ = 3
SERVERLESS = "db.serverless"
OF_THE_CLUSTER = frozenset(
    {
        "AllocatedStorage",
        "BackupRetentionPeriod",
        "PreferredBackupWindow",
        "CopyTagsToSnapshot",
        "DBName",
        "DeletionProtection",
        "EnableIAMDatabaseAuthentication",
        "EngineVersion",
        "KmsKeyId",
        "ManageMasterUserPassword",
        "MasterUserPassword",
        "MasterUserSecretKmsKeyId",
        "MasterUsername",
        "MultiAZ",
        "OptionGroupName",
        "Port",
        "StorageEncrypted",
        "VpcSecurityGroupIds",
    },
)
"""What CreateDBInstance does not take for a member: it is its cluster's."""


def member_record(core: Core, cluster: Cluster, arn: Arn, instance_class: str, **more: Any) -> Instance:
    """A new member of a cluster, with what it has from it, and `more` of its own."""
    more.setdefault("shown", of_new({}, engine_named(cluster.engine), INSTANCES, cluster.resource_id))
    family = engine_named(cluster.engine).parameter_family(cluster.engine_version)
    of_its_own = {"network": cluster.network, "parameter_group": f"default.{family}", **more}
    return Instance(
        arn=arn,
        resource_id=core.store.new_resource_id(INSTANCES),
        engine=cluster.engine,
        engine_version=cluster.engine_version,
        master_username=cluster.master_username,
        database_name=cluster.database_name,
        port=cluster.port,
        size_gb=1,
        key_arn=cluster.key_arn,
        storage_encryption=cluster.storage_encryption,
        created=core.clock.now,
        backup_retention_days=cluster.backup_retention_days,
        backup_window=cluster.backup_window,
        option_group=cluster.option_group,
        instance_class=instance_class,
        cluster_resource_id=cluster.resource_id,
        **of_its_own,
    )


def check_member(call: Call, cluster: Cluster) -> None:
    """Only into an available cluster of the same engine, and without what belongs to the cluster."""
    given = call.parameters
    other = given["Engine"] != cluster.engine
    MEMBER_ENGINE.refuse_if(other, engine=given["Engine"], of_cluster=cluster.engine)
    of_cluster = sorted(OF_THE_CLUSTER & set(given) - {"EngineVersion"})
    MEMBER_PARAMETERS.refuse_if(of_cluster, names=", ".join(of_cluster))
    MEMBER_OF_AVAILABLE.refuse_if(cluster.status != AVAILABLE, name=cluster.name)
    unscaled = "ServerlessV2ScalingConfiguration" not in cluster.shown
    MEMBER_SERVERLESS.refuse_if(given["DBInstanceClass"] == SERVERLESS and unscaled)


def add_members_of_multi_az(core: Core, cluster: Cluster, seconds: float) -> None:
    """A Multi-AZ DB cluster comes with a writer and two readers; Aurora's instances are the caller's to make."""
    if not cluster.is_multi_az or not MULTI_AZ_MEMBERS.holds:
        return
    place = cluster.arn
    for number in range(1, MEMBERS_OF_MULTI_AZ + 1):
        arn = Arn(place.region, place.account, INSTANCES.database_kind, f"{cluster.name}-instance-{number}")
        member = member_record(core, cluster, arn, cluster.shown["DBClusterInstanceClass"])
        begin(core, member, seconds)
