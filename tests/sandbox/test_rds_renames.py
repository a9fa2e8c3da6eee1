"""New names: what they break for a while, and what stays as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.rds_world import World, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = 3600.0
NOW = {"ApplyImmediately": True}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def instance_of(world: World, name: str) -> dict[str, Any]:
    return dict(world.client().describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])


def found(world: World, name: str) -> bool:
    rows = world.client().describe_db_instances()["DBInstances"]
    return name in [row["DBInstanceIdentifier"] for row in rows]


def test_an_instance_passes_through_renaming_and_rebooting_and_keeps_what_is_its_own(world: World) -> None:
    before = world.instance(Tags=[{"Key": "a", "Value": "1"}])
    world.snapshot("s")
    world.client().modify_db_instance(DBInstanceIdentifier="db", NewDBInstanceIdentifier="db-2", **NOW)
    assert world.status_of_instance("db") == "renaming"
    world.wait(lambda: found(world, "db-2"))
    assert world.status_of_instance("db-2") == "rebooting"
    assert code_of(world.client().describe_db_instances, DBInstanceIdentifier="db") == "DBInstanceNotFound"
    world.wait(lambda: world.status_of_instance("db-2") == "available")
    after = instance_of(world, "db-2")
    same = ("DbiResourceId", "TagList", "KmsKeyId", "InstanceCreateTime")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["Endpoint"]["Address"].startswith("db-2.")
    assert world.snapshot_row("s")["DBInstanceIdentifier"] == "db"


def test_names_are_swapped_by_way_of_a_third(world: World) -> None:
    """What a person does who puts a new database in the old one's place."""
    world.instance("app")
    world.instance("app-new")
    rds = world.client()
    old, new = instance_of(world, "app"), instance_of(world, "app-new")
    swap = {"DBInstanceIdentifier": "app-new", "NewDBInstanceIdentifier": "app", **NOW}
    assert code_of(rds.modify_db_instance, **swap) == "DBInstanceAlreadyExists"
    rds.modify_db_instance(DBInstanceIdentifier="app", NewDBInstanceIdentifier="app-old", **NOW)
    assert code_of(rds.modify_db_instance, **swap) == "DBInstanceAlreadyExists"
    world.wait(lambda: found(world, "app-old"))
    rds.modify_db_instance(**swap)
    world.pass_time(HOUR)
    ids = {name: instance_of(world, name)["DbiResourceId"] for name in ("app", "app-old")}
    assert ids == {"app": new["DbiResourceId"], "app-old": old["DbiResourceId"]}


def test_for_a_while_neither_name_may_be_found(world: World) -> None:
    world.rds.settings.unconfirmed.seconds_between_names = 120.0
    world.instance()
    world.client().modify_db_instance(DBInstanceIdentifier="db", NewDBInstanceIdentifier="db-2", **NOW)
    world.wait(lambda: not found(world, "db"))
    assert not found(world, "db-2")
    assert code_of(world.client().describe_db_instances, DBInstanceIdentifier="db-2") == "DBInstanceNotFound"
    assert code_of(world.instance, "db-2") == "DBInstanceAlreadyExists"
    world.pass_time(121)
    assert found(world, "db-2")


@pytest.mark.parametrize("renewed", [True, False])
def test_a_renamed_database_may_get_a_new_secret(world: World, renewed: bool) -> None:  # noqa: FBT001
    world.rds.settings.unconfirmed.rename_makes_new_secret = renewed
    key = world.key()
    row = world.instance(ManageMasterUserPassword=True, MasterUserPassword="", MasterUserSecretKmsKeyId=key)
    world.client().modify_db_instance(DBInstanceIdentifier="db", NewDBInstanceIdentifier="db-2", **NOW)
    world.pass_time(HOUR)
    secret = instance_of(world, "db-2")["MasterUserSecret"]
    assert (secret["SecretStatus"], secret["KmsKeyId"]) == ("active", key)
    secrets = world.client("secretsmanager")
    assert [one["ARN"] for one in secrets.list_secrets()["SecretList"]] == [secret["SecretArn"]]
    assert (secret["SecretArn"] != row["MasterUserSecret"]["SecretArn"]) is renewed
    assert json.loads(secrets.get_secret_value(SecretId=secret["SecretArn"])["SecretString"])["password"]


def test_a_cluster_waits_for_its_window_too(world: World) -> None:
    world.cluster(PreferredMaintenanceWindow="mon:03:00-mon:03:30")
    rds = world.client()
    rds.modify_db_cluster(DBClusterIdentifier="example-db", NewDBClusterIdentifier="renamed")
    (row,) = rds.describe_db_clusters()["DBClusters"]
    assert (row["Status"], row["PendingModifiedValues"]) == ("available", {"DBClusterIdentifier": "renamed"})
    world.pass_time(7 * 24 * HOUR)
    assert [one["DBClusterIdentifier"] for one in rds.describe_db_clusters()["DBClusters"]] == ["renamed"]
