"""The verbs by which a restored database comes up, the same for an instance and for a cluster."""

from dataclasses import dataclass
from typing import Any, Final, Protocol

from snapferry.databases.records import Database
from snapferry.vocabulary import Family

NOT_IN_THIS_STATE: Final = frozenset({"InvalidDBInstanceState", "InvalidDBClusterStateFault"})
"""RDS's codes where a database is busy with something else."""
NAME_IS_THERE: Final = frozenset({"DBInstanceAlreadyExists", "DBClusterAlreadyExistsFault"})
"""RDS's codes where a database has the name: perhaps the one that an attempt has made whose answer was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePlan:
    """How one database comes up in the target, decided before anything is made.

    Attributes:
        identifier: Name of the new database.
        connection: Name of the parameter that publishes its connection.
        snapshot: Name of a snapshot of this account, under its own key.
        quarantine_group: The security group until the production password has stopped working.
        instances: How many instances a cluster gets.
        settings: What it shall have (``restore_settings``), by the profile's fields.
        secret: Name of the secret that keeps a master password of ours; None if RDS manages the password.
        key_arn: The target's own key: of the cluster, and of the secret.
        deadline: UTC, ISO 8601.
        delete_snapshot: The transfer made the snapshot and the profile does not keep it.
        keep_previous_hours: How long the database that served before is kept to go back to.
        hooks: ``hooks.PlannedHook``, in the order in which they run.
        drill: It is deleted once its hooks are done, and nobody else ever reaches it.
        snapshot_taken: When the snapshot was; UTC, ISO 8601; None where RDS does not tell.
        naming: The name that it is given in the end (``renaming.Naming``); None if it keeps its own.
        tags: All tags of the new database, those by which Snapferry knows it among them.
    """

    transfer: str
    execution_arn: str
    family: Family
    identifier: str
    connection: str
    snapshot: str
    snapshot_arn: str
    engine: str
    engine_version: str
    instances: int
    quarantine_group: str
    settings: dict[str, Any]
    secret: str | None
    key_arn: str
    deadline: str
    begun: str
    delete_snapshot: bool
    keep_previous_hours: int
    hooks: list[dict[str, Any]]
    naming: dict[str, Any] | None
    tags: dict[str, str]
    drill: bool = False
    snapshot_taken: str | None = None


class DatabaseFamily(Protocol):
    """Databases of one family in the caller's account. Every verb may run twice."""

    def find(self, identifier: str) -> Database | None:
        """Return a database with its members, or None."""

    def restore(self, plan: RestorePlan) -> None:
        """Begin the restore, shut off: in the quarantine group, not public.

        Raises:
            NameTaken: A database that this transfer did not make has the name.
        """

    def secure(self, plan: RestorePlan, password: str | None) -> None:
        """Give the master user a new password, and the database the settings that no restore takes.

        Args:
            plan: Of the restore.
            password: The new one; None lets RDS make one and keep it in Secrets Manager under the target's key.
        """

    def create_instances(self, plan: RestorePlan) -> None:
        """Create what a cluster needs to be connected to; an instance needs nothing more."""

    def open(self, plan: RestorePlan) -> None:
        """Move it into the profile's security groups and protect it from deletion as the profile says."""

    def rename(self, identifier: str, name: str) -> None:
        """Ask RDS to give a database another name, at once: it cannot be reached for some minutes."""

    def delete(self, identifier: str) -> None:
        """Ask RDS to delete a database, its members first; one that is gone already is fine."""


def new_password(plan: RestorePlan, password: str | None) -> dict[str, Any]:
    """Return what a Modify call is told of the master password: a new one, or that RDS shall manage it."""
    if password is not None:
        return {"MasterUserPassword": password}
    return {"ManageMasterUserPassword": True, "MasterUserSecretKmsKeyId": plan.key_arn}
