"""PostgreSQL."""

import re
import ssl
from typing import Any, Final

import pg8000.exceptions
import pg8000.native

from sql_hook.counted import Counted, as_json
from sql_hook.errors import LoginRefused, ScriptFailed
from sql_hook.request import Script, Value
from sql_hook.sources import Login

_SECONDS_TO_CONNECT: Final = 20
_WRITES: Final = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "COPY"})
_SYNTAX_ERROR: Final = "42601"
_CLASS_OF_NAMES: Final = "42"  # unknown tables, columns and functions, missing rights: what is quoted is a name


class PostgresSession:
    """One connection; the server itself takes a script apart into statements."""

    def __init__(self, place: tuple[str, int, str], login: Login, trust: ssl.SSLContext | None) -> None:
        host, port, database = place
        try:
            self._connection = _Counting(
                login.user,
                host=host,
                port=port,
                database=database,
                password=login.password,
                ssl_context=trust or False,
                timeout=_SECONDS_TO_CONNECT,
                application_name="snapferry-hook-sql",
            )
            self._connection.wait_as_long_as_it_takes()
        except (pg8000.exceptions.Error, OSError) as error:
            raise LoginRefused(f"{host}:{port}: {_words(error)}") from None

    def run(self, script: Script, text: str) -> Counted:
        """Run a script; see ``sessions.Session``."""
        try:
            if script.transaction:
                self._connection.run("BEGIN")
            self._connection.tags.clear()
            self._connection.run(text)
            tags = list(self._connection.tags)
            if script.transaction:
                self._connection.run("COMMIT")
        except (pg8000.exceptions.Error, OSError) as error:
            raise ScriptFailed(f"{script.name}: {_words(error)}") from None  # what is open goes with the connection
        return Counted(len(tags), sum(_rows(tag) for tag in tags))

    def value(self, query: str) -> Value:
        """Return one value; see ``sessions.Session``."""
        try:
            self._connection.run("BEGIN READ ONLY")
            rows = self._connection.run(query)
            self._connection.run("ROLLBACK")
        except (pg8000.exceptions.Error, OSError) as error:
            raise ScriptFailed(f"{query}: {_words(error)}") from None
        return as_json(rows[0][0]) if rows else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class _Counting(pg8000.native.Connection):  # type: ignore[misc] # it has no types
    """A connection that notes what the server says of each statement: ``UPDATE 2``."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.tags: list[str] = []
        super().__init__(*arguments, **named)

    def wait_as_long_as_it_takes(self) -> None:
        """From now on no time limit but the function's own: a script may work for minutes."""
        self._usock.settimeout(None)

    def handle_COMMAND_COMPLETE(self, data: bytes, context: Any) -> None:  # noqa: N802 - pg8000's name
        self.tags.append(bytes(data[:-1]).decode())
        super().handle_COMMAND_COMPLETE(data, context)


def _rows(tag: str) -> int:
    words = tag.split()
    return int(words[-1]) if words[0] in _WRITES and words[-1].isdecimal() else 0


def _words(error: Exception) -> str:
    """The error's code and text, without its details and without what the database quotes in it."""
    told = error.args[0] if error.args else ""
    if not isinstance(told, dict):
        return f"{type(error).__name__}: {error}"
    code, text = str(told.get("C", "")), str(told.get("M", ""))
    if not code.startswith(_CLASS_OF_NAMES) or code == _SYNTAX_ERROR:
        text = re.sub(r'".*"', '"…"', text, flags=re.DOTALL)
    return f"{code}: {text}"
