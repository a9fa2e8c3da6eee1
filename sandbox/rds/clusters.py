"""CreateDBCluster: Aurora's, DocumentDB's and Neptune's, and Multi-AZ DB clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.engines import engine_named
from sandbox.rds.families import CLUSTERS
from sandbox.rds.members import add_members_of_multi_az
from sandbox.rds.models import Cluster
from sandbox.rds.parameters import refuse_unknown
from sandbox.rds.provision import NEW_DATABASE, arn_of_new, begin_new, new_record
from sandbox.rds.serverless import check_scaling
from sandbox.rds.views import cluster_row
from sandbox.register.rds_sources import CLUSTER_ENGINE, MULTI_AZ_NEEDS

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.identifiers import Arn
    from sandbox.rds.passwords import Passwords

HONOURED = NEW_DATABASE | {
    "AllocatedStorage",
    "AvailabilityZones",
    "DBClusterIdentifier",
    "DBClusterParameterGroupName",
    "DatabaseName",
}
OF_MULTI_AZ = ("AllocatedStorage", "DBClusterInstanceClass", "Iops", "StorageType")


class Clusters:
    """New DB clusters."""

    def __init__(self, core: Core, passwords: Passwords) -> None:
        self._core = core
        self._passwords = passwords

    def create(self, call: Call) -> dict[str, Any]:
        """CreateDBCluster; it answers once it has an available instance."""
        refuse_unknown(call, HONOURED)
        arn = arn_of_new(self._core, call, CLUSTERS)
        cluster = self._made(call, arn)
        seconds = self._core.durations.cluster_creation
        begin_new(self._core, self._passwords, call, cluster, seconds)
        add_members_of_multi_az(self._core, cluster, seconds)
        return {"DBCluster": cluster_row(cluster, self._core.store)}

    def _made(self, call: Call, arn: Arn) -> Cluster:
        given = call.parameters
        engine = engine_named(given["Engine"])
        CLUSTER_ENGINE.refuse_if(not engine.may_be_clustered, engine=engine.name)
        size = self._core.settings.aurora_size_gb
        if not engine.always_clustered:
            missing = [name for name in OF_MULTI_AZ if name not in given]
            MULTI_AZ_NEEDS.refuse_if(missing, names=", ".join(missing))
            size = given.get("AllocatedStorage", size)
        check_scaling(given)
        return Cluster(
            database_name=given.get("DatabaseName"),
            size_gb=size,
            **new_record(self._core, call, arn, CLUSTERS),
        )
