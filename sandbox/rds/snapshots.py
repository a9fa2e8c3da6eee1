"""Create, Describe and Delete of snapshots, for one family."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.rds.data_plane import discard
from sandbox.rds.families import INSTANCES, Family
from sandbox.rds.identifiers import Arn, new_name
from sandbox.rds.keys import NEEDED_TO_CREATE
from sandbox.rds.listing import filtered, page
from sandbox.rds.models import AVAILABLE, COPYING, CREATING, Database, Instance, SealedData, Snapshot
from sandbox.rds.options import KIND, lasting_options
from sandbox.rds.sharing import visible
from sandbox.rds.tags import read_tags
from sandbox.rds.views import snapshot_row
from sandbox.register.rds_backups import BACKUP_BUSY, RECOVERY_POINT_COUNT
from sandbox.register.rds_names import CLUSTER_OR_SNAPSHOT, SEEN_LATE
from sandbox.register.rds_snapshots import (
    BACKING_UP,
    DELETE_MANUAL,
    SNAPSHOT_NAME_TAKEN,
    SNAPSHOT_OF_AVAILABLE,
    SNAPSHOT_OF_MEMBER,
    SNAPSHOT_QUOTA,
    SNAPSHOT_TAGS,
    SNAPSHOT_TAKES_TIME,
)

if TYPE_CHECKING:
    from sandbox.accounts import Caller
    from sandbox.gate import Call
    from sandbox.kms import Key
    from sandbox.rds.core import Core
    from sandbox.rds.models import Tags

BUSY = "backing-up"
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
        if database.copy_tags_to_snapshot and not (tags and SNAPSHOT_TAGS.holds):
            tags = {**database.tags, **tags}
        snapshot = self.take(call.caller, database, arn, tags)
        return {family.snapshot_word: snapshot_row(snapshot, self._core.clock.now, call.caller.account)}

    def take(self, caller: Caller | None, database: Database, arn: Arn, tags: Tags, kind: str = "manual") -> Snapshot:
        """Seal the data as it is now; the snapshot is `available` when its time is over.

        Args:
            caller: whose permissions count on the database's key; None: RDS itself works, by the grant that it holds.
            database: which.
            arn: of the snapshot.
            tags: of the snapshot.
            kind: its SnapshotType.

        Raises:
            AwsError: KMSKeyNotAccessibleFault, if the caller may not use the database's key.
        """
        key = self._key(caller, database, arn)
        snapshot = self._record(database, arn, tags, kind, self._core.data.take(database, str(arn), key))
        snapshot.held_keys = [key] if key and caller else []
        self._core.store.snapshots[arn] = snapshot
        seconds = snapshot.work.due - snapshot.work.begun
        busies = BACKING_UP.holds and (kind == "manual" or (BACKUP_BUSY.holds and not self._family.clustered))
        if database.status == AVAILABLE and busies:
            # Before the snapshot's own timer: whoever sees it available can take the next one.
            self._core.busy(database, BUSY, seconds)
        self._core.later(seconds, lambda: self._finish(snapshot), str(arn))
        return snapshot

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeDBSnapshots / DescribeDBClusterSnapshots."""
        family, given, viewer = self._family, call.parameters, call.caller.account
        both = family.clustered and given.get(family.database_id) and given.get(family.snapshot_id)
        CLUSTER_OR_SNAPSHOT.refuse_if(both, database=family.database_id, snapshot=family.snapshot_id)
        rows = self._seen(call, visible(self._core.store, call, family))
        if given.get(family.database_id):
            rows = [row for row in rows if row.database_arn.name == given[family.database_id].lower()]
        if given.get(family.resource_id_member):
            rows = [row for row in rows if row.database_resource_id == given[family.resource_id_member]]
        rows = filtered(call, rows, _filters(family, viewer))
        shown, marker = page(call, rows, lambda row: row.arn)
        now, by_arn = self._core.clock.now, self._core.settings.unconfirmed.shared_rows_name_the_arn
        found = [snapshot_row(row, now, viewer, by_arn=by_arn) for row in shown]
        return {f"{family.snapshot_word}s": found, **marker}

    def delete(self, call: Call) -> dict[str, Any]:
        """DeleteDBSnapshot / DeleteDBClusterSnapshot; deleting an unfinished one cancels it."""
        family = self._family
        snapshot = self._core.store.own_snapshot(call, family, call.parameters[family.snapshot_id])
        DELETE_MANUAL.refuse_if(snapshot.type != "manual" or snapshot.is_recovery_point, family)
        self.remove(snapshot)
        return {family.snapshot_word: snapshot_row(snapshot, self._core.clock.now, call.caller.account)}

    def remove(self, snapshot: Snapshot) -> None:
        """From now on it does not exist."""
        self._core.store.snapshots.pop(snapshot.arn)
        self._core.keys.release(snapshot.held_keys)
        discard(snapshot.data)
        snapshot.status = DELETED

    def _key(self, caller: Caller | None, database: Database, arn: Arn) -> Key | None:
        if database.key_arn is None:
            return None
        if caller is None:
            return next(key for key in database.held_keys if key.arn == database.key_arn)
        keys, resource_id = self._core.keys, database.resource_id
        return keys.use(caller, database.key_arn, NEEDED_TO_CREATE, region=arn.region, resource_id=resource_id)

    def _finish(self, snapshot: Snapshot) -> None:
        if snapshot.status in (CREATING, COPYING):
            snapshot.status = AVAILABLE
            self._core.finished(snapshot)

    def _seen(self, call: Call, rows: list[Snapshot]) -> list[Snapshot]:
        """Without what is too new to be seen, where the sandbox is set to be eventually consistent."""
        family, named = self._family, call.parameters.get(self._family.snapshot_id)
        oldest = self._core.clock.now - self._core.settings.unconfirmed.seconds_until_seen
        new = [row for row in rows if row.created > oldest]
        SEEN_LATE.refuse_if(named and new, family, word=family.snapshot_word, name=named)
        return [row for row in rows if row not in new] if SEEN_LATE.holds else rows

    def _check_may_be_taken(self, database: Database) -> None:
        member = isinstance(database, Instance) and database.cluster_resource_id is not None
        SNAPSHOT_OF_MEMBER.refuse_if(member)
        kind = "cluster" if self._family.clustered else "instance"
        busy = database.status not in (AVAILABLE, "storage-optimization")
        SNAPSHOT_OF_AVAILABLE.refuse_if(busy, self._family, kind=kind, name=database.name)

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
            storage_encryption=database.storage_encryption,
            created=now,
            first_created=now,
            status=CREATING if SNAPSHOT_TAKES_TIME.holds else AVAILABLE,
            work=self._core.work(self._core.durations.snapshot(database.size_gb)),
            data=data,
            type=kind,
            option_group=database.option_group,
            lasting_options=lasting_options(self._core, replace(arn, kind=KIND, name=database.option_group)),
            tags=tags,
            details=_details(database),
        )


def check_room(core: Core, family: Family, arn: Arn) -> None:
    """Refuse a manual snapshot whose name is taken, or that would be one too many."""
    SNAPSHOT_NAME_TAKEN.refuse_if(arn in core.store.snapshots, family, name=arn.name)
    quotas = core.settings.quotas
    most = quotas.manual_instance_snapshots if family is INSTANCES else quotas.manual_cluster_snapshots
    held = [
        one
        for one in core.store.snapshots.values()
        if one.family is family
        and one.type == "manual"
        and not (one.is_recovery_point and RECOVERY_POINT_COUNT.holds)
        and (one.arn.account, one.arn.region) == (arn.account, arn.region)
    ]
    SNAPSHOT_QUOTA.refuse_if(len(held) >= most, most=most)


def _details(database: Database) -> dict[str, Any]:
    """What an instance's restore takes over from the source when the call says nothing."""
    details = {
        "BackupRetentionPeriod": database.backup_retention_days,
        "PreferredBackupWindow": database.backup_window,
        **database.shown,
    }
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
