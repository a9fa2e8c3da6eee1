"""RestoreDBInstanceFromDBSnapshot. What it carries over and what falls back to a default: RDS guide, "Restoring"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.errors import invalid_combination
from sandbox.rds.families import INSTANCES
from sandbox.rds.models import Instance, Snapshot
from sandbox.rds.parameters import refuse_unknown
from sandbox.rds.provision import (
    arn_of_new,
    begin,
    publicly_accessible,
)
from sandbox.rds.restores import HONOURED, check_available, key_to_read, restored_record
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
        given = call.parameters
        _check_engine(given, snapshot)
        size = given.get("AllocatedStorage", snapshot.size_gb)
        RESTORE_STORAGE.refuse_if(size < snapshot.size_gb)
        record = restored_record(self._core, call, arn, snapshot, snapshot.engine_version)
        return Instance(
            size_gb=size,
            key_arn=snapshot.key_arn,
            storage_encryption=snapshot.storage_encryption,
            instance_class=given.get("DBInstanceClass", snapshot.details["DBInstanceClass"]),
            publicly_accessible=publicly_accessible(call, record["network"]),
            multi_az=bool(given.get("MultiAZ")),
            **record,
        )


def _check_engine(given: dict[str, Any], snapshot: Snapshot) -> None:
    asked = given.get("Engine", snapshot.engine)
    RESTORE_ENGINE.refuse_if(asked != snapshot.engine, asked=asked, engine=snapshot.engine)
    RESTORE_MANAGED.refuse_if(given.get("ManageMasterUserPassword") and not snapshot.engine.startswith("oracle-"))
