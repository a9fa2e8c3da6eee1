"""What may be wrong with the input, the database, its encryption, or the snapshot it starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.accounts import SOURCE, TARGET
from sandbox.sources import make_snapshot
from tests.end_to_end.wrong_setups.case import PLAN, Case, Cases
from tests.end_to_end.wrong_setups.scene import Attempt, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES: list[Case] = []
case = Cases("source", PLAN, CASES)

case.given("the input misspells a field", {"database": "example-db", "profil": "x"}, "InvalidInput", "profil")
case.given("the input has text for a yes or no", {"database": "example-db", "restore": "no"}, "InvalidInput", "restore")
case.given("the input names no database", {}, "InvalidInput", "database: this field is missing")
case.given("no database has that name", {"database": "exampledb"}, "DatabaseNotFound", "exampledb")
case.given("no database can have that name", {"database": "example--db"}, "InvalidInput", "example--db")
case.given(
    "the ARN is of another Region",
    {"database": f"arn:aws:rds:us-east-1:{SOURCE.id}:cluster:example-db"},
    "SourceElsewhere",
    "us-east-1",
)
case.given(
    "the ARN is of another account",
    {"database": f"arn:aws:rds:eu-west-1:{TARGET.id}:cluster:example-db"},
    "SourceElsewhere",
    TARGET.id,
)
case.given("no snapshot has that name", {"database": "example-db", "snapshot": "nope"}, "SnapshotNotFound", "nope")
case.given(
    "there is no automated snapshot yet",
    {"database": "example-db", "snapshot": "latest"},
    "SnapshotNotFound",
    "automated",
)


@case("the execution's name has a full stop in it", "InvalidExecutionName", "two.words")
def _(_: Scene) -> Iterator[Attempt]:
    yield Attempt(name="two.words")


@case("the database is stopped", "DatabaseNotAvailable", "stopped")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.source("postgres", "resting")
    scene.client("rds").stop_db_instance(DBInstanceIdentifier="resting")
    scene.sandbox.clock.run(limit=3600)
    yield Attempt({"database": "resting"})


@case("the database is still being created", "DatabaseNotAvailable", "creating")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.client("rds").create_db_instance(
        DBInstanceIdentifier="fresh",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="master",
        MasterUserPassword="Any-Password-1",
        StorageEncrypted=True,
    )
    yield Attempt({"database": "fresh"})


def _kind(wrong: str, kind: str, error: str, says: str, encryption: str = "aws/rds") -> None:
    name = f"a-{kind}"

    def arrange(scene: Scene) -> Iterator[Attempt]:
        scene.source(kind, name, encryption)
        yield Attempt({"database": name})

    case(wrong, error, says)(arrange)


_kind("it is DocumentDB", "docdb", "EngineNotSupported", "docdb")
_kind("it is Neptune", "neptune", "EngineNotSupported", "neptune")
_kind("it is RDS Custom", "custom-oracle-ee", "EngineNotSupported", "custom-oracle-ee")
_kind("it is a Multi-AZ DB cluster", "multi-az-postgres", "MultiAzCluster", "Multi-AZ")
_kind("it is Oracle with TDE", "oracle-tde", "OptionsNotShareable", "TDE")
_kind("it is SQL Server with TDE", "sqlserver-tde", "OptionsNotShareable", "TDE")
_kind(
    "it is an Aurora cluster without encryption", "aurora-postgresql", "EncryptionNotSupported", "not encrypted", "none"
)


@case("it is under a key that the stack may not use", "DatabaseKeyNotNamed", "DatabaseKeyArns")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.source("postgres", "under-own-key", "cmk")
    yield Attempt({"database": "under-own-key"})


@case(
    "the database's own key is disabled, and so the database cannot be used",
    "TransferNotPossible",
    "DatabaseKeyNotUsable",
)
def _(scene: Scene) -> Iterator[Attempt]:
    key = scene.key()
    scene.source("mysql", "under-lost-key", key)
    scene.client("kms").disable_key(KeyId=key)
    yield Attempt({"database": "under-lost-key"})


@case("it is under the transfer key itself", "UnderTransferKey", "ShareOriginals")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.source("mysql", "under-transfer-key", scene.stage.transfer_key)
    yield Attempt({"database": "under-transfer-key"})


@case("the snapshot is of another database", "SnapshotOfAnotherDatabase", "another-one")
def _(scene: Scene) -> Iterator[Attempt]:
    make_snapshot(scene.sandbox, scene.source("aurora-mysql", "another-one"), name="of-another-one")
    yield Attempt({"database": "example-db", "snapshot": "of-another-one"})
    scene.client("rds").delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="of-another-one")


@case("the snapshot is not finished", "SnapshotNotAvailable", "creating")
def _(scene: Scene) -> Iterator[Attempt]:
    rds = scene.client("rds")
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="unfinished", DBClusterIdentifier="example-db")
    yield Attempt({"database": "example-db", "snapshot": "unfinished"})
    scene.sandbox.clock.run(limit=7200)
    rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="unfinished")
    scene.sandbox.clock.run(limit=3600)


@case("another execution carries the database already", "AnotherTransferRuns", "the-first-one")
def _(scene: Scene) -> Iterator[Attempt]:
    """It holds the turn while it waits for a target that never answers."""
    scene.sandbox.events.before_delivery.append(lambda _: ())
    running = scene.sandbox.start_execution(scene.stage.machine_arn, "the-first-one", {"database": "example-db"})
    scene.sandbox.clock.run(limit=60)
    yield Attempt()
    scene.sandbox.events.before_delivery.clear()
    scene.client("stepfunctions").stop_execution(executionArn=running)
    scene.sandbox.clock.run(limit=60)


@case("a role of the stack lacks its rights", "TransferNotPossible", "rds:DescribeDBClusters")
def _(scene: Scene) -> Iterator[Attempt]:
    with scene.without_rights("snapferry-source-PlanTransferFunctionRole", SOURCE) as attempt:
        yield attempt


@case("three things at once", "TransferNotPossible", "(3) DatabaseNotFound")
def _(scene: Scene) -> Iterator[Attempt]:
    kms = scene.client("kms")
    attempt = scene.on_second_stack()
    kms.disable_key(KeyId=scene.deployers_key)
    yield Attempt({"database": "nope"}, attempt.machine, "two.words.more")
    kms.enable_key(KeyId=scene.deployers_key)
