"""The sandbox's RDS: its own control plane for databases and snapshots; moto keeps subnet and parameter groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.session import get_session

from sandbox.doors import Firewall
from sandbox.rds import offers
from sandbox.rds.account import AccountAttributes
from sandbox.rds.backups import Backups
from sandbox.rds.clusters import Clusters
from sandbox.rds.copies import Copies
from sandbox.rds.core import Core
from sandbox.rds.data_plane import DataPlane, discard
from sandbox.rds.deletions import Deletions
from sandbox.rds.describing import descriptions
from sandbox.rds.errors import unknown_to_the_sandbox
from sandbox.rds.families import FAMILIES
from sandbox.rds.identifiers import Arn
from sandbox.rds.instances import Instances
from sandbox.rds.keys import Keys
from sandbox.rds.lost_keys import LostKeys
from sandbox.rds.modifications import Modifications
from sandbox.rds.option_groups import OptionGroups
from sandbox.rds.passwords import Passwords
from sandbox.rds.renames import Renames
from sandbox.rds.restored_clusters import RestoredClusters
from sandbox.rds.restored_instances import RestoredInstances
from sandbox.rds.sharing import Sharing
from sandbox.rds.snapshots import Snapshots
from sandbox.rds.stopping import Stopping
from sandbox.rds.store import Store
from sandbox.rds.tags import TagOperations
from sandbox.register.rds_passwords import ROTATION_BY_HAND

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.accounts import Caller
    from sandbox.clock import Clock
    from sandbox.gate import Answer, Call, Gate
    from sandbox.kms import Kms
    from sandbox.permissions import Permissions
    from sandbox.rds.models import Database, Snapshot

__all__ = ["Rds"]

# moto answers these although their names speak of databases: they ask about groups and offers.
LEFT_TO_MOTO = ("ParameterGroup", "Parameters", "Orderable", "SubnetGroup", "SecurityGroup", "EngineVersions")
ABOUT_DATABASES = ("DBInstance", "DBCluster", "DBSnapshot")


class Rds:
    """The databases and snapshots of both accounts."""

    def __init__(self, clock: Clock, kms: Kms, permissions: Permissions, directory: Path, *, data: bool = True) -> None:
        """Nothing exists yet.

        Args:
            clock: work takes its time on it.
            kms: decides who may use a key, and makes data keys.
            permissions: is told the tags.
            directory: the servers' files and the sealed snapshots go below it.
            data: False for a control plane without servers.
        """
        self.store = Store()
        self.firewall = Firewall(clock, self.store)
        self.core = Core(clock, Keys(kms), DataPlane(directory, self.firewall, enabled=data), self.store)
        self.durations = self.core.durations
        self.settings = self.core.settings
        self.on_event = self.core.events.listeners
        self._passwords = Passwords(self.core)
        self._snapshots = {family: Snapshots(self.core, family) for family in FAMILIES}
        self._backups = Backups(self.core, self._snapshots)
        self.core.on_begun.append(self._backups.watch)
        permissions.tag_sources.append(self.tags_of)

    def register(self, gate: Gate) -> None:
        """Answer the database operations; those that the sandbox lacks are refused by name, never left to moto."""
        gate.after.append(LostKeys(self.core).notice)
        known = self._answers()
        gate.answer("secretsmanager", "RotateSecret", self._rotate_secret)
        for operation in get_session().get_service_model("rds").operation_names:
            if operation in known:
                gate.answer("rds", operation, known[operation])
            elif any(word in operation for word in ABOUT_DATABASES) and not any(
                word in operation for word in LEFT_TO_MOTO
            ):
                gate.answer("rds", operation, _refuse)

    def _rotate_secret(self, call: Call) -> dict[str, Any] | None:
        return self._passwords.secrets.rotate_by_hand(call) if ROTATION_BY_HAND.holds else None

    def tags_of(self, arn: str) -> dict[str, str] | None:
        """The tags of a database or snapshot, for conditions on them; None for what is not ours."""
        if arn.split(":")[2:3] != ["rds"]:
            return None
        named = Arn.parse(arn)
        found = self.store.tagged(named) or self.store.option_groups.get(named)
        return None if found is None else dict(found.tags)

    def take_automated(self, database_arn: str) -> Snapshot:
        """Take an automated snapshot now, as the nightly backup does by itself."""
        return self._backups.take(self.database(database_arn))

    def take_recovery_point(self, database_arn: str, caller: Caller) -> Snapshot:
        """Take a snapshot as AWS Backup does, with the rights of a role of its own; the sandbox has no AWS Backup."""
        return self._backups.take_recovery_point(self.database(database_arn), caller)

    def close(self) -> None:
        """Stop every server and delete its files and the snapshots'."""
        for database in self.store.databases():
            if database.server is not None:
                database.server.remove()
        for snapshot in self.store.snapshots.values():
            discard(snapshot.data)

    def database(self, arn: str) -> Database:
        """The record of an instance or a cluster that exists."""
        (database,) = [one for one in self.store.databases() if str(one.arn) == arn]
        return database

    def _answers(self) -> dict[str, Answer]:
        core, passwords = self.core, self._passwords
        instances, clusters = Instances(core, passwords), Clusters(core, passwords)
        renames = Renames(core, passwords)
        modifications = Modifications(core, passwords, self._backups, renames)
        deletions = Deletions(core, passwords, self._snapshots, self._backups)
        tags = TagOperations(core)
        answers: dict[str, Answer] = {
            **{operation: one.describe for operation, one in descriptions(core).items()},
            "CreateDBInstance": instances.create,
            "ModifyDBInstance": modifications.instance,
            "RebootDBInstance": renames.reboot,
            "DeleteDBInstance": deletions.instance,
            "RestoreDBInstanceFromDBSnapshot": RestoredInstances(core, passwords).restore,
            "CreateDBCluster": clusters.create,
            "ModifyDBCluster": modifications.cluster,
            "DeleteDBCluster": deletions.cluster,
            "RestoreDBClusterFromSnapshot": RestoredClusters(core).restore,
            **Stopping(core).answers(),
            **OptionGroups(core).answers(),
            "AddTagsToResource": tags.add,
            "RemoveTagsFromResource": tags.remove,
            "ListTagsForResource": tags.show,
            **offers.answers(),
            "DescribeEvents": core.events.describe,
            "DescribeAccountAttributes": AccountAttributes(core).describe,
        }
        for family, snapshots in self._snapshots.items():
            word, sharing = family.snapshot_word, Sharing(core, family)
            answers |= {
                f"Create{word}": snapshots.create,
                f"Describe{word}s": snapshots.describe,
                f"Delete{word}": snapshots.delete,
                f"Copy{word}": Copies(core, family).copy,
                f"Modify{word}Attribute": sharing.modify,
                f"Describe{word}Attributes": sharing.describe,
            }
        return answers


def _refuse(call: Call) -> None:
    raise unknown_to_the_sandbox(f"rds:{call.operation}")
