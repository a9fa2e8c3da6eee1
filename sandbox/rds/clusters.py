"""CreateDBCluster and DescribeDBClusters: Aurora only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.engines import engine_named
from sandbox.rds.errors import unknown_to_the_sandbox
from sandbox.rds.families import CLUSTERS
from sandbox.rds.listing import filtered, of_caller, page
from sandbox.rds.models import Cluster
from sandbox.rds.parameters import refuse_unknown
from sandbox.rds.provision import arn_of_new, begin, new_record
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
        arn = arn_of_new(self._core, call, CLUSTERS)
        cluster = self._made(call, arn)
        with self._core.keys.given_back_if_refused(*cluster.held_keys):
            password = self._passwords.initial(call, cluster)
        cluster.server = self._core.data.create(cluster, password)
        begin(self._core, cluster, self._core.durations.cluster_creation)
        return {"DBCluster": cluster_row(cluster, self._core.store)}

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeDBClusters."""
        name = call.parameters.get("DBClusterIdentifier")
        rows = [self._core.store.cluster(call, name)] if name else of_caller(call, self._core.store.clusters)
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

    def _made(self, call: Call, arn: Arn) -> Cluster:
        given = call.parameters
        engine = engine_named(given["Engine"])
        if not engine.is_aurora:
            raise unknown_to_the_sandbox(f"Multi-AZ DB clusters (Engine {engine.name})")
        return Cluster(
            database_name=given.get("DatabaseName"),
            size_gb=self._core.settings.aurora_size_gb,
            **new_record(self._core, call, arn, CLUSTERS),
        )
