"""Which real server stands behind which RDS engine."""

from sandbox.data import mariadb
from sandbox.data.mariadb import MariadbServer
from sandbox.data.postgres import PostgresServer
from sandbox.data.server import Server

_POSTGRES = {"postgres", "aurora-postgresql"}
_MYSQL = {"mysql", "mariadb", "aurora-mysql"}  # MariaDB stands in for all three


def engine_for(engine: str) -> type[Server] | None:
    """Return the server for an RDS engine; None: the sandbox has only its control plane."""
    if engine in _POSTGRES:
        return PostgresServer
    if engine in _MYSQL and mariadb.installed():
        return MariadbServer
    return None
