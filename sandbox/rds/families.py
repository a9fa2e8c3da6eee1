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
    snapshot_missing_code: str
    target_key_words: str
    resource_id_prefix: str
    resource_id_member: str
    clustered: bool

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


INSTANCES = Family(
    database_kind="db",
    snapshot_kind="snapshot",
    database_word="DBInstance",
    snapshot_word="DBSnapshot",
    longest_snapshot_name=LONGEST_INSTANCE_SNAPSHOT_NAME,
    encrypted_member="Encrypted",
    copied_from_member="SourceDBSnapshotIdentifier",
    database_missing_code="DBInstanceNotFound",
    snapshot_missing_code="DBSnapshotNotFound",
    target_key_words="The target KMS key",
    resource_id_prefix="db",
    resource_id_member="DbiResourceId",
    clustered=False,
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
    snapshot_missing_code="DBClusterSnapshotNotFoundFault",
    target_key_words="Specified KMS key",
    resource_id_prefix="cluster",
    resource_id_member="DbClusterResourceId",
    clustered=True,
)
FAMILIES = (INSTANCES, CLUSTERS)
