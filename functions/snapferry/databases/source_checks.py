"""What keeps a database, or a snapshot of it, from being carried: told before anything is made. Reads only."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from snapferry.databases import Database, Snapshot
from snapferry.errors import (
    DatabaseNotAvailable,
    EncryptionNotSupported,
    EngineNotSupported,
    GiveUp,
    MultiAzCluster,
    OptionsNotShareable,
    ServerlessV1,
)

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

type Subject = Database | Snapshot

# AWS lets a snapshot be taken in these (aws-facts 2.2) ...
_SNAPSHOT_POSSIBLE: Final = frozenset({"available", "storage-optimization", "storage-initialization"})
# ... and these pass by themselves
_SNAPSHOT_SOON: Final = frozenset({"backing-up", "maintenance", "modifying", "resetting-master-credentials"})

_OTHER_ENGINES: Final = {
    "docdb": ("Amazon DocumentDB", "share its snapshot by DocumentDB's own means, or use mongodump and mongorestore"),
    "neptune": ("Amazon Neptune", "share its snapshot by Neptune's own means, or export it with neptune-export"),
    "custom-": ("RDS Custom", "AWS copies its snapshots to no other account: use the engine's own backup and restore"),
}
_WITH_OPTIONS: Final = ("oracle", "sqlserver")
_TDE: Final = ("TDE", "TRANSPARENT_DATA_ENCRYPTION")
_CARRIED_OPTIONS: Final = frozenset({"Timezone", "OLS"})  # Oracle's, which AWS excepts (aws-facts 1.1, rule 6)
_DEFAULT_GROUP: Final = "default:"


def against_kind(subject: Subject) -> Iterator[GiveUp]:
    """Yield why AWS shares no snapshots of such a database (aws-facts 1.1, rules 8 to 11)."""
    engine = subject.engine
    for prefix, (product, remedy) in _OTHER_ENGINES.items():
        if engine.startswith(prefix):
            yield EngineNotSupported(
                f"{subject.identifier} is a database of {product} (engine {engine}), not of RDS or Aurora",
                resource=subject.arn,
                remedy=remedy,
            )
            return
    if subject.family == "cluster" and not engine.startswith("aurora"):
        yield MultiAzCluster(
            f"{subject.identifier} is of a Multi-AZ DB cluster of {engine}, whose snapshots AWS neither copies nor "
            "shares",
            resource=subject.arn,
            remedy="restore its snapshot to an instance (aws rds restore-db-instance-from-db-snapshot "
            "--db-cluster-snapshot-identifier), and carry that",
        )
    elif subject.engine_mode == "serverless":
        yield ServerlessV1(
            f"{subject.identifier} is of an Aurora Serverless v1 cluster, which AWS has ended",
            resource=subject.arn,
            remedy="convert it to provisioned or to Serverless v2, and run again",
        )


def against_status(database: Database) -> Iterator[GiveUp]:
    """Yield why RDS takes no snapshot of a database now, and will not soon."""
    if database.status not in _SNAPSHOT_POSSIBLE | _SNAPSHOT_SOON:
        yield DatabaseNotAvailable(
            f"The status of {database.family} {database.identifier} is {database.status}",
            resource=database.arn,
            remedy="wait until it is available, or start it, and run again; or start from a snapshot that is there, "
            'with "snapshot": "latest"',
        )


def options_of(subject: Subject, rds: "RDSClient") -> tuple[list[str], list[GiveUp]]:
    """Return the options that a copy in another account has to have too, and those that forbid one.

    Only Oracle's and SQL Server's option groups hold any (aws-facts 1.1, rules 5 to 7).
    """
    group = subject.option_group
    if not group or not may_hold_options(subject):
        return [], []
    rows = rds.describe_option_groups(OptionGroupName=group)["OptionGroupsList"][0].get("Options", [])
    lasting = [
        row["OptionName"]
        for row in rows
        if row.get("Persistent") or row.get("Permanent") or row["OptionName"].startswith(_TDE)
    ]
    carried = [name for name in lasting if subject.engine.startswith("oracle") and name in _CARRIED_OPTIONS]
    forbidden = [name for name in lasting if name not in carried]
    return carried, [_options_refused(subject, group, forbidden)] if forbidden else []


def may_hold_options(subject: Subject) -> bool:
    """Tell whether a database or a snapshot has an option group of its own that may hold options which last."""
    group = subject.option_group or _DEFAULT_GROUP
    return subject.engine.startswith(_WITH_OPTIONS) and not group.startswith(_DEFAULT_GROUP)


def _options_refused(subject: Subject, group: str, options: list[str]) -> GiveUp:
    tde = any(name.startswith(_TDE) for name in options)
    remedy = (
        "carry the data with Oracle Data Pump"
        if subject.engine.startswith("oracle")
        else "take the option out of the group if it allows that, and a new snapshot after it; or carry the data with "
        "SQL Server's native backup and restore"
    )
    return OptionsNotShareable(
        f"The option group {group} of {subject.identifier} holds {', '.join(options)}: AWS shares no snapshots "
        f"{'that are encrypted with TDE' if tde else 'with persistent or permanent options'}",
        resource=subject.arn,
        remedy=remedy,
    )


def against_no_key(subject: Subject) -> Iterator[GiveUp]:
    """Yield why a snapshot without a KMS key cannot get one by a copy; an instance's plain one can.

    AWS's pages contradict each other about clusters and about keys that AWS owns (aws-facts 1.1, rules 15 and 16).
    """
    if subject.encryption == "sse-kms" or (subject.encryption == "none" and subject.family == "instance"):
        return
    how = "under a key that AWS owns (sse-rds)" if subject.encryption == "sse-rds" else "not encrypted"
    yield EncryptionNotSupported(
        f"{subject.identifier} is {how}: AWS documents no certain way to copy such a snapshot under a KMS key",
        resource=subject.arn,
        remedy="restore a snapshot of it with a KMS key (aws rds restore-db-cluster-from-snapshot --kms-key-id), and "
        "carry that cluster",
    )
