"""DescribeEvents: what a person looks at to see what happened to a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import TARGET
from tests.sandbox.rds_world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR, DAY = 3600.0, 86_400.0
FORTNIGHT = {"Duration": 14 * 24 * 60}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def told(world: World, **asked: Any) -> list[str]:
    rows = world.client().describe_events(**asked)["Events"]
    assert [row["Date"] for row in rows] == sorted(row["Date"] for row in rows)
    return [row["Message"] for row in rows]


def test_a_person_sees_what_happened(world: World) -> None:
    world.instance()
    world.cluster()
    assert sorted(told(world)) == ["DB cluster created", "DB instance created"]
    world.snapshot("s")
    world.client().modify_db_instance(DBInstanceIdentifier="db", MasterUserPassword="Production-2")
    rename = {"DBClusterIdentifier": "example-db", "NewDBClusterIdentifier": "renamed"}
    world.client().modify_db_cluster(**rename, ApplyImmediately=True)
    world.pass_time(HOUR / 2)
    world.client().delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    world.pass_time(HOUR / 4)
    assert told(world, **FORTNIGHT, SourceIdentifier="db", SourceType="db-instance") == [
        "DB instance created",
        "Reset master credentials",
        "DB instance deleted",
    ]
    assert told(world, **FORTNIGHT, SourceType="db-snapshot") == ["Manual snapshot created"]
    assert told(world, EventCategories=["notification"]) == ["Renamed cluster from example-db to renamed"]
    world.pass_time(2 * HOUR)
    assert told(world) == []
    assert world.client("rds", TARGET).describe_events(**FORTNIGHT)["Events"] == []


def test_many_events_come_in_pages(world: World) -> None:
    world.instance()
    change = world.client().modify_db_instance
    for number in range(25):
        change(DBInstanceIdentifier="db", MasterUserPassword=f"Production-{number}")
        world.pass_time(120)
    pages = world.client().get_paginator("describe_events").paginate(**FORTNIGHT, PaginationConfig={"PageSize": 20})
    sizes = [len(page["Events"]) for page in pages]
    assert sizes == [20, 6]


def test_after_fourteen_days_it_is_forgotten(world: World) -> None:
    world.instance(BackupRetentionPeriod=0)
    assert told(world, **FORTNIGHT) == ["DB instance created"]
    world.pass_time(15 * DAY)
    assert told(world, **FORTNIGHT) == []
