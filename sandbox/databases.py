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

__all__ = ["AVAILABLE", "Databases", "LoginError", "Snapshot"]


@dataclass(frozen=True)
class Snapshot:
    """What a listing says of one snapshot."""

    identifier: str
    status: str
    percent: int
    """RDS's PercentProgress."""


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

    def members(self, identifier: str) -> list[tuple[str, str]]:
        """Name and status of each instance of a cluster; none for an instance."""
        if not self.clustered:
            return []
        rows = self.sandbox.client("rds", self.account).describe_db_instances()["DBInstances"]
        return [
            (str(row["DBInstanceIdentifier"]), str(row["DBInstanceStatus"]))
            for row in rows
            if row.get("DBClusterIdentifier") == identifier
        ]

    def identifiers(self) -> list[str]:
        """The names of all databases of this family."""
        rds = self.sandbox.client("rds", self.account)
        if self.clustered:
            return [str(row["DBClusterIdentifier"]) for row in rds.describe_db_clusters()["DBClusters"]]
        return [str(row["DBInstanceIdentifier"]) for row in rds.describe_db_instances()["DBInstances"]]

    def snapshots(self) -> list[Snapshot]:
        """The account's own manual snapshots of this family: the nightly ones come and go by themselves."""
        word = "DBClusterSnapshot" if self.clustered else "DBSnapshot"
        rds = self.sandbox.client("rds", self.account)
        describe = rds.describe_db_cluster_snapshots if self.clustered else rds.describe_db_snapshots
        return [
            Snapshot(str(row[f"{word}Identifier"]), str(row["Status"]), int(row["PercentProgress"]))
            for row in describe(SnapshotType="manual")[f"{word}s"]
        ]

    def shared_with(self, snapshot: str) -> list[str]:
        """The accounts in a snapshot's attribute `restore`; `all` stands for everybody."""
        rds = self.sandbox.client("rds", self.account)
        if self.clustered:
            answer = rds.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier=snapshot)
            attributes = answer["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"]
        else:
            answer = rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=snapshot)
            attributes = answer["DBSnapshotAttributesResult"]["DBSnapshotAttributes"]
        return [value for one in attributes if one["AttributeName"] == "restore" for value in one["AttributeValues"]]

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
