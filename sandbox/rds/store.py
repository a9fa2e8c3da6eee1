"""Everything that exists, in both accounts, by ARN."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.rds.identifiers import Arn, is_arn, resource_id
from sandbox.rds.models import Cluster, Database, Instance, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.gate import Call
    from sandbox.rds.families import Family


@dataclass
class Store:
    """The records. A lookup by name means the caller's account and Region; an ARN means what it says."""

    instances: dict[Arn, Instance] = field(default_factory=dict)
    clusters: dict[Arn, Cluster] = field(default_factory=dict)
    snapshots: dict[Arn, Snapshot] = field(default_factory=dict)
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

    def instance(self, call: Call, name: str) -> Instance | None:
        """The caller's instance of this name or ARN."""
        return self.instances.get(_own(call, "db", name))

    def cluster(self, call: Call, name: str) -> Cluster | None:
        """The caller's cluster of this name or ARN."""
        return self.clusters.get(_own(call, "cluster", name))

    def snapshot(self, call: Call, family: Family, name: str) -> Snapshot:
        """A snapshot that the caller may read: an own one, or by ARN one that is shared with the account.

        Raises:
            AwsError: the family's NotFound; another account's snapshot cannot be told from a missing one.
        """
        arn = Arn.parse(name) if is_arn(name) else Arn(call.region, call.caller.account, family.snapshot_kind, name.lower())
        found = self.snapshots.get(arn)
        if found is None or found.family is not family or not found.open_to(call.caller.account):
            raise family.snapshot_missing(name)
        return found

    def own_snapshot(self, call: Call, family: Family, name: str) -> Snapshot:
        """A snapshot of the caller's account: only its owner may share or delete it."""
        found = self.snapshot(call, family, name)
        if found.arn.account != call.caller.account:
            raise family.snapshot_missing(name)
        return found

    def members(self, cluster: Cluster) -> list[Instance]:
        """The cluster's instances, oldest first: the first one writes."""
        return [one for one in self.instances.values() if one.cluster_resource_id == cluster.resource_id]

    def cluster_of(self, instance: Instance) -> Cluster | None:
        """The cluster that an instance belongs to."""
        found = [one for one in self.clusters.values() if one.resource_id == instance.cluster_resource_id]
        return found[0] if found else None

    def name_taken(self, arn: Arn) -> bool:
        """Whether a database has this name, or is about to."""
        return any(arn in (one.arn, one.renamed_to) for one in self.databases())

    def tagged(self, arn: Arn) -> Database | Snapshot | None:
        """What the tag operations and permissions mean by an ARN."""
        return self.instances.get(arn) or self.clusters.get(arn) or self.snapshots.get(arn)


def _own(call: Call, kind: str, name: str) -> Arn:
    if is_arn(name):
        arn = Arn.parse(name)
        return arn if arn.account == call.caller.account else Arn("", "", "", "")
    return Arn(call.region, call.caller.account, kind, name.lower())
