"""MariaDB, which stands in for every MySQL of RDS, from the system's own mariadbd."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, ClassVar

import pymysql

from sandbox.data import folders, processes
from sandbox.data.server import ADMIN, Server

# Small and quick. A commit reaches the operating system at once (flush_log_at_trx_commit=2) but not the disk
# (nosync). No native asynchronous I/O: a stopped process must have no write under way, see _copy.
# No plugins and no links out of the data directory: with all rights on tables, the master could use both to
# reach the machine's files.
_SETTINGS = {
    "innodb-buffer-pool-size": "16M",
    "innodb-log-file-size": "16M",
    "innodb-log-buffer-size": "2M",
    "innodb-flush-log-at-trx-commit": "2",
    "innodb-flush-method": "nosync",
    "innodb-use-native-aio": "0",
    "innodb-fast-shutdown": "2",
    "aria-pagecache-buffer-size": "8M",
    "key-buffer-size": "1M",
    "max-connections": "30",
    "performance-schema": "OFF",
    "character-set-server": "utf8mb4",
    "default-time-zone": "+00:00",
    "skip-log-bin": None,
    "skip-name-resolve": None,  # so that nobody who comes by TCP is anybody@localhost
    "skip-symbolic-links": None,
}
# RDS's own list for a master user of MariaDB: no SUPER, no FILE, no SHUTDOWN.
_MASTER_RIGHTS = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, "
    "CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, "
    "CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER"
)


def installed() -> bool:
    """Whether this machine has a MariaDB server and the program that makes its first tables."""
    return all(processes.find(program) for program in ("mariadbd", "mariadb-install-db"))


class MariadbServer(Server):
    """One MariaDB server."""

    _ends_by: ClassVar = signal.SIGKILL  # it takes no orderly leave: what was committed is in its files

    @classmethod
    def _template(cls) -> Path:
        version = processes.run(["mariadbd", "--version"]).decode()
        return folders.cached(f"mariadb-{folders.fingerprint(version, Path(__file__))}", _initialise)

    def _command(self, *, private: bool) -> list[str | Path]:
        nothing = self.data / "nothing"  # an empty directory: no plugins, no files to load or dump
        places = {
            "datadir": str(self.data),
            "socket": str(self.sockets / "s"),
            "pid-file": str(self.sockets / "pid"),
            "tmpdir": str(self.sockets),
            "plugin-dir": str(nothing),
            "secure-file-priv": str(nothing),
            "port": str(self.port),
            "bind-address": self.host,
        }
        settings = places | _SETTINGS | ({"skip-networking": None} if private else {})
        words = [f"--{name}" if value is None else f"--{name}={value}" for name, value in settings.items()]
        return ["mariadbd", "--no-defaults", *words]

    def _answers(self) -> bool:
        try:
            self._admin().close()
        except (OSError, pymysql.err.OperationalError):
            return False
        return True

    def _create_master(self, master: str, password: str, database: str | None) -> None:
        with closing(self._admin()) as admin, admin.cursor() as cursor:
            cursor.execute("CREATE USER %s@'%%' IDENTIFIED BY %s", (master, password))
            cursor.execute(f"GRANT {_MASTER_RIGHTS} ON *.* TO %s@'%%' WITH GRANT OPTION", (master,))
            if database is not None:
                cursor.execute(f"CREATE DATABASE {_quoted(database)}")

    def _change_password(self, user: str, password: str) -> None:
        with closing(self._admin()) as admin, admin.cursor() as cursor:
            cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", (user, password))

    @contextmanager
    def _copy(self) -> Iterator[BinaryIO]:
        """Copy the files as a volume's snapshot would: at one instant, from which InnoDB recovers as from a crash.

        BACKUP STAGE is MariaDB's documented way to make ready for that: no DDL and no commit is half done, tables
        without transactions are closed. For the instant itself the process is stopped (RDS calls it an I/O
        suspension); a copy takes 0.1 s for 100 MB. It needs no program but the server's, unlike mariadb-backup,
        and unlike a dump it takes users and every table as they are, and restores without running SQL.
        """
        frozen = self.directory / "frozen"
        try:
            with closing(self._admin()) as admin, admin.cursor() as cursor:
                cursor.execute("SET lock_wait_timeout = 60")
                for stage in ("START", "FLUSH", "BLOCK_DDL", "BLOCK_COMMIT"):
                    cursor.execute(f"BACKUP STAGE {stage}")
                with self._standing_still():
                    folders.copy(self.data, frozen)
            with processes.reading(folders.pack(frozen, without="ibtmp1")) as stream:
                yield stream
        finally:
            shutil.rmtree(frozen, ignore_errors=True)

    @contextmanager
    def _standing_still(self) -> Iterator[None]:
        """Stop the process: every thread, each write either done or not begun."""
        process = self._alive()
        process.send_signal(signal.SIGSTOP)
        try:
            # Reported when all threads have stopped; an end is left for Popen to see.
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def _admin(self, user: str = ADMIN) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        connection = pymysql.connect(user=user, autocommit=True, defer_connect=True)
        # Our own socket, since PyMySQL leaves its socket open when nobody answers.
        door = socket.socket(socket.AF_UNIX)
        try:
            door.connect(str(self.sockets / "s"))
            connection.connect(door)
        except (OSError, pymysql.err.OperationalError):
            door.close()
            raise
        return connection


class _Newborn(MariadbServer):
    """The server in which the template is made ready: its internal superuser is still called root."""

    def settle(self) -> None:
        """Leave one account, the internal superuser's, who has no password but comes by the socket only."""
        self._launch(private=True)
        with closing(self._admin()) as admin, admin.cursor() as cursor:
            cursor.execute(f"RENAME USER root@localhost TO {ADMIN}@localhost")
            cursor.execute("DELETE FROM mysql.global_priv WHERE user NOT IN (%s, 'mariadb.sys')", (ADMIN,))
            cursor.execute("FLUSH PRIVILEGES")
            cursor.execute("SHUTDOWN")
        self._alive().wait()
        self.stop()

    def _admin(self, user: str = "root") -> "pymysql.Connection[pymysql.cursors.Cursor]":
        return super()._admin(user)


def _initialise(target: Path) -> None:
    """Make an empty data directory."""
    newborn = _Newborn(target.with_name("newborn"))
    log_size = f"--innodb-log-file-size={_SETTINGS['innodb-log-file-size']}"
    options = ["--skip-name-resolve", "--skip-test-db", "--auth-root-authentication-method=normal", log_size]
    processes.run(["mariadb-install-db", "--no-defaults", f"--datadir={newborn.data}", *options])
    processes.run(["mkdir", newborn.data / "nothing"])
    newborn.settle()
    newborn.data.rename(target)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
