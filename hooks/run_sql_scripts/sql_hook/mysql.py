"""MySQL and MariaDB. A statement that changes a table's definition commits by itself, whatever the script wants."""

import re
import ssl
from typing import Any, Final

import pymysql
from pymysql.constants import CLIENT

from sql_hook.counted import Counted, as_json
from sql_hook.errors import LoginRefused, ScriptFailed
from sql_hook.request import Script, Value
from sql_hook.sources import Login

_SECONDS_TO_CONNECT: Final = 20
_EMPTY_QUERY: Final = 1065  # behind the last semicolon stood a comment
# The quoted words of these are names; those of others may be rows, or the script's own text.
_NAMES_IN_QUOTES: Final = frozenset({1044, 1046, 1049, 1050, 1051, 1054, 1091, 1109, 1142, 1146, 1305, 1364})


class MysqlSession:
    """One connection; the server itself takes a script apart into statements."""

    def __init__(self, place: tuple[str, int, str], login: Login, trust: ssl.SSLContext | None) -> None:
        host, port, database = place
        more: dict[str, Any] = {"ssl": trust} if trust else {"ssl_disabled": True}
        try:
            self._connection = pymysql.connect(
                host=host,
                port=port,
                user=login.user,
                password=login.password,
                database=database,
                autocommit=True,
                charset="utf8mb4",
                connect_timeout=_SECONDS_TO_CONNECT,
                client_flag=CLIENT.MULTI_STATEMENTS,
                **more,
            )
        except (pymysql.err.MySQLError, OSError) as error:
            raise LoginRefused(f"{host}:{port}: {_words(error)}") from None

    def run(self, script: Script, text: str) -> Counted:
        """Run a script; see ``sessions.Session``."""
        try:
            with self._connection.cursor() as cursor:
                if script.transaction:
                    cursor.execute("START TRANSACTION")
                counted = _all_of(cursor, text)
                self._connection.commit()
        except pymysql.err.MySQLError as error:
            raise ScriptFailed(f"{script.name}: {_words(error)}") from None  # what is open goes with the connection
        return counted

    def value(self, query: str) -> Value:
        """Return one value; see ``sessions.Session``."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("START TRANSACTION READ ONLY")
                cursor.execute(query)
                row = cursor.fetchone()
                while cursor.nextset():
                    pass
                self._connection.rollback()
        except pymysql.err.MySQLError as error:
            raise ScriptFailed(f"{query}: {_words(error)}") from None
        return as_json(row[0]) if row else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _all_of(cursor: Any, text: str) -> Counted:
    statements = rows = 0
    try:
        more = cursor.execute(text) is not None
        while more:
            statements += 1
            rows += 0 if cursor.description else max(cursor.rowcount, 0)
            more = cursor.nextset()
    except pymysql.err.MySQLError as error:
        if error.args[0] != _EMPTY_QUERY:
            raise
    return Counted(statements, rows)


def _words(error: Exception) -> str:
    """The error's number and text, without what the database quotes in it."""
    number, text = (*error.args, "")[:2] if error.args else ("", str(error))
    if number not in _NAMES_IN_QUOTES:
        text = re.sub(r"'.*'", "'…'", str(text), flags=re.DOTALL)
    return f"{number}: {text}"
