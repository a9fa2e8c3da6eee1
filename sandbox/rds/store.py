"""Everything that exists, in both accounts, by ARN."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.rds.families import CLUSTERS, INSTANCES
from sandbox.rds.identifiers import Arn, is_arn, resource_id
from sandbox.rds.models import Cluster, Database, Instance, Snapshot
from sandbox.register.rds_databases import RENAME_RESERVES
from sandbox.register.rds_names import NOT_SHARED, OWNER_ONLY, SNAPSHOT_KIND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sandbox.gate import Call
    from sandbox.rds.families import Family
    from sandbox.rds.options import OptionGroup


@dataclass
class Store:
    """The records. A lookup by name means the caller's account and Region; an ARN means what it says."""

    instances: dict[Arn, Instance] = field(default_factory=dict)
    clusters: dict[Arn, Cluster] = field(default_factory=dict)
    snapshots: dict[Arn, Snapshot] = field(default_factory=dict)
    option_groups: dict[Arn, OptionGroup] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def number(self) -> int:
        """The next of a count that makes names and ids unique, and the same in every run."""
        return next(self._numbers)

    def new_resource_id(self, family: Family) -> str:
        """An id for a new instance or cluster."""
        return resource_id(family.resource_id_prefix, self.number())

    def databases(self) -> Iterable[Database]:
        """All instances and clusters of both accounts."""
        return [*self.instances.values(), *self.clusters.values()]

    def add(self, database: Database) -> None:
        """From now on it exists."""
        if isinstance(database, Instance):
            self.instances[database.arn] = database
        elif isinstance(database, Cluster):
            self.clusters[database.arn] = database

    def remove(self, database: Database) -> None:
        """From now on it does not."""
        self.instances.pop(database.arn, None)
        self.clusters.pop(database.arn, None)

    def holds(self, database: Database) -> bool:
        """Whether it still exists, under whatever name."""
        return any(database is one for one in self.databases())

    def instance(self, call: Call, name: str) -> Instance:
        """The caller's instance of this name or ARN.

        Raises:
            AwsError: DBInstanceNotFound.
        """
        found = self.instances.get(_named(call, INSTANCES, name))
        if found is None or found.hidden or found.arn.account != call.caller.account:
            raise INSTANCES.database_missing(name)
        return found

    def cluster(self, call: Call, name: str) -> Cluster:
        """The caller's cluster of this name or ARN.

        Raises:
            AwsError: DBClusterNotFoundFault.
        """
        found = self.clusters.get(_named(call, CLUSTERS, name))
        if found is None or found.hidden or found.arn.account != call.caller.account:
            raise CLUSTERS.database_missing(name)
        return found

    def database(self, call: Call, family: Family, name: str) -> Database:
        """The caller's instance or cluster."""
        return self.instance(call, name) if family is INSTANCES else self.cluster(call, name)

    def of_family(self, family: Family) -> Mapping[Arn, Database]:
        """All instances, or all clusters, of both accounts."""
        return self.instances if family is INSTANCES else self.clusters

    def snapshot(self, call: Call, family: Family, name: str) -> Snapshot:
        """A snapshot that the caller may read: an own one, or by ARN one that is shared with the account.

        Raises:
            AwsError: the family's NotFound; another account's snapshot cannot be told from a missing one.
        """
        own = Arn(call.region, call.caller.account, family.snapshot_kind, name.lower())
        arn = Arn.parse(name) if is_arn(name) else own
        SNAPSHOT_KIND.refuse_if(arn.kind != family.snapshot_kind, name=name)
        found = self.snapshots.get(arn)
        if found is None:
            raise family.snapshot_missing(name)
        NOT_SHARED.refuse_if(not found.open_to(call.caller.account), family, word=family.snapshot_word, name=name)
        return found

    def own_snapshot(self, call: Call, family: Family, name: str) -> Snapshot:
        """A snapshot of the caller's account: only its owner may share or delete it."""
        found = self.snapshot(call, family, name)
        foreign = found.arn.account != call.caller.account
        OWNER_ONLY.refuse_if(foreign, family, word=family.snapshot_word, name=name)
        return found

    def members(self, cluster: Cluster) -> list[Instance]:
        """The cluster's instances, oldest first: the first one writes."""
        return [one for one in self.instances.values() if one.cluster_resource_id == cluster.resource_id]

    def is_public(self, database: Database) -> bool:
        """Whether it has an address of the internet; a cluster has its members'."""
        answering = self.members(database) if isinstance(database, Cluster) else [database]
        return any(isinstance(one, Instance) and one.publicly_accessible for one in answering)

    def cluster_of(self, database: Database) -> Cluster | None:
        """The cluster that an instance belongs to; None for one on its own."""
        if not isinstance(database, Instance):
            return None
        found = [one for one in self.clusters.values() if one.resource_id == database.cluster_resource_id]
        return found[0] if found else None

    def name_taken(self, arn: Arn) -> bool:
        """Whether a database has this name, or is about to."""
        reserved = [one.renamed_to for one in self.databases()] if RENAME_RESERVES.holds else []
        return arn in reserved or any(arn == one.arn for one in self.databases())

    def tagged(self, arn: Arn) -> Database | Snapshot | None:
        """What the tag operations and permissions mean by an ARN."""
        return self.instances.get(arn) or self.clusters.get(arn) or self.snapshots.get(arn)


def _named(call: Call, family: Family, name: str) -> Arn:
    return (
        Arn.parse(name) if is_arn(name) else Arn(call.region, call.caller.account, family.database_kind, name.lower())
    )
