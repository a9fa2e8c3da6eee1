"""Snapshots that RDS and AWS Backup make by themselves."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sandbox.rds.core import aws_time
from sandbox.rds.identifiers import Arn
from sandbox.rds.models import AVAILABLE, Database, Instance
from sandbox.rds.windows import DAY, seconds_until
from sandbox.register.rds_backups import BACKUP_DAILY, BACKUP_GOES, BACKUP_RETENTION, RECOVERY_POINT_TYPE

if TYPE_CHECKING:
    from sandbox.accounts import Caller
    from sandbox.rds.core import Core
    from sandbox.rds.families import Family
    from sandbox.rds.models import Snapshot
    from sandbox.rds.snapshots import Snapshots

AUTOMATED, AWSBACKUP, MANUAL = "automated", "awsbackup", "manual"


class Backups:
    """Nightly snapshots, their retention, and recovery points."""

    def __init__(self, core: Core, snapshots: dict[Family, Snapshots]) -> None:
        self._core = core
        self._snapshots = snapshots

    def watch(self, database: Database) -> None:
        """From now on there is a snapshot every night; a member's data is its cluster's."""
        if isinstance(database, Instance) and database.cluster_resource_id is not None:
            return
        seconds = seconds_until(database.backup_window, self._core.clock.now)
        self._core.later(seconds, lambda: self._tonight(database), f"nightly backup of {database.arn}")

    def take(self, database: Database) -> Snapshot:
        """An automated snapshot now, by RDS's own grant on the key."""
        moment = aws_time(self._core.clock.now)
        name = f"rds:{database.name}-{moment:%Y-%m-%d-%H-%M}"
        return self._made(None, database, name, AUTOMATED)

    def take_recovery_point(self, database: Database, caller: Caller) -> Snapshot:
        """What a job of AWS Backup makes, with the rights of the role that it runs as."""
        job = uuid.uuid5(uuid.NAMESPACE_OID, f"{database.resource_id}{self._core.store.number()}")
        kind = AWSBACKUP
        if database.family.clustered:
            kind = self._core.settings.unconfirmed.type_of_cluster_recovery_point
        return self._made(caller, database, f"awsbackup:job-{job}", kind if RECOVERY_POINT_TYPE.holds else MANUAL)

    def prune(self, database: Database) -> None:
        """Delete the automated snapshots that are older than the retention period."""
        oldest = self._core.clock.now - database.backup_retention_days * DAY
        for snapshot in self._automated(database):
            if BACKUP_RETENTION.holds and snapshot.created <= oldest:
                self._snapshots[database.family].remove(snapshot)

    def forget(self, database: Database) -> None:
        """Delete them all: their database is gone."""
        for snapshot in self._automated(database) if BACKUP_GOES.holds else []:
            self._snapshots[database.family].remove(snapshot)

    def _tonight(self, database: Database) -> None:
        if not self._core.store.holds(database):
            return
        if database.backup_retention_days and database.status == AVAILABLE and BACKUP_DAILY.holds:
            self.take(database)
        self.prune(database)
        self.watch(database)

    def _automated(self, database: Database) -> list[Snapshot]:
        return [
            one
            for one in self._core.store.snapshots.values()
            if one.type == AUTOMATED and one.database_resource_id == database.resource_id
        ]

    def _made(self, caller: Caller | None, database: Database, name: str, kind: str) -> Snapshot:
        arn = Arn(database.arn.region, database.arn.account, database.family.snapshot_kind, name)
        tags = dict(database.tags) if database.copy_tags_to_snapshot else {}
        return self._snapshots[database.family].take(caller, database, arn, tags, kind)
