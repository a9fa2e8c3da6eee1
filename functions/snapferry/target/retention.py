"""What has had its time in the target: databases that served before, and copies of snapshots. Pure rules.

Only what is asked here may be deleted: a database that a connection lists as a previous one, and a copy that carries a
transfer's tag. Never what serves, never the last good one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapferry.databases.records import Snapshot
from snapferry.names import DATABASE_TAG, TRANSFER_TAG
from snapferry.target.connections import Connection, Serving
from snapferry.waits import parse_time


@dataclass(frozen=True, slots=True)
class CopyRules:
    """How long copies stay.

    Attributes:
        count: So many of each database are kept however old they are; at least one.
        age: A copy beyond the count is kept until it is so old.
    """

    count: int
    age: timedelta


@dataclass(frozen=True, slots=True)
class Outdated:
    """A previous database whose time is over.

    Attributes:
        parameter: The connection that lists it.
    """

    parameter: str
    serving: Serving


def outdated_databases(
    connections: Mapping[str, Connection], serving_well: frozenset[str], *, now: datetime
) -> Iterator[Outdated]:
    """Yield the previous databases that nobody can go back to any more.

    Args:
        connections: All of the stack, by their parameters' names.
        serving_well: Resource ids of databases that are there and available: while one that serves is not among them,
            the previous ones of its connection stay.
        now: The present time.
    """
    in_use = {connection.now.resource_id for connection in connections.values()}
    for parameter, connection in connections.items():
        if connection.now.resource_id not in serving_well:
            continue
        for each in connection.previous:
            if parse_time(each.until) <= now and each.serving.resource_id not in in_use:
                yield Outdated(parameter, each.serving)


def outdated_copies(snapshots: Iterable[Snapshot], rules: CopyRules, *, now: datetime) -> Iterator[Snapshot]:
    """Yield the copies of transfers that are beyond both count and age; of each database the newest good one stays."""
    by_database: dict[str, list[Snapshot]] = defaultdict(list)
    for snapshot in snapshots:
        if TRANSFER_TAG in snapshot.tags and snapshot.created is not None:
            by_database[snapshot.tags.get(DATABASE_TAG, snapshot.database)].append(snapshot)
    for copies in by_database.values():
        kept = _kept(copies, max(1, rules.count))
        yield from (each for each in copies if each.arn not in kept and _age(each, now) > rules.age)


def _kept(copies: list[Snapshot], count: int) -> set[str]:
    good = [each for each in copies if each.available]
    return {each.arn for each in sorted(good, key=_created, reverse=True)[:count]}


def _age(snapshot: Snapshot, now: datetime) -> timedelta:
    return now - _created(snapshot)


def _created(snapshot: Snapshot) -> datetime:
    if snapshot.created is None:
        raise ValueError(f"RDS does not tell when {snapshot.arn} was created")  # left out above
    return snapshot.created
