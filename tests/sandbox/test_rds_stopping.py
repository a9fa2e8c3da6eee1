"""Stopped databases, and what cannot be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.rds_world import World, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def test_a_stopped_instance_answers_nobody_until_it_is_started(world: World) -> None:
    world.instance()
    rds, name = world.client(), {"DBInstanceIdentifier": "db"}
    assert code_of(rds.start_db_instance, **name) == "InvalidDBInstanceState"
    answer = rds.stop_db_instance(**name)["DBInstance"]
    assert answer["DBInstanceStatus"] == "stopping"
    assert code_of(rds.stop_db_instance, **name) == "InvalidDBInstanceState"
    world.pass_time(HOUR)
    assert world.status_of_instance("db") == "stopped"
    assert code_of(world.snapshot, "s") == "InvalidDBInstanceState"
    assert code_of(rds.modify_db_instance, **name, DeletionProtection=True) == "InvalidDBInstanceState"
    assert rds.start_db_instance(**name)["DBInstance"]["DBInstanceStatus"] == "starting"
    world.pass_time(HOUR)
    assert world.status_of_instance("db") == "available"
    world.snapshot("s")


def test_members_stop_with_their_cluster(world: World) -> None:
    world.cluster()
    world.member("m1", "example-db")
    rds, name = world.client(), {"DBClusterIdentifier": "example-db"}
    assert code_of(rds.stop_db_instance, DBInstanceIdentifier="m1") == "InvalidDBClusterStateFault"
    rds.stop_db_cluster(**name)
    world.pass_time(HOUR)
    assert (world.status_of_cluster("example-db"), world.status_of_instance("m1")) == ("stopped", "stopped")
    assert code_of(rds.stop_db_cluster, **name) == "InvalidDBClusterStateFault"
    rds.start_db_cluster(**name)
    world.pass_time(HOUR)
    assert (world.status_of_cluster("example-db"), world.status_of_instance("m1")) == ("available", "available")
    world.multi_az_cluster("multi")
    assert code_of(rds.stop_db_cluster, DBClusterIdentifier="multi") == "InvalidDBClusterStateFault"


def test_after_seven_days_it_starts_by_itself(world: World) -> None:
    world.instance()
    world.client().stop_db_instance(DBInstanceIdentifier="db")
    world.pass_time(7 * DAY - HOUR)
    assert world.status_of_instance("db") == "stopped"
    world.pass_time(2 * HOUR)
    assert world.status_of_instance("db") == "available"
