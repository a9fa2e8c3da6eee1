"""RestoreDBInstanceFromDBSnapshot. What it carries over and what falls back to a default: RDS guide, "Restoring"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.attributes import of_restored
from sandbox.rds.engines import Engine, engine_named
from sandbox.rds.errors import invalid_combination
from sandbox.rds.families import INSTANCES
from sandbox.rds.models import Instance, Snapshot
from sandbox.rds.network import parameter_group
from sandbox.rds.parameters import refuse_unknown
from sandbox.rds.provision import (
    arn_of_new,
    begin,
    common_settings,
    placed,
    publicly_accessible,
)
from sandbox.rds.restores import (
    HONOURED,
    backups_of_restored,
    check_available,
    key_to_read,
    option_group_of_restored,
    tags_of_restored,
)
from sandbox.rds.setting_checks import check_settings
from sandbox.rds.views import instance_row
from sandbox.register.rds_restores import (
    RESTORE_ENGINE,
    RESTORE_MANAGED,
    RESTORE_SHARED_ENCRYPTED,
    RESTORE_STORAGE,
)

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.identifiers import Arn
    from sandbox.rds.passwords import Passwords

TAKEN = frozenset(
    HONOURED
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


class RestoredInstances:
    """New instances from snapshots."""

    def __init__(self, core: Core, passwords: Passwords) -> None:
        self._core = core
        self._passwords = passwords

    def restore(self, call: Call) -> dict[str, Any]:
        """RestoreDBInstanceFromDBSnapshot: keeps the snapshot's key; shared and encrypted is refused."""
        refuse_unknown(call, TAKEN)
        snapshot = self._snapshot(call)
        arn = arn_of_new(self._core, call, INSTANCES)
        check_available(snapshot)
        instance = self._record(call, arn, snapshot)
        key = key_to_read(self._core, call, snapshot)
        if call.parameters.get("ManageMasterUserPassword"):
            with self._core.keys.given_back_if_refused(key):
                self._passwords.manage_restored(call, instance)
        instance.held_keys = [key] if key else []
        instance.server = self._core.data.restore(instance, snapshot, key)
        begin(self._core, instance, self._core.durations.restore_of_instance(snapshot.size_gb))
        return {"DBInstance": instance_row(instance, self._core.store)}

    def _snapshot(self, call: Call) -> Snapshot:
        name = call.parameters.get("DBSnapshotIdentifier")
        if not name:
            raise invalid_combination("You must specify a DBSnapshotIdentifier.")
        snapshot = self._core.store.snapshot(call, INSTANCES, name)
        shared = snapshot.arn.account != call.caller.account
        code = self._core.settings.unconfirmed.restore_of_shared_encrypted_code
        RESTORE_SHARED_ENCRYPTED.refuse_if(snapshot.encrypted and shared, code=code)
        return snapshot

    def _record(self, call: Call, arn: Arn, snapshot: Snapshot) -> Instance:
        given, details = call.parameters, snapshot.details
        resource_id = self._core.store.new_resource_id(INSTANCES)
        engine = _engine(call, snapshot)
        check_settings(given, engine, snapshot.engine_version)
        network = placed(call)
        size = given.get("AllocatedStorage", snapshot.size_gb)
        RESTORE_STORAGE.refuse_if(size < snapshot.size_gb)
        family = engine.parameter_family(snapshot.engine_version)
        return Instance(
            arn=arn,
            resource_id=resource_id,
            engine=engine.name,
            engine_version=snapshot.engine_version,
            master_username=snapshot.master_username,
            database_name=snapshot.database_name,
            port=given.get("Port", snapshot.port),
            size_gb=size,
            key_arn=snapshot.key_arn,
            storage_encryption=snapshot.storage_encryption,
            created=self._core.clock.now,
            network=network,
            parameter_group=parameter_group(call, given.get("DBParameterGroupName"), family, of_cluster=False),
            tags=tags_of_restored(call, snapshot),
            option_group=option_group_of_restored(self._core, call, snapshot, snapshot.engine_version),
            **backups_of_restored(call, snapshot, resource_id),
            instance_class=given.get("DBInstanceClass", details["DBInstanceClass"]),
            publicly_accessible=publicly_accessible(call, network),
            multi_az=bool(given.get("MultiAZ")),
            shown=of_restored(given, details, engine, INSTANCES, resource_id),
            **common_settings(call),
        )


def _engine(call: Call, snapshot: Snapshot) -> Engine:
    given = call.parameters
    asked = given.get("Engine", snapshot.engine)
    RESTORE_ENGINE.refuse_if(asked != snapshot.engine, asked=asked, engine=snapshot.engine)
    RESTORE_MANAGED.refuse_if(given.get("ManageMasterUserPassword") and not snapshot.engine.startswith("oracle-"))
    return engine_named(snapshot.engine)
