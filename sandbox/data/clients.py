"""How a program reaches a database of the sandbox: a DB-API connection, whatever the engine."""

from collections.abc import Sequence
from typing import Any, Protocol

import psycopg
import pymysql

HOST = "127.0.0.1"


class Cursor(Protocol):
    """The part of a DB-API cursor that all engines' drivers have in common."""

    def execute(self, statement: Any, parameters: Any = None, /) -> object:
        """Run one statement; parameters stand as `%s`."""

    def fetchall(self) -> Sequence[tuple[Any, ...]]:
        """Return all rows that are left."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row."""


class Connection(Protocol):
    """The part of a DB-API connection that all engines' drivers have in common."""

    def cursor(self) -> Cursor:
        """Open a cursor."""

    def commit(self) -> None:
        """Commit."""

    def rollback(self) -> None:
        """Roll back."""

    def close(self) -> None:
        """Close; what was not committed is lost."""


class LoginError(Exception):
    """The server refused the login, or nobody listens."""


def connect(  # noqa: PLR0913 - what every login takes
    engine: str, port: int, user: str, password: str, database: str | None = None, *, autocommit: bool = False
) -> Connection:
    """Log in to a server on this machine; `engine` is RDS's name, such as "aurora-mysql".

    Raises:
        LoginError: wrong user, password or database, or no server.
    """
    try:
        if "postgres" in engine:
            return psycopg.connect(
                host=HOST, port=port, user=user, password=password, dbname=database or "postgres", autocommit=autocommit
            )
        return pymysql.connect(
            host=HOST, port=port, user=user, password=password, database=database, autocommit=autocommit
        )
    except (psycopg.OperationalError, pymysql.err.OperationalError) as error:
        raise LoginError(str(error)) from error


def query(connection: Connection, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows."""
    cursor = connection.cursor()
    cursor.execute(statement, tuple(parameters))
    return list(cursor.fetchall())
