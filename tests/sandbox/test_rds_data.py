"""Rows travel with snapshots, and only as far as keys and shares let them."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.data import LoginError, connect, engine_for, open_directory, query
from tests.sandbox.rds_world import World, code_of, lease

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = 3600.0
ROWS = [(1, "test1", 10), (2, "test2", 20)]
PRODUCTION = "Production-1"
SINGLE = [name for name in ("postgres", "mysql") if engine_for(name)]
AURORA = [name for name in ("aurora-postgresql", "aurora-mysql") if engine_for(name)]


@pytest.fixture
def directory() -> Iterator[Path]:
    with open_directory("sf-rds-") as made:
        yield made


@pytest.fixture
def world(directory: Path) -> Iterator[World]:
    made = World.open(directory, data=True)
    made.admit_everybody()
    yield made
    made.close()


def write_rows(engine: str, port: int) -> None:
    with closing(connect(engine, port, "master", PRODUCTION, "example", autocommit=True)) as connection:
        cursor = connection.cursor()
        cursor.execute("create table users (id integer primary key, name varchar(20), age integer)")
        for row in ROWS:
            cursor.execute("insert into users values (%s, %s, %s)", row)


def rows(engine: str, port: int, password: str) -> list[Any]:
    with closing(connect(engine, port, "master", password, "example")) as connection:
        return query(connection, "select id, name, age from users order by id")


def instance_port(name: str, client: Any) -> int:
    (row,) = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    assert row["Endpoint"]["Address"] == "127.0.0.1"
    return int(row["Endpoint"]["Port"])


def managed_password(world: World, secret_arn: str) -> str:
    secret = world.client("secretsmanager", TARGET).get_secret_value(SecretId=secret_arn)["SecretString"]
    return str(json.loads(secret)["password"])


@pytest.mark.parametrize("engine", SINGLE)
def test_an_instance_crosses_with_its_rows_and_gets_a_password_of_its_own(world: World, engine: str) -> None:
    target = world.client("rds", TARGET)
    world.instance(Engine=engine, DBName="example", MasterUserPassword=PRODUCTION)
    write_rows(engine, instance_port("db", world.client()))
    world.snapshot("plain")
    shared = world.copy("plain", "shared", KmsKeyId=world.key(SOURCE, lease()))
    world.share("shared")
    world.copy(shared, "mine", TARGET, KmsKeyId=world.key(TARGET))
    world.client().delete_db_snapshot(DBSnapshotIdentifier="shared")

    target.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="db-2", DBSnapshotIdentifier="mine")
    (server,) = [one.server for one in world.rds.store.instances.values() if one.name == "db-2"]
    assert server is not None
    with pytest.raises(LoginError):
        rows(engine, server.port, PRODUCTION)
    world.wait(lambda: world.status_of_instance("db-2", TARGET) == "available")
    port = instance_port("db-2", target)
    assert rows(engine, port, PRODUCTION) == ROWS

    target.modify_db_instance(DBInstanceIdentifier="db-2", ManageMasterUserPassword=True)
    world.pass_time(HOUR)
    (row,) = target.describe_db_instances(DBInstanceIdentifier="db-2")["DBInstances"]
    assert rows(engine, port, managed_password(world, row["MasterUserSecret"]["SecretArn"])) == ROWS
    with pytest.raises(LoginError):
        rows(engine, port, PRODUCTION)


@pytest.mark.parametrize("engine", AURORA)
def test_a_cluster_answers_once_it_has_an_instance_and_never_to_the_old_password(world: World, engine: str) -> None:
    rds, target = world.client(), world.client("rds", TARGET)
    world.cluster(Engine=engine, DatabaseName="example", MasterUserPassword=PRODUCTION, KmsKeyId=world.key())
    (cluster,) = world.rds.store.clusters.values()
    assert cluster.server is not None
    assert not cluster.server.running
    world.member("example-db-1", "example-db", engine=engine)
    write_rows(engine, instance_port("example-db-1", rds))
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="plain", DBClusterIdentifier="example-db")
    world.pass_time(HOUR)
    rds.copy_db_cluster_snapshot(
        SourceDBClusterSnapshotIdentifier="plain",
        TargetDBClusterSnapshotIdentifier="shared",
        KmsKeyId=world.key(SOURCE, lease()),
    )
    world.pass_time(2 * HOUR)
    rds.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="shared",
        AttributeName="restore",
        ValuesToAdd=[TARGET.id],
    )
    target.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="example-db-2",
        SnapshotIdentifier="arn:aws:rds:eu-west-1:111111111111:cluster-snapshot:shared",
        Engine=engine,
        KmsKeyId=world.key(TARGET),
    )
    world.wait(lambda: world.status_of_cluster("example-db-2", TARGET) == "available")
    target.modify_db_cluster(DBClusterIdentifier="example-db-2", ManageMasterUserPassword=True)
    world.pass_time(HOUR)
    world.member("example-db-2-1", "example-db-2", TARGET, engine)
    (row,) = target.describe_db_clusters(DBClusterIdentifier="example-db-2")["DBClusters"]
    assert row["Port"] == instance_port("example-db-2-1", target)
    assert row["Endpoint"] == row["ReaderEndpoint"] == "127.0.0.1"
    assert rows(engine, row["Port"], managed_password(world, row["MasterUserSecret"]["SecretArn"])) == ROWS
    with pytest.raises(LoginError):
        rows(engine, row["Port"], PRODUCTION)


def test_a_snapshot_keeps_the_rows_of_its_moment_and_none_of_them_in_clear(world: World, directory: Path) -> None:
    world.instance(DBName="example", MasterUserPassword=PRODUCTION)
    port = instance_port("db", world.client())
    write_rows("postgres", port)
    world.snapshot("s1")
    with closing(connect("postgres", port, "master", PRODUCTION, "example", autocommit=True)) as connection:
        connection.cursor().execute("delete from users")
    (sealed,) = directory.glob("*.snapshot")
    assert b"test1" not in sealed.read_bytes()
    rds = world.client()
    rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="old", DBSnapshotIdentifier="s1")
    world.wait(lambda: world.status_of_instance("old") == "available")
    assert rows("postgres", port, PRODUCTION) == []
    assert rows("postgres", instance_port("old", rds), PRODUCTION) == ROWS


def test_a_copy_of_damaged_data_fails(world: World, directory: Path) -> None:
    world.instance(DBName="example", MasterUserPassword=PRODUCTION)
    world.snapshot("s1")
    (sealed,) = directory.glob("*.snapshot")
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= 1
    sealed.write_bytes(content)
    world.client().copy_db_snapshot(SourceDBSnapshotIdentifier="s1", TargetDBSnapshotIdentifier="s2")
    world.until_snapshot("s2", status="failed")


def test_a_password_changes_shortly_after_the_call(world: World) -> None:
    rds = world.client()
    world.instance(DBName="example", MasterUserPassword=PRODUCTION)
    port = instance_port("db", rds)
    write_rows("postgres", port)
    rds.modify_db_instance(DBInstanceIdentifier="db", MasterUserPassword="Another-One-2")
    assert world.status_of_instance("db") == "resetting-master-credentials"
    assert rows("postgres", port, PRODUCTION) == ROWS
    world.pass_time(HOUR)
    assert rows("postgres", port, "Another-One-2") == ROWS
    with pytest.raises(LoginError):
        rows("postgres", port, PRODUCTION)


def test_what_is_deleted_is_gone_from_the_machine(world: World, directory: Path) -> None:
    rds = world.client()
    world.instance(DBName="example", MasterUserPassword=PRODUCTION)
    port = instance_port("db", rds)
    world.snapshot("s1")
    rds.delete_db_snapshot(DBSnapshotIdentifier="s1")
    rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    with pytest.raises(LoginError):
        rows("postgres", port, PRODUCTION)
    world.pass_time(HOUR)
    assert list(directory.iterdir()) == []


def test_engines_without_a_server_are_control_plane_only(world: World) -> None:
    rds = world.client()
    row = world.instance("ora", Engine="oracle-ee", MasterUserPassword="Production-1")
    assert row["Endpoint"]["Address"].endswith(".rds.amazonaws.com")
    assert row["Endpoint"]["Port"] == 1521
    world.snapshot("s1", "ora")
    world.copy("s1", "s2", KmsKeyId=world.key())
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="ora-2",
        DBSnapshotIdentifier="s2",
        ManageMasterUserPassword=True,
    )
    world.wait(lambda: world.status_of_instance("ora-2") == "available")
    (restored,) = rds.describe_db_instances(DBInstanceIdentifier="ora-2")["DBInstances"]
    assert restored["MasterUserSecret"]["SecretStatus"] == "active"
    assert code_of(rds.describe_db_instances, DBInstanceIdentifier="nope") == "DBInstanceNotFound"


def test_a_stopped_server_lets_nobody_in_and_keeps_its_rows(world: World) -> None:
    world.instance(DBName="example", MasterUserPassword=PRODUCTION)
    port = instance_port("db", world.client())
    write_rows("postgres", port)
    world.client().stop_db_instance(DBInstanceIdentifier="db")
    with pytest.raises(LoginError):
        rows("postgres", port, PRODUCTION)
    world.pass_time(HOUR)
    world.client().start_db_instance(DBInstanceIdentifier="db")
    world.pass_time(HOUR)
    assert rows("postgres", instance_port("db", world.client()), PRODUCTION) == ROWS


def test_a_rotated_password_is_the_servers_and_a_renamed_server_is_gone_for_a_while(world: World) -> None:
    target = world.client("rds", TARGET)
    world.instance(account=TARGET, DBName="example", MasterUserPassword=PRODUCTION)
    write_rows("postgres", instance_port("db", target))
    target.modify_db_instance(DBInstanceIdentifier="db", ManageMasterUserPassword=True)
    world.pass_time(HOUR)
    port, secret = instance_port("db", target), instance_secret("db", target)
    first = managed_password(world, secret)
    world.client("secretsmanager", TARGET).rotate_secret(SecretId=secret)
    assert rows("postgres", port, first) == ROWS
    world.pass_time(HOUR)
    with pytest.raises(LoginError):
        rows("postgres", port, first)
    assert rows("postgres", port, managed_password(world, secret)) == ROWS
    target.modify_db_instance(DBInstanceIdentifier="db", NewDBInstanceIdentifier="db-2", ApplyImmediately=True)
    with pytest.raises(LoginError):
        rows("postgres", port, managed_password(world, secret))
    world.pass_time(HOUR)
    renewed = managed_password(world, instance_secret("db-2", target))
    assert rows("postgres", instance_port("db-2", target), renewed) == ROWS


def instance_secret(name: str, client: Any) -> str:
    (row,) = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return str(row["MasterUserSecret"]["SecretArn"])
