"""Instances and clusters: one behaviour, two sets of names. AWS's spelling differs nearly everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.protocol import AwsError
from sandbox.rds.identifiers import LONGEST_INSTANCE_SNAPSHOT_NAME, LONGEST_NAME

NOT_FOUND = 404


@dataclass(frozen=True)
class Family:
    """How one family's databases and snapshots are called: in ARNs, parameters, outputs and errors."""

    database_kind: str
    snapshot_kind: str
    database_word: str
    snapshot_word: str
    longest_snapshot_name: int
    encrypted_member: str
    copied_from_member: str
    database_missing_code: str
    database_exists_code: str
    database_state_code: str
    snapshot_missing_code: str
    snapshot_exists_code: str
    snapshot_state_code: str
    quota_code: str
    target_key_words: str
    resource_id_prefix: str
    resource_id_member: str

    @property
    def database_id(self) -> str:
        """The parameter and member that names a database."""
        return f"{self.database_word}Identifier"

    @property
    def snapshot_id(self) -> str:
        """The parameter and member that names a snapshot."""
        return f"{self.snapshot_word}Identifier"

    def database_missing(self, name: str) -> AwsError:
        """No such database."""
        return AwsError(self.database_missing_code, f"{self.database_word} {name} not found.", NOT_FOUND)

    def snapshot_missing(self, name: str) -> AwsError:
        """No such snapshot, or one of another account that is not shared with the caller."""
        return AwsError(self.snapshot_missing_code, f"{self.snapshot_word} {name} not found.", NOT_FOUND)

    def database_exists(self) -> AwsError:
        """The name of a new database is taken."""
        return AwsError(self.database_exists_code, f"{self.database_word} already exists")

    def snapshot_exists(self, name: str) -> AwsError:
        """The name of a new snapshot is taken."""
        message = f"Cannot create the snapshot because a snapshot with the identifier {name} already exists."
        return AwsError(self.snapshot_exists_code, message)

    def database_state(self, message: str) -> AwsError:
        """The database's status does not allow this."""
        return AwsError(self.database_state_code, message)

    def snapshot_state(self, message: str) -> AwsError:
        """The snapshot's status or type does not allow this."""
        return AwsError(self.snapshot_state_code, message)


INSTANCES = Family(
    database_kind="db",
    snapshot_kind="snapshot",
    database_word="DBInstance",
    snapshot_word="DBSnapshot",
    longest_snapshot_name=LONGEST_INSTANCE_SNAPSHOT_NAME,
    encrypted_member="Encrypted",
    copied_from_member="SourceDBSnapshotIdentifier",
    database_missing_code="DBInstanceNotFound",
    database_exists_code="DBInstanceAlreadyExists",
    database_state_code="InvalidDBInstanceState",
    snapshot_missing_code="DBSnapshotNotFound",
    snapshot_exists_code="DBSnapshotAlreadyExists",
    snapshot_state_code="InvalidDBSnapshotState",
    quota_code="InstanceQuotaExceeded",
    target_key_words="The target KMS key",
    resource_id_prefix="db",
    resource_id_member="DbiResourceId",
)
CLUSTERS = Family(
    database_kind="cluster",
    snapshot_kind="cluster-snapshot",
    database_word="DBCluster",
    snapshot_word="DBClusterSnapshot",
    longest_snapshot_name=LONGEST_NAME,
    encrypted_member="StorageEncrypted",
    copied_from_member="SourceDBClusterSnapshotArn",
    database_missing_code="DBClusterNotFoundFault",
    database_exists_code="DBClusterAlreadyExistsFault",
    database_state_code="InvalidDBClusterStateFault",
    snapshot_missing_code="DBClusterSnapshotNotFoundFault",
    snapshot_exists_code="DBClusterSnapshotAlreadyExistsFault",
    snapshot_state_code="InvalidDBClusterSnapshotStateFault",
    quota_code="DBClusterQuotaExceededFault",
    target_key_words="Specified KMS key",
    resource_id_prefix="cluster",
    resource_id_member="DbClusterResourceId",
)
FAMILIES = (INSTANCES, CLUSTERS)
