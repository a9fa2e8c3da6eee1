"""RestoreDBInstanceFromDBSnapshot and RestoreDBClusterFromSnapshot.

What a restore carries over and what falls back to a default: facts 8.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.protocol import AwsError
from sandbox.rds.engines import Engine, engine_named
from sandbox.rds.errors import invalid_combination, unknown_to_the_sandbox
from sandbox.rds.families import CLUSTERS, INSTANCES
from sandbox.rds.identifiers import Arn, is_arn
from sandbox.rds.keys import NEEDED_TO_CREATE, NEEDED_TO_RESTORE
from sandbox.rds.models import AVAILABLE, Cluster, Instance, Snapshot
from sandbox.rds.network import parameter_group
from sandbox.rds.parameters import refuse_unknown, shown
from sandbox.rds.provision import (
    begin,
    check_database_quota,
    common_settings,
    free_arn,
    placed,
    publicly_accessible,
)
from sandbox.rds.tags import read_tags
from sandbox.rds.views import cluster_row, instance_row

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.kms import Key
    from sandbox.rds.core import Core
    from sandbox.rds.models import Tags
    from sandbox.rds.passwords import Passwords

_COMMON = {
    "BackupRetentionPeriod",
    "CopyTagsToSnapshot",
    "DBSubnetGroupName",
    "DeletionProtection",
    "EnableIAMDatabaseAuthentication",
    "Engine",
    "Port",
    "Tags",
    "VpcSecurityGroupIds",
}
HONOURED_FOR_INSTANCE = frozenset(
    _COMMON
    | {
        "AllocatedStorage",
        "AvailabilityZone",
        "DBInstanceClass",
        "DBInstanceIdentifier",
        "DBParameterGroupName",
        "DBSnapshotIdentifier",
        "ManageMasterUserPassword",
        "MasterUserSecretKmsKeyId",
        "MultiAZ",
        "PubliclyAccessible",
    },
)
HONOURED_FOR_CLUSTER = frozenset(
    _COMMON
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


class Restores:
    """New databases from snapshots."""

    def __init__(self, core: Core, passwords: Passwords) -> None:
        self._core = core
        self._passwords = passwords

    def instance(self, call: Call) -> dict[str, Any]:
        """RestoreDBInstanceFromDBSnapshot: keeps the snapshot's key; shared and encrypted is refused."""
        refuse_unknown(call, HONOURED_FOR_INSTANCE)
        snapshot = self._instance_snapshot(call)
        arn = free_arn(self._core, call, INSTANCES)
        check_database_quota(self._core, INSTANCES, arn)
        _check_available(snapshot)
        instance = self._restored_instance(call, arn, snapshot)
        key = self._key_to_read(call, snapshot)
        if call.parameters.get("ManageMasterUserPassword"):
            self._passwords.manage_restored(call, instance)
        instance.held_keys = [key] if key else []
        instance.server = self._core.data.restore(instance, snapshot, key)
        begin(self._core, instance, self._core.durations.restore_of_instance(snapshot.size_gb))
        return {"DBInstance": instance_row(instance, self._core.store)}

    def cluster(self, call: Call) -> dict[str, Any]:
        """RestoreDBClusterFromSnapshot: under a key of one's choice; also from a shared snapshot; no instances."""
        refuse_unknown(call, HONOURED_FOR_CLUSTER)
        snapshot = self._cluster_snapshot(call)
        arn = free_arn(self._core, call, CLUSTERS)
        check_database_quota(self._core, CLUSTERS, arn)
        _check_available(snapshot)
        cluster = self._restored_cluster(call, arn, snapshot)
        source_key = self._key_to_read(call, snapshot)
        own_key = self._own_key(call, cluster.resource_id) or source_key
        cluster.key_arn = own_key.arn if own_key else None
        cluster.held_keys = [own_key] if own_key else []
        cluster.server = self._core.data.restore(cluster, snapshot, source_key)
        if source_key is not None and source_key is not own_key:
            self._core.keys.release([source_key])
        begin(self._core, cluster, self._core.durations.restore_of_cluster(snapshot.size_gb))
        return {"DBCluster": cluster_row(cluster, self._core.store)}

    def _instance_snapshot(self, call: Call) -> Snapshot:
        name = call.parameters.get("DBSnapshotIdentifier")
        if not name:
            raise invalid_combination("You must specify a DBSnapshotIdentifier.")
        snapshot = self._core.store.snapshot(call, INSTANCES, name)
        if snapshot.encrypted and snapshot.arn.account != call.caller.account:
            raise AwsError(
                self._core.settings.unconfirmed.restore_of_shared_encrypted_code,
                "You can't restore a DB instance from a DB snapshot that is both shared and encrypted. Copy it first.",
            )
        return snapshot

    def _cluster_snapshot(self, call: Call) -> Snapshot:
        name = call.parameters["SnapshotIdentifier"]
        if is_arn(name) and Arn.parse(name).kind == INSTANCES.snapshot_kind:
            raise unknown_to_the_sandbox("migrating a DB instance snapshot to an Aurora cluster")
        snapshot = self._core.store.snapshot(call, CLUSTERS, name)
        if call.parameters["Engine"] != snapshot.engine:
            raise invalid_combination(
                f"The engine {call.parameters['Engine']} doesn't match the snapshot's engine {snapshot.engine}.",
            )
        return snapshot

    def _restored_instance(self, call: Call, arn: Arn, snapshot: Snapshot) -> Instance:
        given, details = call.parameters, snapshot.details
        engine = _engine_of_instance(call, snapshot)
        network = placed(call)
        size = given.get("AllocatedStorage", snapshot.size_gb)
        if size < snapshot.size_gb:
            raise invalid_combination("AllocatedStorage can't be less than that of the snapshot.")
        family = engine.parameter_family(snapshot.engine_version)
        echoed = {member: value for member, value in details.items() if member in ("StorageType", "Iops")}
        return Instance(
            arn=arn,
            resource_id=self._core.store.new_resource_id(INSTANCES),
            engine=engine.name,
            engine_version=snapshot.engine_version,
            master_username=snapshot.master_username,
            database_name=snapshot.database_name,
            port=given.get("Port", snapshot.port),
            size_gb=size,
            key_arn=snapshot.key_arn,
            created=self._core.clock.now,
            network=network,
            parameter_group=parameter_group(call, given.get("DBParameterGroupName"), family, of_cluster=False),
            tags=_tags(call, snapshot),
            backup_retention_days=given.get("BackupRetentionPeriod", details["BackupRetentionPeriod"]),
            instance_class=given.get("DBInstanceClass", details["DBInstanceClass"]),
            publicly_accessible=publicly_accessible(call, network),
            multi_az=bool(given.get("MultiAZ")),
            shown={**echoed, **shown(given)},
            **common_settings(call),
        )

    def _restored_cluster(self, call: Call, arn: Arn, snapshot: Snapshot) -> Cluster:
        given = call.parameters
        engine = engine_named(snapshot.engine)
        # Without a version AWS takes the Region's default one, not the snapshot's.
        version = given.get("EngineVersion", engine.default_version)
        group = given.get("DBClusterParameterGroupName")
        return Cluster(
            arn=arn,
            resource_id=self._core.store.new_resource_id(CLUSTERS),
            engine=engine.name,
            engine_version=version,
            master_username=snapshot.master_username,
            database_name=given.get("DatabaseName", snapshot.database_name),
            port=given.get("Port", engine.port),
            size_gb=snapshot.size_gb,
            key_arn=None,
            created=self._core.clock.now,
            network=placed(call),
            parameter_group=parameter_group(call, group, engine.parameter_family(version), of_cluster=True),
            tags=_tags(call, snapshot),
            backup_retention_days=given.get("BackupRetentionPeriod", snapshot.details["BackupRetentionPeriod"]),
            shown=shown(given),
            **common_settings(call),
        )

    def _key_to_read(self, call: Call, snapshot: Snapshot) -> Key | None:
        """The snapshot's key, with the caller's permissions: what the data is decrypted with."""
        if snapshot.key_arn is None:
            return None
        return self._core.keys.use(
            call.caller,
            snapshot.key_arn,
            NEEDED_TO_RESTORE,
            region=call.region,
            resource_id=snapshot.database_resource_id,
        )

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


def _check_available(snapshot: Snapshot) -> None:
    if snapshot.status != AVAILABLE:
        raise snapshot.family.snapshot_state(f"The snapshot {snapshot.name} is not in the available state.")


def _engine_of_instance(call: Call, snapshot: Snapshot) -> Engine:
    given = call.parameters
    if given.get("Engine", snapshot.engine) != snapshot.engine:
        raise invalid_combination(f"The engine {given['Engine']} isn't compatible with {snapshot.engine}.")
    if given.get("ManageMasterUserPassword") and not snapshot.engine.startswith("oracle-"):
        raise invalid_combination("ManageMasterUserPassword at a restore applies to RDS for Oracle only.")
    return engine_named(snapshot.engine)


def _tags(call: Call, snapshot: Snapshot) -> Tags:
    """Those of the call; without any the snapshot's, but never those of a database in another account."""
    if call.parameters.get("Tags") is not None:
        return read_tags(call.parameters["Tags"])
    return dict(snapshot.tags) if snapshot.database_arn.account == call.caller.account else {}
