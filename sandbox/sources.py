"""Every kind of database that a transfer may be asked to carry, and every kind of snapshot, each made in one line.

`make_source(sandbox, "oracle-tde")`, `make_source(sandbox, "aurora-mysql-serverless", encryption="sse-rds")`,
`make_snapshot(sandbox, arn, "automated")`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sandbox.accounts import ACCOUNTS, SOURCE, Account
from sandbox.rds.engines import ENGINES
from sandbox.rds.identifiers import Arn
from sandbox.rds.models import AVAILABLE

if TYPE_CHECKING:
    from sandbox.clock import Clock
    from sandbox.rds import Rds
    from sandbox.rds.models import Database, Snapshot

DATABASE = "example-db"
SCHEMA = "example"
MASTER, PRODUCTION_PASSWORD = "master", "Production-Secret-1"
ENCRYPTIONS = ("aws/rds", "cmk", "sse-rds", "none")
STARTS = ("manual", "automated", "awsbackup")
WITH_SCHEMA = ("mysql", "postgres", "mariadb", "aurora-mysql", "aurora-postgresql")

_CLASS, _GIGABYTES = "db.r6g.large", 100
_PATIENCE = 6 * 3600.0  # virtual seconds for RDS to make one thing
_STORAGE = {"AllocatedStorage": _GIGABYTES}
_MULTI_AZ = {**_STORAGE, "DBClusterInstanceClass": "db.m6gd.large", "StorageType": "io1", "Iops": 1000}
_SCALING = {"ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 8}}
_CUSTOM = {"CustomIamInstanceProfile": "AWSRDSCustomInstanceProfile"}


class Place(Protocol):
    """A sandbox, or as much of it as RDS needs."""

    clock: Clock
    rds: Rds

    def client(self, service: str, account: Account = SOURCE) -> Any:
        """A boto3 client of the account's administrator."""


@dataclass(frozen=True)
class Source:
    """How one kind of database is made."""

    engine: str
    clustered: bool = False
    more: dict[str, Any] = field(default_factory=dict)
    """Parameters of its Create operation besides the usual ones."""
    member_class: str | None = None
    """The class of the instance that a cluster is given; None: no instance is made."""
    options: tuple[str, ...] = ()
    """Of an option group of its own."""


def _aurora(engine: str) -> dict[str, Source]:
    return {
        engine: Source(engine, clustered=True, member_class=_CLASS),
        f"{engine}-serverless": Source(engine, clustered=True, more=_SCALING, member_class="db.serverless"),
    }


SOURCES: dict[str, Source] = {
    **{engine: Source(engine) for engine in ("mysql", "postgres", "mariadb", "oracle-ee", "sqlserver-ee")},
    **_aurora("aurora-mysql"),
    **_aurora("aurora-postgresql"),
    "oracle-tde": Source("oracle-ee", options=("TDE",)),
    "oracle-timezone": Source("oracle-ee", options=("Timezone",)),
    "sqlserver-tde": Source("sqlserver-ee", options=("TDE",)),
    **{f"multi-az-{engine}": Source(engine, clustered=True, more=_MULTI_AZ) for engine in ("mysql", "postgres")},
    **{engine: Source(engine, more=_CUSTOM) for engine in ("custom-oracle-ee", "custom-sqlserver-ee")},
    **{engine: Source(engine, clustered=True, member_class=_CLASS) for engine in ("docdb", "neptune")},
}


def make_source(
    place: Place,
    kind: str,
    *,
    name: str = DATABASE,
    account: Account = SOURCE,
    encryption: str = "aws/rds",
    **more: Any,
) -> str:
    """Make a database and wait until it is available; gives its ARN.

    Args:
        place: where.
        kind: one of SOURCES.
        name: its identifier; a cluster's instance is called `<name>-1`.
        account: whose it is.
        encryption: one of ENCRYPTIONS (`cmk` makes a key), or a key's ARN. What Aurora calls unencrypted is `sse-rds`
            since 2026, and `none` for older clusters.
        **more: parameters of CreateDBInstance, or CreateDBCluster.
    """
    source, rds = SOURCES[kind], place.client("rds", account)
    given = {**_described(source), **_encryption(place, account, encryption), **source.more, **more}
    if source.options:
        given["OptionGroupName"] = _option_group(rds, name, source)
    before, place.rds.settings.aurora_before_2026 = place.rds.settings.aurora_before_2026, encryption == "none"
    if source.clustered:
        arn = str(rds.create_db_cluster(DBClusterIdentifier=name, **given)["DBCluster"]["DBClusterArn"])
    else:
        sized = {"DBInstanceClass": _CLASS, **_STORAGE, **given}
        arn = str(rds.create_db_instance(DBInstanceIdentifier=name, **sized)["DBInstance"]["DBInstanceArn"])
    place.rds.settings.aurora_before_2026 = before
    _wait(place, place.rds.database(arn))
    if source.member_class:
        described = {"Engine": source.engine, "DBClusterIdentifier": name, "DBInstanceClass": source.member_class}
        member = rds.create_db_instance(DBInstanceIdentifier=f"{name}-1", **described)["DBInstance"]["DBInstanceArn"]
        _wait(place, place.rds.database(member))
    return arn


def make_snapshot(place: Place, database_arn: str, start: str = "manual", name: str = "by-hand") -> str:
    """A snapshot of a database, available; gives its ARN.

    Args:
        place: where.
        database_arn: whose.
        start: one of STARTS: by hand, by RDS's nightly backup, or a recovery point of AWS Backup.
        name: of one that is made by hand; the others name themselves.
    """
    arn = Arn.parse(database_arn)
    account = next(one for one in ACCOUNTS if one.id == arn.account)
    if start == "automated":
        snapshot = place.rds.take_automated(database_arn)
    elif start == "awsbackup":
        snapshot = place.rds.take_recovery_point(database_arn, account.admin.caller)
    else:
        snapshot = _by_hand(place, arn, account, name)
    _wait(place, snapshot)
    return str(snapshot.arn)


def _described(source: Source) -> dict[str, Any]:
    engine = ENGINES[source.engine]
    described: dict[str, Any] = {"Engine": engine.name}
    if engine.has_master_user:
        described |= {"MasterUsername": MASTER, "MasterUserPassword": PRODUCTION_PASSWORD}
    if engine.name in WITH_SCHEMA:
        described["DatabaseName" if source.clustered else "DBName"] = SCHEMA
    return described


def _encryption(place: Place, account: Account, encryption: str) -> dict[str, Any]:
    if encryption in ("none", "sse-rds"):
        return {"StorageEncrypted": False}
    if encryption == "aws/rds":
        return {"StorageEncrypted": True}
    key = encryption
    if encryption == "cmk":
        key = place.client("kms", account).create_key()["KeyMetadata"]["Arn"]
    return {"StorageEncrypted": True, "KmsKeyId": key}


def _option_group(rds: Any, name: str, source: Source) -> str:
    group, engine = f"{name}-options", ENGINES[source.engine]
    rds.create_option_group(
        OptionGroupName=group,
        EngineName=engine.name,
        MajorEngineVersion=engine.major_version(engine.default_version),
        OptionGroupDescription="Options of a source",
    )
    options = [{"OptionName": option} for option in source.options]
    rds.modify_option_group(OptionGroupName=group, OptionsToInclude=options, ApplyImmediately=True)
    return group


def _by_hand(place: Place, database: Arn, account: Account, name: str) -> Snapshot:
    rds, clustered = place.client("rds", account), database.kind == "cluster"
    if clustered:
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=database.name)
    else:
        rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=database.name)
    kind = "cluster-snapshot" if clustered else "snapshot"
    return place.rds.store.snapshots[Arn(database.region, database.account, kind, name)]


def _wait(place: Place, made: Database | Snapshot) -> None:
    place.clock.wait_until(lambda: made.status == AVAILABLE, _PATIENCE)
