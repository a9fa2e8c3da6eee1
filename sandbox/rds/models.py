"""The records of the control plane: instances, clusters, snapshots. Times are virtual epoch seconds, sizes GB."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.rds.engines import MULTI_AZ_ENGINES
from sandbox.rds.families import CLUSTERS, INSTANCES, Family

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.doors import GuardedServer
    from sandbox.kms import Key
    from sandbox.rds.identifiers import Arn

AVAILABLE = "available"
CREATING = "creating"
COPYING = "copying"
FAILED = "failed"
DELETING = "deleting"
WHOLE = 100
OPTION_GROUP = "OptionGroupName"

Tags = dict[str, str]


@dataclass(frozen=True)
class Work:
    """Something that takes time."""

    begun: float
    due: float

    def percent(self, now: float) -> int:
        """How much of it is done, growing evenly; 100 means the time is over, not that all went well."""
        if now >= self.due:
            return WHOLE
        return int(WHOLE * max(0.0, now - self.begun) / (self.due - self.begun))


@dataclass(frozen=True)
class Network:
    """Where a database stands."""

    subnet_group: str
    vpc: str
    zone: str
    security_groups: tuple[str, ...]


@dataclass
class MasterSecret:
    """The secret that holds a managed master password."""

    arn: str
    key: Key
    status: str = CREATING
    rotation_days: int = 7
    turn: int = 0
    """Counts how often its next rotation was appointed: the last appointment counts."""


@dataclass(frozen=True)
class SealedData:
    """A snapshot's data: a file, and the data key that opens it, itself encrypted under the snapshot's KMS key."""

    path: Path | None
    """None without a data plane."""
    data_key: bytes | None
    """None when the snapshot is not encrypted."""


@dataclass
class Database(ABC):
    """What instances and clusters have in common."""

    arn: Arn
    resource_id: str
    engine: str
    engine_version: str
    master_username: str
    database_name: str | None
    port: int
    size_gb: int
    key_arn: str | None
    created: float
    network: Network
    parameter_group: str
    storage_encryption: str = "none"
    """StorageEncryptionType: `none`, `sse-rds` (a key that AWS owns) or `sse-kms`."""
    tags: Tags = field(default_factory=dict)
    status: str = CREATING
    option_group: str = ""
    deletion_protection: bool = False
    copy_tags_to_snapshot: bool = False
    iam_authentication: bool = False
    backup_retention_days: int = 1
    backup_window: str = "22:00-22:30"
    """`hh:mm-hh:mm`, UTC."""
    secret: MasterSecret | None = None
    shown: dict[str, Any] = field(default_factory=dict)
    """Members of AWS's output that the sandbox keeps and shows, and that change nothing in it."""
    pending: dict[str, Any] = field(default_factory=dict)
    """PendingModifiedValues."""
    renamed_to: Arn | None = None
    hidden: bool = False
    """Between two names: nobody finds it."""
    held_keys: list[Key] = field(default_factory=list)
    """Keys on which RDS holds a grant, as long as this exists."""
    server: GuardedServer | None = None
    """The running data; None without a data plane, and for an Aurora member: its cluster holds the data."""

    @property
    @abstractmethod
    def family(self) -> Family:
        """Instances or clusters."""

    @property
    def name(self) -> str:
        """The identifier."""
        return self.arn.name


@dataclass
class Instance(Database):
    """A DB instance: on its own, or a member of an Aurora cluster."""

    instance_class: str = "db.t4g.medium"
    publicly_accessible: bool = False
    multi_az: bool = False
    cluster_resource_id: str | None = None
    """The cluster that it belongs to; a resource id, because a cluster can be renamed."""
    promotion_tier: int = 1
    parameters_in_sync: bool = True
    """False from another parameter group until the reboot."""

    @property
    def family(self) -> Family:
        """Instances."""
        return INSTANCES


@dataclass
class Cluster(Database):
    """A cluster: it holds the data, its members answer for it."""

    @property
    def is_multi_az(self) -> bool:
        """A Multi-AZ DB cluster of RDS: neither Aurora's, nor DocumentDB's, nor Neptune's."""
        return self.engine in MULTI_AZ_ENGINES

    @property
    def family(self) -> Family:
        """Clusters."""
        return CLUSTERS


@dataclass
class Snapshot:
    """A snapshot of an instance or of a cluster."""

    arn: Arn
    family: Family
    database_arn: Arn
    """The database that the data came from; it may be gone, or bear another name now."""
    database_resource_id: str
    database_created: float
    engine: str
    engine_version: str
    master_username: str
    database_name: str | None
    port: int
    size_gb: int
    vpc: str
    zone: str
    key_arn: str | None
    created: float
    first_created: float
    """When the data was taken: a copy keeps it."""
    status: str
    work: Work
    data: SealedData
    storage_encryption: str = "none"
    """StorageEncryptionType, as its database's."""
    type: str = "manual"
    option_group: str = ""
    lasting_options: frozenset[str] = frozenset()
    """Those of its option group that the data cannot be rid of: TDE, Timezone, OLS."""
    tags: Tags = field(default_factory=dict)
    shared_with: set[str] = field(default_factory=set)
    """Account ids, and `all`."""
    copied_from: Arn | None = None
    """The snapshot that this one is a copy of."""
    held_keys: list[Key] = field(default_factory=list)
    """Keys on which RDS holds a grant, as long as this exists; while copying, the source's key too."""
    details: dict[str, Any] = field(default_factory=dict)
    """Members that a restore takes over: DBInstanceClass, StorageType, BackupRetentionPeriod, ..."""

    @property
    def name(self) -> str:
        """The identifier."""
        return self.arn.name

    @property
    def encrypted(self) -> bool:
        """Under a KMS key."""
        return self.key_arn is not None

    @property
    def is_recovery_point(self) -> bool:
        """Made by AWS Backup, whatever type it shows."""
        return self.name.startswith("awsbackup:")

    @property
    def of_multi_az_cluster(self) -> bool:
        """Of a Multi-AZ DB cluster: a cluster of MySQL or PostgreSQL that is not Aurora's."""
        return self.family is CLUSTERS and self.engine in MULTI_AZ_ENGINES

    def open_to(self, account: str) -> bool:
        """Whether this account may read, copy and restore it."""
        return self.arn.account == account or bool(self.shared_with & {account, "all"})
