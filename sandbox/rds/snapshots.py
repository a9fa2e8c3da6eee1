"""Create, Describe and Delete of snapshots, for one family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.protocol import AwsError
from sandbox.rds.data_plane import discard
from sandbox.rds.errors import invalid_combination, invalid_value
from sandbox.rds.families import INSTANCES, Family
from sandbox.rds.identifiers import Arn, new_name
from sandbox.rds.keys import NEEDED_TO_CREATE
from sandbox.rds.listing import filtered, page
from sandbox.rds.models import AVAILABLE, COPYING, CREATING, Database, Instance, SealedData, Snapshot
from sandbox.rds.sharing import visible
from sandbox.rds.tags import read_tags
from sandbox.rds.views import snapshot_row

if TYPE_CHECKING:
    from sandbox.accounts import Caller
    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.models import Tags

BACKING_UP = "backing-up"
DELETED = "deleted"


class Snapshots:
    """The snapshots of instances, or those of clusters."""

    def __init__(self, core: Core, family: Family) -> None:
        self._core = core
        self._family = family

    def create(self, call: Call) -> dict[str, Any]:
        """CreateDBSnapshot / CreateDBClusterSnapshot."""
        family, given = self._family, call.parameters
        name = new_name(family.snapshot_id, given[family.snapshot_id], family.longest_snapshot_name)
        database = self._core.store.database(call, family, given[family.database_id])
        self._check_may_be_taken(database)
        arn = Arn(call.region, call.caller.account, family.snapshot_kind, name)
        check_room(self._core, family, arn)
        tags = read_tags(given.get("Tags"))
        if not tags and database.copy_tags_to_snapshot:
            tags = dict(database.tags)
        snapshot = self.take(call.caller, database, arn, tags)
        return {family.snapshot_word: snapshot_row(snapshot, self._core.clock.now, call.caller.account)}

    def take(self, caller: Caller, database: Database, arn: Arn, tags: Tags, kind: str = "manual") -> Snapshot:
        """Seal the data as it is now; the snapshot is `available` when its time is over.

        Raises:
            AwsError: KMSKeyNotAccessibleFault, if the caller may not use the database's key.
        """
        key = None
        if database.key_arn is not None:
            key = self._core.keys.use(
                caller,
                database.key_arn,
                NEEDED_TO_CREATE,
                region=arn.region,
                resource_id=database.resource_id,
            )
        snapshot = self._record(database, arn, tags, kind, self._core.data.take(database, str(arn), key))
        snapshot.held_keys = [key] if key else []
        self._core.store.snapshots[arn] = snapshot
        seconds = snapshot.work.due - snapshot.work.begun
        if database.status == AVAILABLE:
            # Before the snapshot's own timer: whoever sees it available can take the next one.
            self._core.busy(database, BACKING_UP, seconds)
        self._core.later(seconds, lambda: _finish(snapshot), str(arn))
        return snapshot

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeDBSnapshots / DescribeDBClusterSnapshots."""
        family, given, viewer = self._family, call.parameters, call.caller.account
        if family is not INSTANCES and given.get(family.database_id) and given.get(family.snapshot_id):
            raise invalid_combination(f"{family.database_id} and {family.snapshot_id} exclude each other.")
        rows = visible(self._core.store, call, family)
        if given.get(family.database_id):
            rows = [row for row in rows if row.database_arn.name == given[family.database_id].lower()]
        if given.get(family.resource_id_member):
            rows = [row for row in rows if row.database_resource_id == given[family.resource_id_member]]
        rows = filtered(call, rows, _filters(family, viewer))
        shown, marker = page(call, rows, lambda row: row.arn)
        now = self._core.clock.now
        return {f"{family.snapshot_word}s": [snapshot_row(row, now, viewer) for row in shown], **marker}

    def delete(self, call: Call) -> dict[str, Any]:
        """DeleteDBSnapshot / DeleteDBClusterSnapshot; deleting an unfinished one cancels it."""
        family = self._family
        snapshot = self._core.store.own_snapshot(call, family, call.parameters[family.snapshot_id])
        if snapshot.type != "manual":
            raise family.snapshot_state("Only manual snapshots can be deleted.")
        self._core.store.snapshots.pop(snapshot.arn)
        self._core.keys.release(snapshot.held_keys)
        discard(snapshot.data)
        snapshot.status = DELETED
        return {family.snapshot_word: snapshot_row(snapshot, self._core.clock.now, call.caller.account)}

    def _check_may_be_taken(self, database: Database) -> None:
        if isinstance(database, Instance) and database.cluster_resource_id is not None:
            raise invalid_value(
                "The specified instance is a member of a cluster and a snapshot cannot be created directly. "
                "Please use the CreateDBClusterSnapshot API instead.",
            )
        if database.status not in (AVAILABLE, "storage-optimization"):
            kind = "instance" if self._family is INSTANCES else "cluster"
            raise self._family.database_state(
                f"Cannot create a snapshot because the database {kind} {database.name} is not currently in the "
                "available state.",
            )

    def _record(self, database: Database, arn: Arn, tags: Tags, kind: str, data: SealedData) -> Snapshot:
        now = self._core.clock.now
        return Snapshot(
            arn=arn,
            family=self._family,
            database_arn=database.arn,
            database_resource_id=database.resource_id,
            database_created=database.created,
            engine=database.engine,
            engine_version=database.engine_version,
            master_username=database.master_username,
            database_name=database.database_name,
            port=database.port,
            size_gb=database.size_gb,
            vpc=database.network.vpc,
            zone=database.network.zone,
            key_arn=database.key_arn,
            created=now,
            first_created=now,
            status=CREATING,
            work=self._core.work(self._core.durations.snapshot(database.size_gb)),
            data=data,
            type=kind,
            tags=tags,
            details=_details(database),
        )


def check_room(core: Core, family: Family, arn: Arn) -> None:
    """Refuse a manual snapshot whose name is taken, or that would be one too many."""
    if arn in core.store.snapshots:
        raise family.snapshot_exists(arn.name)
    quotas = core.settings.quotas
    most = quotas.manual_instance_snapshots if family is INSTANCES else quotas.manual_cluster_snapshots
    held = [
        one
        for one in core.store.snapshots.values()
        if one.family is family
        and one.type == "manual"
        and (one.arn.account, one.arn.region) == (arn.account, arn.region)
    ]
    if len(held) >= most:
        raise AwsError("SnapshotQuotaExceeded", f"Cannot create more than {most} manual snapshots")


def _finish(snapshot: Snapshot) -> None:
    if snapshot.status in (CREATING, COPYING):
        snapshot.status = AVAILABLE


def _details(database: Database) -> dict[str, Any]:
    """What an instance's restore takes over from the source when the call says nothing."""
    details = {"BackupRetentionPeriod": database.backup_retention_days, **database.shown}
    if isinstance(database, Instance):
        details["DBInstanceClass"] = database.instance_class
    return details


def _filters(family: Family, viewer: str) -> dict[str, Any]:
    """AWS's filter names, and the values of a snapshot for each."""
    prefix = "db" if family is INSTANCES else "db-cluster"
    filters: dict[str, Any] = {
        f"{'db-instance' if family is INSTANCES else 'db-cluster'}-id": lambda row: {
            row.database_arn.name,
            str(row.database_arn),
        },
        f"{prefix}-snapshot-id": lambda row: {row.name, str(row.arn)},
        "snapshot-type": lambda row: {row.type if row.arn.account == viewer else "shared"},
        "engine": lambda row: {row.engine},
    }
    if family is INSTANCES:
        filters["dbi-resource-id"] = lambda row: {row.database_resource_id}
    return filters
