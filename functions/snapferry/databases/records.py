"""What RDS tells of a database or a snapshot, in one shape for both families."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Self

from snapferry.names import MANAGED_TAG, SECRET_TAG
from snapferry.vocabulary import Family

if TYPE_CHECKING:
    from mypy_boto3_rds.type_defs import TagTypeDef

type Encryption = Literal["none", "sse-rds", "sse-kms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """The secret with the master password: RDS's, which it manages (aws-facts 8.1), or ours."""

    arn: str
    status: str
    key_arn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One instance of a cluster."""

    identifier: str
    status: str
    instance_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An RDS instance, or an Aurora cluster with its members.

    Attributes:
        gigabytes: Allocated storage; 0 for Aurora, where AWS does not tell it.
        key_arn: The KMS key, as an ARN; None unless ``encryption`` is "sse-kms".
        instance_class: The instance's class; a cluster has none of its own.
        members: A cluster's instances, the writer first.
        member_of: The cluster that an instance belongs to.
        security_groups: Ids of its VPC security groups.
        pending: RDS has accepted a change that it has not made yet.
        protected: RDS refuses to delete it.
        engine_mode: Of a cluster: ``provisioned``, ``serverless`` (v1), ...; None for an instance.
        scaling: Of a cluster that holds Serverless v2 instances: the least and the most capacity units.
        option_group: Of an instance that has one.
        resource_id: What AWS knows it by for good; a name may be given again.
    """

    identifier: str
    arn: str
    family: Family
    status: str
    engine: str
    engine_version: str
    gigabytes: int
    encryption: Encryption
    key_arn: str | None
    port: int
    endpoint: str | None
    master_username: str
    instance_class: str | None = None
    members: tuple[Member, ...] = ()
    member_of: str | None = None
    security_groups: tuple[str, ...] = ()
    pending: bool = False
    protected: bool = False
    secret: Secret | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    engine_mode: str | None = None
    scaling: tuple[float, float] | None = None
    option_group: str | None = None
    resource_id: str = ""

    @property
    def managed(self) -> bool:
        """Whether Snapferry has restored it: only such a one may be changed, renamed or deleted."""
        return self.tags.get(MANAGED_TAG) == "true"

    @property
    def statuses(self) -> tuple[str, ...]:
        """Its own status and those of its members."""
        return (self.status, *(member.status for member in self.members))


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A snapshot of an instance or of a cluster.

    Attributes:
        percent: RDS's progress, 0 to 100; None where it gives none.
        kind: ``manual``, ``automated``, ``shared``, ...
        created: None while RDS does not tell.
        data_time: Of which moment its data is: a copy is younger than that. Of a cluster's copy RDS tells only its own.
        database: Name of the database that it was taken of.
        database_resource_id, engine_mode, option_group: That database's, as in ``Database``.
    """

    identifier: str
    arn: str
    family: Family
    status: str
    percent: int | None
    kind: str
    engine: str
    engine_version: str
    gigabytes: int
    encryption: Encryption
    key_arn: str | None
    port: int
    master_username: str
    tags: Mapping[str, str]
    created: datetime | None = None
    data_time: datetime | None = None
    database: str = ""
    database_resource_id: str = ""
    engine_mode: str | None = None
    option_group: str | None = None

    @property
    def available(self) -> bool:
        """RDS has made it, and it can be copied, shared and restored."""
        return self.status == "available"

    @classmethod
    def of_row(cls, row: Mapping[str, Any], family: Family) -> Self:
        """Read one row of DescribeDBSnapshots or DescribeDBClusterSnapshots."""
        prefix = "DBSnapshot" if family == "instance" else "DBClusterSnapshot"
        database = "DBInstanceIdentifier" if family == "instance" else "DBClusterIdentifier"
        return cls(
            identifier=row[f"{prefix}Identifier"],
            arn=row[f"{prefix}Arn"],
            family=family,
            status=row["Status"],
            percent=row.get("PercentProgress"),
            kind=row.get("SnapshotType", ""),
            engine=row["Engine"],
            engine_version=row.get("EngineVersion", ""),
            gigabytes=row.get("AllocatedStorage") or 0,
            encryption=encryption_of(row),
            key_arn=row.get("KmsKeyId"),
            port=row.get("Port") or 0,
            master_username=row.get("MasterUsername", ""),
            tags=tags_of(row.get("TagList", [])),
            created=row.get("SnapshotCreateTime"),
            data_time=row.get("OriginalSnapshotCreateTime") or row.get("SnapshotCreateTime"),
            database=row.get(database, ""),
            database_resource_id=row.get("DbiResourceId") or row.get("DbClusterResourceId", ""),
            engine_mode=row.get("EngineMode"),
            option_group=row.get("OptionGroupName"),
        )


def secret_of(row: Mapping[str, Any]) -> Secret | None:
    """Return the secret of a master password that RDS manages, or that is ours, which a tag names."""
    told = row.get("MasterUserSecret")
    if told:
        return Secret(arn=told["SecretArn"], status=told["SecretStatus"], key_arn=told.get("KmsKeyId"))
    ours = tags_of(row.get("TagList", [])).get(SECRET_TAG)
    return Secret(arn=ours, status="active", key_arn=row.get("KmsKeyId")) if ours else None


def encryption_of(row: Mapping[str, Any]) -> Encryption:
    """Return how a database or a snapshot is encrypted.

    ``Encrypted=false`` does not mean plain: an Aurora cluster under an AWS owned key shows it too, with
    ``StorageEncryptionType`` "sse-rds" (aws-facts 1.1, rule 15).
    """
    told: Encryption | None = row.get("StorageEncryptionType")
    if told:
        return told
    return "sse-kms" if row.get("Encrypted", row.get("StorageEncrypted", False)) else "none"


def tags_of(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return RDS's tag list as a dictionary."""
    return {row["Key"]: row.get("Value", "") for row in rows}


def tag_list(tags: Mapping[str, str]) -> "list[TagTypeDef]":
    """Return tags as RDS takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
