"""What a transfer starts from, once it is found: the database's facts, and which snapshots are to be made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from snapferry import names
from snapferry.contracts.incoming import DatabaseFacts, Scaling
from snapferry.databases import Database, Snapshot
from snapferry.databases.records import Encryption
from snapferry.databases.source_checks import Subject
from snapferry.keys import Key
from snapferry.source.route import Route
from snapferry.source.source_search import Named
from snapferry.waits import show_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a transfer starts from.

    Attributes:
        facts: What the target has to know of the database; of a snapshot that is there already, as it was then.
        database: The database as it is; None if it is gone and a snapshot of it is named.
        start: The snapshot that is there already; None if a fresh one is to be made.
        encryption: How the snapshot is, or will be, encrypted.
        key: Its KMS key; None if it has none, or one that cannot be used.
        make_copy: It has to be copied under the transfer key.
        kept_by: The transfer that left ``start`` behind as a kept copy; None if it is none.
        remarks: What a person should know of the choice.
    """

    facts: DatabaseFacts
    database: Database | None
    start: Snapshot | None
    encryption: Encryption
    key: Key | None
    make_copy: bool
    kept_by: str | None
    remarks: tuple[str, ...]

    @property
    def make_snapshot(self) -> bool:
        """Whether a fresh snapshot is to be made."""
        return self.start is None

    @property
    def tags(self) -> Mapping[str, str]:
        """The database's own tags."""
        return self.database.tags if self.database else {}


def snapshot_fields(source: Source, transfer: str, route: Route) -> dict[str, Any]:
    """Return what a plan (``transfers.TransferPlan``) says of its snapshots: names, ARNs, and which are to be made."""
    kind = "snapshot" if source.facts.family == "instance" else "cluster-snapshot"
    prefix = f"arn:{route.partition}:rds:{route.region}:{route.source_account}:{kind}:"
    database = source.facts.identifier
    snapshot = source.start.identifier if source.start else names.snapshot_name(database, transfer)
    copy = names.copy_name(database, transfer) if source.make_copy else snapshot
    return {
        "snapshot": snapshot,
        "snapshot_arn": f"{prefix}{snapshot}",
        "copy": copy,
        "copy_arn": f"{prefix}{copy}",
        "make_snapshot": source.make_snapshot,
        "make_copy": source.make_copy,
        "kept_by": source.kept_by,
        "data_time": show_time(source.start.data_time) if source.start and source.start.data_time else None,
    }


def facts_of(subject: Subject, named: Named, route: Route, options: list[str]) -> DatabaseFacts:
    """Return what the target has to know: of a snapshot that is there already, as the database was then."""
    now = named.database
    kind = "db" if subject.family == "instance" else "cluster"
    gone = f"arn:{route.partition}:rds:{route.region}:{route.source_account}:{kind}:{named.name}"
    return DatabaseFacts(
        identifier=named.name,
        arn=now.arn if now else gone,
        family=subject.family,
        engine=subject.engine,
        engine_version=subject.engine_version,
        gigabytes=subject.gigabytes,
        instance_class=now.instance_class if now else None,
        port=subject.port,
        master_username=subject.master_username,
        options=options,
        scaling=Scaling(least=now.scaling[0], most=now.scaling[1]) if now and now.scaling else None,
    )
