"""The published connection: one parameter that says which database serves under a name, and which did before.

Applications read it; one write switches it, so nobody ever sees half a change. Restoring publishes a new database, and
going back publishes the previous one again: both are the same step.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.databases.records import Database
from snapferry.errors import AwsBusy, DatabaseFailed, NotOurs
from snapferry.settings import Settings
from snapferry.state import locks
from snapferry.state.table import Table
from snapferry.vocabulary import Family
from snapferry.waits import parse_time, show_time

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_NOT_FOUND: Final = "ParameterNotFound"
MOST_PREVIOUS: Final = 12
"""An advanced parameter holds 8 KB; each database takes some 500 bytes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A database as applications find it.

    Attributes:
        resource_id: What AWS knows it by for good; a name may be given again.
        secret_arn: The secret that holds the master user's name and password.
        since: UTC, ISO 8601.
    """

    identifier: str
    arn: str
    resource_id: str
    family: Family
    endpoint: str
    port: int
    engine: str
    master_username: str
    secret_arn: str
    since: str

    @classmethod
    def of(cls, database: Database, *, now: datetime) -> Self:
        """Return a database that serves from now on.

        Raises:
            DatabaseFailed: It has no endpoint, or no secret.
        """
        if database.endpoint is None or database.secret is None:
            raise DatabaseFailed(
                f"Database {database.identifier} has no {'endpoint' if database.secret else 'secret'} to publish",
                resource=database.arn,
                remedy="see what was changed of it while it came up, and run again",
            )
        return cls(
            identifier=database.identifier,
            arn=database.arn,
            resource_id=database.resource_id,
            family=database.family,
            endpoint=database.endpoint,
            port=database.port,
            engine=database.engine,
            master_username=database.master_username,
            secret_arn=database.secret.arn,
            since=show_time(now),
        )

    def refreshed(self, database: Database) -> Self:
        """Return it as it is found now."""
        return replace(self.of(database, now=parse_time(self.since)), since=self.since)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Return what a part of the parameter says."""
        return cls(**{each.name: told[each.name] for each in fields(cls)})


@dataclass(frozen=True, slots=True)
class Replaced:
    """A database that served before.

    Attributes:
        serving: As it was found then.
        until: Kept at least so long, to go back to; UTC, ISO 8601.
    """

    serving: Serving
    until: str


@dataclass(frozen=True, slots=True)
class Connection:
    """Which database serves, and which did, the latest first.

    Attributes:
        renamed_to: The name that whatever serves is given; None if each keeps its own.
    """

    now: Serving
    previous: tuple[Replaced, ...] = ()
    renamed_to: str | None = None

    @property
    def resource_ids(self) -> frozenset[str]:
        """What serves, and what did."""
        return frozenset({self.now.resource_id, *(each.serving.resource_id for each in self.previous)})

    def switched(self, to: Serving, *, keep: timedelta, now: datetime) -> "Connection":
        """Return the connection once another database serves; the one that served becomes the first of the previous.

        Args:
            to: What serves from now on.
            keep: How long the replaced one is kept.
            now: The present time.
        """
        if to.resource_id == self.now.resource_id:
            return replace(self, now=replace(to, since=self.now.since))
        others = tuple(each for each in self.previous if each.serving.resource_id != to.resource_id)
        return replace(self, now=to, previous=(Replaced(self.now, show_time(now + keep)), *others))

    def refreshed(self, database: Database) -> "Connection":
        """Return it with a database as it is found now: renamed, it has another endpoint and another secret."""
        if database.resource_id == self.now.resource_id:
            return replace(self, now=self.now.refreshed(database))
        previous = tuple(
            replace(each, serving=each.serving.refreshed(database))
            if each.serving.resource_id == database.resource_id
            else each
            for each in self.previous
        )
        return replace(self, previous=previous)

    def without(self, resource_ids: Iterable[str]) -> "Connection":
        """Return it without previous databases that are gone."""
        gone = frozenset(resource_ids)
        return replace(self, previous=tuple(each for each in self.previous if each.serving.resource_id not in gone))

    def facts(self) -> dict[str, Any]:
        """Return what serves, and below ``previous`` what did: applications need not know of the rest."""
        previous = [{**asdict(each.serving), "until": each.until} for each in self.previous]
        return {**asdict(self.now), "renamed_to": self.renamed_to, "previous": previous}

    def as_json(self) -> str:
        """Return the parameter's value, in its shortest form."""
        return json.dumps(self.facts(), separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> "Connection":
        """Return what the parameter says."""
        told = json.loads(text)
        previous = (Replaced(Serving.read(each), each["until"]) for each in told["previous"])
        return cls(Serving.read(told), tuple(previous), told["renamed_to"])


@dataclass(frozen=True, slots=True)
class Connections:
    """The published connections of a stack.

    Args:
        ssm: A client.
    """

    ssm: "SSMClient"

    def find(self, parameter: str) -> Connection | None:
        """Return a connection by its parameter's name, or None.

        Raises:
            NotOurs: The parameter holds something else.
        """
        try:
            text = self.ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
        except ClientError as error:
            if aws.code(error) == _NOT_FOUND:
                return None
            raise
        try:
            return Connection.read(text)
        except (ValueError, KeyError, TypeError) as error:
            raise NotOurs(
                f"Parameter {parameter} is there and holds no connection that Snapferry has published",
                resource=parameter,
                remedy="move it away, or give the restore profile another name",
            ) from error

    def all(self, prefix: str) -> dict[str, Connection]:
        """Return every connection below a prefix, by its parameter's name; what is none of ours is left out."""
        pages = self.ssm.get_paginator("get_parameters_by_path").paginate(Path=prefix, Recursive=True)
        names = (row["Name"] for page in pages for row in page["Parameters"] if row["Name"].endswith("/connection"))
        found: dict[str, Connection] = {}
        for name in names:
            with suppress(NotOurs):
                connection = self.find(name)
                if connection is not None:
                    found[name] = connection
        return found

    def told(self, parameter: str | None) -> frozenset[str]:
        """Return the resource ids of all databases that a connection tells of; none where it is not one of ours."""
        try:
            found = self.find(parameter) if parameter else None
        except NotOurs:
            return frozenset()
        return found.resource_ids if found else frozenset()

    def publish(self, parameter: str, connection: Connection) -> None:
        """Write a connection: the one moment in which it changes.

        A parameter of the standard kind holds 4 KB; beyond that AWS makes it an advanced one, of 8 KB.
        """
        self.ssm.put_parameter(
            Name=parameter,
            Value=connection.as_json(),
            Type="String",
            Tier="Intelligent-Tiering",
            Overwrite=True,
            Description="Where Snapferry's restored database is, and where it was before; switched in one write",
        )


@contextmanager
def editing(parameter: str, holder: str) -> Iterator[None]:
    """Be the only one of this stack that reads, changes and writes a connection.

    Args:
        parameter: Its parameter's name.
        holder: The execution that does it.

    Raises:
        AwsBusy: Another one does; it takes a second.
    """
    table = Table(aws.client("dynamodb"), Settings().table)
    with locks.held(table, parameter, holder) as free:
        if not free:
            raise AwsBusy(f"Another execution is editing {parameter}", resource=parameter)
        yield
