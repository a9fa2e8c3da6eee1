"""RestoreDBClusterFromSnapshot: the cluster without instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.encryption import storage_encryption
from sandbox.rds.engines import engine_named
from sandbox.rds.errors import unknown_to_the_sandbox
from sandbox.rds.families import CLUSTERS, INSTANCES
from sandbox.rds.identifiers import Arn, is_arn
from sandbox.rds.keys import NEEDED_TO_CREATE
from sandbox.rds.members import add_members_of_multi_az
from sandbox.rds.models import Cluster, Snapshot
from sandbox.rds.parameters import refuse_unknown
from sandbox.rds.provision import arn_of_new, begin
from sandbox.rds.restores import HONOURED, check_available, key_to_read, restored_record
from sandbox.rds.serverless import check_scaling
from sandbox.rds.views import cluster_row
from sandbox.register.rds_restores import RESTORE_ENGINE, RESTORE_KEY_HELD, RESTORE_VERSION
from sandbox.register.rds_sources import MULTI_AZ_NEEDS

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.kms import Key
    from sandbox.rds.core import Core

TAKEN = frozenset(
    HONOURED
    | {
        "AvailabilityZones",
        "DBClusterIdentifier",
        "DBClusterParameterGroupName",
        "DatabaseName",
        "EngineVersion",
        "KmsKeyId",
        "SnapshotIdentifier",
    },
)


class RestoredClusters:
    """New clusters from snapshots."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def restore(self, call: Call) -> dict[str, Any]:
        """RestoreDBClusterFromSnapshot: under a key of one's choice; also from a shared snapshot; no instances."""
        refuse_unknown(call, TAKEN)
        snapshot = self._snapshot(call)
        arn = arn_of_new(self._core, call, CLUSTERS)
        check_available(snapshot)
        cluster = self._record(call, arn, snapshot)
        source_key = key_to_read(self._core, call, snapshot)
        with self._core.keys.given_back_if_refused(source_key):
            own_key = self._own_key(call, cluster.resource_id) or source_key
        cluster.key_arn = own_key.arn if own_key else None
        cluster.storage_encryption = storage_encryption(self._core, engine_named(cluster.engine), cluster.key_arn)
        cluster.held_keys = [own_key] if own_key else []
        cluster.server = self._core.data.restore(cluster, snapshot, source_key)
        if source_key is not None and (source_key is not own_key or not RESTORE_KEY_HELD.holds):
            self._core.keys.release([source_key])
        seconds = self._core.durations.restore_of_cluster(snapshot.size_gb)
        begin(self._core, cluster, seconds)
        add_members_of_multi_az(self._core, cluster, seconds)
        return {"DBCluster": cluster_row(cluster, self._core.store)}

    def _snapshot(self, call: Call) -> Snapshot:
        name = call.parameters["SnapshotIdentifier"]
        if is_arn(name) and Arn.parse(name).kind == INSTANCES.snapshot_kind:
            raise unknown_to_the_sandbox("migrating a DB instance snapshot to an Aurora cluster")
        snapshot = self._core.store.snapshot(call, CLUSTERS, name)
        asked = call.parameters["Engine"]
        RESTORE_ENGINE.refuse_if(asked != snapshot.engine, asked=asked, engine=snapshot.engine)
        return snapshot

    def _record(self, call: Call, arn: Arn, snapshot: Snapshot) -> Cluster:
        given = call.parameters
        engine = engine_named(snapshot.engine)
        unsaid = engine.default_version if RESTORE_VERSION.holds else snapshot.engine_version
        version = given.get("EngineVersion", unsaid)
        multi_az = snapshot.of_multi_az_cluster and "DBClusterInstanceClass" not in given
        MULTI_AZ_NEEDS.refuse_if(multi_az, names="DBClusterInstanceClass")
        check_scaling(given)
        record = restored_record(self._core, call, arn, snapshot, version)
        return Cluster(size_gb=snapshot.size_gb, key_arn=None, **record)

    def _own_key(self, call: Call, resource_id: str) -> Key | None:
        """The key that the call names; without one the cluster stays under the snapshot's, even a foreign one."""
        named = call.parameters.get("KmsKeyId")
        if not named:
            return None
        return self._core.keys.use(
            call.caller,
            named,
            NEEDED_TO_CREATE,
            region=call.region,
            resource_id=resource_id,
        )
