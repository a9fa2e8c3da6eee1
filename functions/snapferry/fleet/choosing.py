"""Which databases a fleet is about: those that are named, those with certain tags, or all. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from snapferry.databases import Database
from snapferry.databases.source_checks import against_kind, against_no_key
from snapferry.errors import DatabaseNotFound, GiveUp, SourceNotSupported


@dataclass(frozen=True, slots=True)
class Refused:
    """A database that no transfer is started for, and why."""

    name: str
    database: Database | None
    error: GiveUp


@dataclass(slots=True)
class Chosen:
    """The databases of a fleet: each cluster or instance once, clusters in place of their members."""

    databases: dict[str, Database] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, name: str, database: Database) -> None:
        """Note a database, or why it cannot be carried; a second time is a remark."""
        if database.identifier in self.databases or any(each.database is database for each in self.refused):
            self.remarks.append(f"{name} stands for {database.identifier}, which the list has already: it crosses once")
            return
        reasons = [*against_kind(database), *against_no_key(database)]
        if reasons:
            self.refused.append(Refused(name, database, reasons[0]))
        else:
            self.databases[database.identifier] = database


def named(names: Sequence[str], there: Iterable[Database]) -> Chosen:
    """Return the databases of these names or ARNs; the name of a cluster's instance stands for its cluster."""
    chosen = Chosen()
    known = {each.arn: each for each in there}
    by_name = {each.identifier: each for each in sorted(known.values(), key=_clusters_last)}
    for name in names:
        found = known.get(name) or by_name.get(name.lower())
        if found is None:
            chosen.refused.append(Refused(name, None, _not_found(name)))
        else:
            chosen.add(name, by_name.get(found.member_of or "", found))
    return chosen


def tagged(tags: Mapping[str, str], there: Iterable[Database]) -> Chosen:
    """Return the databases that have all these tags; with none, every database. Members of clusters count not."""
    chosen = Chosen()
    own = [each for each in there if each.member_of is None]
    clusters = {each.identifier for each in own if each.family == "cluster"}
    for database in own:
        if not tags.items() <= database.tags.items():
            continue
        if database.family == "instance" and database.identifier in clusters:
            chosen.refused.append(Refused(database.identifier, database, _in_the_shade(database)))
        else:
            chosen.add(database.identifier, database)
    return chosen


def _clusters_last(database: Database) -> bool:
    return database.family == "cluster"  # a cluster and an instance may have one name; it means the cluster


def _not_found(name: str) -> DatabaseNotFound:
    return DatabaseNotFound(
        f"There is no RDS instance and no Aurora cluster {name}",
        resource=name,
        remedy="look it up with: aws rds describe-db-clusters; aws rds describe-db-instances",
    )


def _in_the_shade(database: Database) -> SourceNotSupported:
    return SourceNotSupported(
        f"Instance {database.identifier} has the name of a cluster, and its name means the cluster",
        resource=database.arn,
        remedy="give one of them another name",
    )
