"""Finding the database that a person names, and the snapshot of it that a transfer starts from. Reads only."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from snapferry import names
from snapferry.databases import Database, Snapshot, Snapshots, find_database
from snapferry.errors import (
    DatabaseNotFound,
    InvalidInput,
    SnapshotNotAvailable,
    SnapshotNotFound,
    SnapshotOfAnotherDatabase,
    SourceElsewhere,
)
from snapferry.source.route import Route

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

    from snapferry.vocabulary import Family

NEW: Final = "new"
"""A transfer's ``snapshot`` that asks for a fresh one."""
LATEST: Final = "latest"
"""A transfer's ``snapshot`` that asks for the latest automated one."""

_ARN: Final = "arn:"
_KINDS: Final[dict[str, "Family"]] = {"snapshot": "instance", "cluster-snapshot": "cluster"}
_ARN_PARTS: Final = 7
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Named:
    """The database that a person names: itself, or the cluster that it is an instance of; None if it is gone."""

    name: str
    database: Database | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """The snapshot to start from; None for a fresh one."""

    snapshot: Snapshot | None


def find_named(rds: "RDSClient", given: str, route: Route, *, snapshot: str) -> Named:
    """Find the database that a person names.

    Raises:
        InvalidInput: It is no name of a database.
        SourceElsewhere: It is the ARN of a database of another Region or account.
        DatabaseNotFound: It is not there, and no snapshot of it is named that may have outlived it.
    """
    name = _name_of_arn(given, route, {"db", "cluster"}) if given.startswith(_ARN) else given
    if not names.is_database_name(name):
        raise InvalidInput(
            f"{given!r} is no name of an RDS database",
            resource="database",
            remedy="give the identifier of an instance or a cluster: at most 63 letters, digits and single hyphens",
        )
    found = find_database(rds, name)
    if found is None and snapshot in {NEW, LATEST}:
        raise DatabaseNotFound(
            f"There is no RDS instance and no Aurora cluster {name}",
            resource=name,
            remedy="look it up with: aws rds describe-db-clusters; aws rds describe-db-instances",
        )
    if found is None or found.member_of is None:
        return Named(found.identifier if found else name.lower(), found)
    return _cluster_of(rds, found, found.member_of)


def find_start(rds: "RDSClient", wanted: str, named: Named, route: Route) -> Start:
    """Find the snapshot that a transfer of this database starts from.

    Args:
        rds: A client.
        wanted: ``new``, ``latest``, or a snapshot's name or ARN.
        named: The database.
        route: The account and Region that it must be of.

    Raises:
        SnapshotNotFound, SnapshotNotAvailable, SnapshotOfAnotherDatabase, SourceElsewhere: It will not do.
    """
    if wanted == NEW:
        return Start(None)
    if wanted == LATEST and named.database is not None:  # without a database, find_named has refused
        return Start(_latest(rds, named.database))
    found = _by_arn(rds, wanted, route) if wanted.startswith(_ARN) else _by_name(rds, wanted, named)
    if found is None:
        raise SnapshotNotFound(
            f"There is no snapshot {wanted} in this account and Region",
            resource=wanted,
            remedy=_HOW_TO_LIST.format(name=named.name),
        )
    _check_start(found, named)
    return Start(found)


def kept_by(snapshot: Snapshot, transfer_key: str | None) -> str | None:
    """Return the transfer that left a snapshot under the transfer key behind, by name and tag; None if none did."""
    transfer = snapshot.tags.get(names.TRANSFER_TAG, "")
    ours = names.is_of(snapshot.identifier, transfer) and names.EXECUTION_TAG in snapshot.tags
    return transfer if ours and snapshot.key_arn == transfer_key else None


_HOW_TO_LIST: Final = (
    'run again with {{"snapshot": "latest"}} or without "snapshot", or look its name up with: '
    "aws rds describe-db-cluster-snapshots --db-cluster-identifier {name}; "
    "aws rds describe-db-snapshots --db-instance-identifier {name}"
)


def _cluster_of(rds: "RDSClient", member: Database, cluster: str) -> Named:
    remark = f"{member.identifier} is an instance of the cluster {cluster}, and the cluster is what crosses"
    return Named(cluster, find_database(rds, cluster), (remark,))


def _latest(rds: "RDSClient", database: Database) -> Snapshot:
    found = [
        each
        for each in Snapshots(rds, database.family).automated(database.identifier)
        # those of an earlier database of the same name are kept too
        if each.available and each.database_resource_id == database.resource_id
    ]
    if not found:
        raise SnapshotNotFound(
            f"There is no automated snapshot of {database.identifier} that is available",
            resource=database.arn,
            remedy='run again without "snapshot", which takes a fresh one; or switch automated backups on and wait',
        )
    return max(found, key=lambda each: each.created or _EARLIEST)


def _by_name(rds: "RDSClient", name: str, named: Named) -> Snapshot | None:
    families: tuple[Family, ...] = (named.database.family,) if named.database else ("cluster", "instance")
    found = (Snapshots(rds, family).find_of_any_type(name) for family in families)
    return next((each for each in found if each is not None), None)


def _by_arn(rds: "RDSClient", arn: str, route: Route) -> Snapshot | None:
    name = _name_of_arn(arn, route, set(_KINDS))
    return Snapshots(rds, _KINDS[arn.split(":")[5]]).find_of_any_type(name)


def _name_of_arn(arn: str, route: Route, kinds: set[str]) -> str:
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or parts[2] != "rds" or parts[5] not in kinds:
        raise InvalidInput(
            f"{arn} is no ARN of RDS's of one of these kinds: {', '.join(sorted(kinds))}",
            resource=arn,
            remedy="give a name; of AWS Backup, give the ARN of a recovery point that is an RDS snapshot",
        )
    if (parts[3], parts[4]) != (route.region, route.source_account):
        raise SourceElsewhere(
            f"{arn} is of account {parts[4]} and Region {parts[3]}, and this stack of {route.source_account} and "
            f"{route.region}",
            resource=arn,
            remedy="copy the snapshot into this account and Region first, or deploy a source stack where it is",
        )
    return parts[6]


def _check_start(found: Snapshot, named: Named) -> None:
    same = named.database is not None and named.database.resource_id == found.database_resource_id
    if found.database != named.name and not same:
        raise SnapshotOfAnotherDatabase(
            f"Snapshot {found.identifier} is of {found.database}, not of {named.name}",
            resource=found.arn,
            remedy=f'run again with {{"database": "{found.database}"}}, or name another snapshot',
        )
    if not found.available:
        raise SnapshotNotAvailable(
            f"The status of snapshot {found.identifier} is {found.status}",
            resource=found.arn,
            remedy="wait until it is available, or name another snapshot",
        )
