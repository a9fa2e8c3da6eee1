"""CreateDBInstance, alone or into a cluster, and DescribeDBInstances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.engines import engine_named
from sandbox.rds.families import INSTANCES
from sandbox.rds.listing import filtered, of_caller, page
from sandbox.rds.models import AVAILABLE, Cluster, Instance
from sandbox.rds.network import Vpcs, parameter_group
from sandbox.rds.parameters import refuse_unknown, shown
from sandbox.rds.provision import (
    arn_of_new,
    begin,
    new_record,
    publicly_accessible,
)
from sandbox.rds.tags import read_tags
from sandbox.rds.views import instance_row
from sandbox.register.rds_databases import (
    AURORA_NEEDS_CLUSTER,
    MEMBER_ENGINE,
    MEMBER_OF_AVAILABLE,
    MEMBER_PARAMETERS,
    SMALLEST_STORAGE,
)

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.identifiers import Arn
    from sandbox.rds.passwords import Passwords

SMALLEST_GB = 20
OF_MEMBERS = frozenset(
    {
        "AvailabilityZone",
        "DBClusterIdentifier",
        "DBInstanceClass",
        "DBInstanceIdentifier",
        "DBParameterGroupName",
        "DBSubnetGroupName",
        "Engine",
        "PromotionTier",
        "PubliclyAccessible",
        "Tags",
    },
)
OF_THE_CLUSTER = frozenset(
    {
        "AllocatedStorage",
        "BackupRetentionPeriod",
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
        "Port",
        "StorageEncrypted",
        "VpcSecurityGroupIds",
    },
)


class Instances:
    """DB instances."""

    def __init__(self, core: Core, passwords: Passwords) -> None:
        self._core = core
        self._passwords = passwords

    def create(self, call: Call) -> dict[str, Any]:
        """CreateDBInstance."""
        refuse_unknown(call, OF_MEMBERS | OF_THE_CLUSTER)
        arn = arn_of_new(self._core, call, INSTANCES)
        if call.parameters.get("DBClusterIdentifier"):
            instance = self._member(call, arn)
            seconds = self._core.durations.member_creation
        else:
            instance = self._standalone(call, arn)
            seconds = self._core.durations.instance_creation
        begin(self._core, instance, seconds)
        return {"DBInstance": instance_row(instance, self._core.store)}

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeDBInstances."""
        name = call.parameters.get("DBInstanceIdentifier")
        rows = [self._core.store.instance(call, name)] if name else of_caller(call, self._core.store.instances)
        rows = filtered(
            call,
            rows,
            {
                "db-instance-id": lambda row: {row.name, str(row.arn)},
                "db-cluster-id": self._cluster_names,
                "dbi-resource-id": lambda row: {row.resource_id},
                "engine": lambda row: {row.engine},
            },
        )
        found, marker = page(call, rows, lambda row: row.arn)
        return {"DBInstances": [instance_row(row, self._core.store) for row in found], **marker}

    def _cluster_names(self, row: Instance) -> set[str]:
        cluster = self._core.store.cluster_of(row)
        return {cluster.name, str(cluster.arn)} if cluster else set()

    def _standalone(self, call: Call, arn: Arn) -> Instance:
        given = call.parameters
        engine = engine_named(given["Engine"])
        AURORA_NEEDS_CLUSTER.refuse_if(engine.is_aurora, engine=engine.name)
        size = given.get("AllocatedStorage", 0)
        SMALLEST_STORAGE.refuse_if(size < SMALLEST_GB, engine=engine.name, smallest=SMALLEST_GB)
        record = new_record(self._core, call, arn, INSTANCES)
        instance = Instance(
            database_name=given.get("DBName"),
            size_gb=size,
            instance_class=given["DBInstanceClass"],
            publicly_accessible=publicly_accessible(call, record["network"]),
            multi_az=bool(given.get("MultiAZ")),
            **record,
        )
        with self._core.keys.given_back_if_refused(*instance.held_keys):
            password = self._passwords.initial(call, instance)
        instance.server = self._core.data.create(instance, password)
        return instance

    def _member(self, call: Call, arn: Arn) -> Instance:
        given = call.parameters
        cluster = self._core.store.cluster(call, given["DBClusterIdentifier"])
        _check_member(call, cluster)
        vpcs = Vpcs.of(call)
        group = given.get("DBSubnetGroupName", cluster.network.subnet_group)
        network = vpcs.place(group, list(cluster.network.security_groups), given.get("AvailabilityZone"))
        family = engine_named(cluster.engine).parameter_family(cluster.engine_version)
        return Instance(
            arn=arn,
            resource_id=self._core.store.new_resource_id(INSTANCES),
            engine=cluster.engine,
            engine_version=cluster.engine_version,
            master_username=cluster.master_username,
            database_name=cluster.database_name,
            port=cluster.port,
            size_gb=1,
            key_arn=cluster.key_arn,
            created=self._core.clock.now,
            network=network,
            parameter_group=parameter_group(call, given.get("DBParameterGroupName"), family, of_cluster=False),
            tags=read_tags(given.get("Tags")),
            backup_retention_days=cluster.backup_retention_days,
            instance_class=given["DBInstanceClass"],
            publicly_accessible=publicly_accessible(call, network),
            cluster_resource_id=cluster.resource_id,
            promotion_tier=given.get("PromotionTier", 1),
            shown=shown(given),
        )


def _check_member(call: Call, cluster: Cluster) -> None:
    """Only into an available cluster of the same engine, and without what belongs to the cluster."""
    given = call.parameters
    other = given["Engine"] != cluster.engine
    MEMBER_ENGINE.refuse_if(other, engine=given["Engine"], of_cluster=cluster.engine)
    of_cluster = sorted(OF_THE_CLUSTER & set(given) - {"EngineVersion"})
    MEMBER_PARAMETERS.refuse_if(of_cluster, names=", ".join(of_cluster))
    MEMBER_OF_AVAILABLE.refuse_if(cluster.status != AVAILABLE, name=cluster.name)
