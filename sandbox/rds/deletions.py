"""DeleteDBInstance and DeleteDBCluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.events import DELETED
from sandbox.rds.identifiers import Arn, new_name
from sandbox.rds.models import AVAILABLE, DELETING, Cluster, Database
from sandbox.rds.parameters import refuse_unknown
from sandbox.rds.snapshots import check_room
from sandbox.rds.views import cluster_row, instance_row
from sandbox.register.rds_databases import (
    DELETE_ONCE,
    DELETE_PROTECTED,
    DELETE_TAKES_TIME,
    DELETE_WITH_MEMBERS,
    FINAL_SNAPSHOT,
    FINAL_SNAPSHOT_OF_AVAILABLE,
)
from sandbox.register.rds_sources import MULTI_AZ_MEMBERS

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.backups import Backups
    from sandbox.rds.core import Core
    from sandbox.rds.families import Family
    from sandbox.rds.passwords import Passwords
    from sandbox.rds.snapshots import Snapshots

HONOURED = frozenset({"FinalDBSnapshotIdentifier", "SkipFinalSnapshot", "DeleteAutomatedBackups"})


class Deletions:
    """The end of databases."""

    def __init__(self, core: Core, passwords: Passwords, snapshots: dict[Family, Snapshots], backups: Backups) -> None:
        self._core = core
        self._passwords = passwords
        self._backups = backups
        self._snapshots = snapshots

    def instance(self, call: Call) -> dict[str, Any]:
        """DeleteDBInstance; a member needs no final snapshot, its cluster holds the data."""
        refuse_unknown(call, HONOURED | {"DBInstanceIdentifier"})
        instance = self._core.store.instance(call, call.parameters["DBInstanceIdentifier"])
        self._check(instance)
        if instance.cluster_resource_id is None:
            self._final_snapshot(call, instance)
        self._begin(instance, call)
        return {"DBInstance": instance_row(instance, self._core.store)}

    def cluster(self, call: Call) -> dict[str, Any]:
        """DeleteDBCluster, once its instances are gone or going."""
        refuse_unknown(call, HONOURED | {"DBClusterIdentifier"})
        cluster = self._core.store.cluster(call, call.parameters["DBClusterIdentifier"])
        self._check(cluster)
        members = self._core.store.members(cluster)
        remaining = any(one.status != DELETING for one in members) and not cluster.is_multi_az
        DELETE_WITH_MEMBERS.refuse_if(remaining)
        self._final_snapshot(call, cluster)
        if cluster.is_multi_az and MULTI_AZ_MEMBERS.holds:
            for member in members:
                self._begin(member, call)
        self._begin(cluster, call)
        return {"DBCluster": cluster_row(cluster, self._core.store)}

    def _check(self, database: Database) -> None:
        word = "Cluster" if isinstance(database, Cluster) else "DB Instance"
        DELETE_ONCE.refuse_if(database.status == DELETING, database.family, word=word, name=database.name)
        DELETE_PROTECTED.refuse_if(database.deletion_protection, word=word)

    def _final_snapshot(self, call: Call, database: Database) -> None:
        name = call.parameters.get("FinalDBSnapshotIdentifier")
        skip = bool(call.parameters.get("SkipFinalSnapshot"))
        FINAL_SNAPSHOT.refuse_if(skip == bool(name))
        if not name:
            return
        family = database.family
        FINAL_SNAPSHOT_OF_AVAILABLE.refuse_if(database.status != AVAILABLE, family, name=database.name)
        checked = new_name("FinalDBSnapshotIdentifier", name, family.longest_snapshot_name)
        arn = Arn(call.region, call.caller.account, family.snapshot_kind, checked)
        check_room(self._core, family, arn)
        tags = dict(database.tags) if database.copy_tags_to_snapshot else {}
        self._snapshots[family].take(call.caller, database, arn, tags)

    def _begin(self, database: Database, call: Call) -> None:
        """Nobody can connect any more; the record stays until the time is over."""
        database.status = DELETING
        cluster = self._core.store.cluster_of(database)
        if cluster is not None:
            self._close_if_last(cluster)
        elif database.server is not None:
            database.server.stop()

        def finish() -> None:
            self._passwords.secrets.forget(database)
            self._core.keys.release(database.held_keys)
            self._core.store.remove(database)
            number, message = DELETED[database.family.database_kind]
            self._core.events.tell(database.arn, number, "deletion", message)
            if call.parameters.get("DeleteAutomatedBackups", True):
                self._backups.forget(database)
            if database.server is not None:
                database.server.remove()

        if DELETE_TAKES_TIME.holds:
            self._core.later(self._core.durations.deletion, finish, f"{database.arn} deleting")
        else:
            finish()

    def _close_if_last(self, cluster: Cluster) -> None:
        answering = any(member.status != DELETING for member in self._core.store.members(cluster))
        if cluster.server is not None and not answering:
            cluster.server.stop()
