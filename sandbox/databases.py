"""How the administrator of an account sees and enters its databases: the same few questions for both families."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.data import LoginError, connect, query

if TYPE_CHECKING:
    from sandbox.accounts import Account
    from sandbox.data import Connection
    from sandbox.world import Sandbox

AVAILABLE = "available"

__all__ = ["AVAILABLE", "Databases", "LoginError"]


@dataclass(frozen=True)
class Databases:
    """The databases of one engine in one account, by RDS's API and by login."""

    sandbox: Sandbox
    account: Account
    engine: str

    @property
    def clustered(self) -> bool:
        """Whether this engine's databases are Aurora clusters; else they are RDS instances."""
        return self.engine.startswith("aurora-")

    def describe(self, identifier: str) -> dict[str, Any]:
        """The cluster's or instance's row, as RDS gives it."""
        rds = self.sandbox.client("rds", self.account)
        if self.clustered:
            return dict(rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"][0])
        return dict(rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0])

    def status(self, identifier: str) -> str:
        """Its status: `creating`, `available`, ..."""
        return str(self.describe(identifier)["Status" if self.clustered else "DBInstanceStatus"])

    def port(self, identifier: str) -> int:
        """The port that programs log in to."""
        row = self.describe(identifier)
        return int(row["Port"] if self.clustered else row["Endpoint"]["Port"])

    def log_in(self, identifier: str, user: str, password: str, database: str) -> Connection:
        """Log in over the network, as any program would.

        Raises:
            LoginError: wrong user, password or database, or nobody listens.
        """
        return connect(self.engine, self.port(identifier), user, password, database)

    def rows(self, identifier: str, user: str, password: str, database: str, table: str) -> list[tuple[Any, ...]]:
        """All rows of a table, in the order of its first column.

        Raises:
            LoginError: as `log_in`.
        """
        connection = self.log_in(identifier, user, password, database)
        try:
            return query(connection, f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608 - a table's name of our own
        finally:
            connection.close()
