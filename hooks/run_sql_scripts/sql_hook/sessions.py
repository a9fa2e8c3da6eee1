"""One login to a database, the same for both kinds of engine."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from sql_hook import mysql, postgres
from sql_hook.counted import Counted
from sql_hook.errors import InvalidHookInput
from sql_hook.request import Request, Script, Value
from sql_hook.sources import Login


class Session(Protocol):
    """A connection on which scripts run."""

    def run(self, script: Script, text: str) -> Counted:
        """Run a script's statements, as a whole where it and the engine allow.

        Raises:
            ScriptFailed: The database refused; rolled back.
        """

    def value(self, query: str) -> Value:
        """Return the first column of a query's first row; None without rows. Changes nothing."""

    def close(self) -> None:
        """End the session; what is not committed is lost."""


_POSTGRES: Final = frozenset({"postgres", "aurora-postgresql"})
_MYSQL: Final = frozenset({"mysql", "mariadb", "aurora-mysql"})


@contextmanager
def log_in(request: Request, login: Login, trust: ssl.SSLContext | None) -> Iterator[Session]:
    """Log in as the master user, and out again.

    Raises:
        InvalidHookInput: It is a database of another engine.
        LoginRefused: It does not let the hook in.
    """
    place = (request.host, request.port, request.database)
    session: Session
    if request.engine in _POSTGRES:
        session = postgres.PostgresSession(place, login, trust)
    elif request.engine in _MYSQL:
        session = mysql.MysqlSession(place, login, trust)
    else:
        raise InvalidHookInput(f"This hook speaks to PostgreSQL, MySQL and MariaDB, not to {request.engine}")
    try:
        yield session
    finally:
        session.close()
