"""CreateDBCluster and DescribeDBClusters: Aurora only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.engines import engine_named
from sandbox.rds.errors import invalid_value, unknown_to_the_sandbox
from sandbox.rds.families import CLUSTERS
from sandbox.rds.listing import filtered, page
from sandbox.rds.models import Cluster
from sandbox.rds.network import parameter_group
from sandbox.rds.parameters import refuse_unknown, shown
from sandbox.rds.provision import begin, check_database_quota, common_settings, free_arn, key_for_new, placed
from sandbox.rds.tags import read_tags
from sandbox.rds.views import cluster_row

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.identifiers import Arn
    from sandbox.rds.passwords import Passwords

HONOURED = frozenset(
    {
        "AvailabilityZones",
        "BackupRetentionPeriod",
        "CopyTagsToSnapshot",
        "DBClusterIdentifier",
        "DBClusterParameterGroupName",
        "DBSubnetGroupName",
        "DatabaseName",
        "DeletionProtection",
        "EnableIAMDatabaseAuthentication",
        "Engine",
        "EngineVersion",
        "KmsKeyId",
        "ManageMasterUserPassword",
        "MasterUserPassword",
        "MasterUserSecretKmsKeyId",
        "MasterUsername",
        "Port",
        "StorageEncrypted",
        "Tags",
        "VpcSecurityGroupIds",
    },
)


class Clusters:
    """Aurora DB clusters."""

    def __init__(self, core: Core, passwords: Passwords) -> None:
        self._core = core
        self._passwords = passwords

    def create(self, call: Call) -> dict[str, Any]:
        """CreateDBCluster; it answers once it has an available instance."""
        refuse_unknown(call, HONOURED)
        arn = free_arn(self._core, call, CLUSTERS)
        check_database_quota(self._core, CLUSTERS, arn)
        cluster = self._made(call, arn)
        with self._core.keys.given_back_if_refused(*cluster.held_keys):
            password = self._passwords.initial(call, cluster)
        cluster.server = self._core.data.create(cluster, password)
        begin(self._core, cluster, self._core.durations.cluster_creation)
        return {"DBCluster": cluster_row(cluster, self._core.store)}

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeDBClusters."""
        name = call.parameters.get("DBClusterIdentifier")
        rows = [self._core.store.cluster(call, name)] if name else self._own(call)
        rows = filtered(
            call,
            rows,
            {
                "db-cluster-id": lambda row: {row.name, str(row.arn)},
                "db-cluster-resource-id": lambda row: {row.resource_id},
                "engine": lambda row: {row.engine},
            },
        )
        found, marker = page(call, rows, lambda row: row.arn)
        return {"DBClusters": [cluster_row(row, self._core.store) for row in found], **marker}

    def _own(self, call: Call) -> list[Cluster]:
        place = (call.caller.account, call.region)
        return [one for one in self._core.store.clusters.values() if (one.arn.account, one.arn.region) == place]

    def _made(self, call: Call, arn: Arn) -> Cluster:
        given = call.parameters
        engine = engine_named(given["Engine"])
        if not engine.is_aurora:
            raise unknown_to_the_sandbox(f"Multi-AZ DB clusters (Engine {engine.name})")
        if not given.get("MasterUsername"):
            raise invalid_value("The parameter MasterUsername must be provided and must not be blank.")
        version = given.get("EngineVersion", engine.default_version)
        resource_id = self._core.store.new_resource_id(CLUSTERS)
        network = placed(call)
        family = engine.parameter_family(version)
        group = parameter_group(call, given.get("DBClusterParameterGroupName"), family, of_cluster=True)
        tags = read_tags(given.get("Tags"))
        key = key_for_new(self._core, call, resource_id)
        return Cluster(
            arn=arn,
            resource_id=resource_id,
            engine=engine.name,
            engine_version=version,
            master_username=given["MasterUsername"],
            database_name=given.get("DatabaseName"),
            port=given.get("Port", engine.port),
            size_gb=self._core.settings.aurora_size_gb,
            key_arn=key.arn if key else None,
            held_keys=[key] if key else [],
            created=self._core.clock.now,
            network=network,
            parameter_group=group,
            tags=tags,
            backup_retention_days=given.get("BackupRetentionPeriod", 1),
            shown=shown(given),
            **common_settings(call),
        )
