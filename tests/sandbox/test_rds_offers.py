"""What AWS offers for an engine's version: its parameter group family, its logs, the classes that are sold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.rds_world import World, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def offers(world: World, engine: str, name: str) -> list[dict[str, Any]]:
    pages = world.client().get_paginator("describe_orderable_db_instance_options")
    found = pages.paginate(Engine=engine, EngineVersion="16.8", DBInstanceClass=name)
    return [dict(row) for page in found for row in page["OrderableDBInstanceOptions"]]


@pytest.mark.parametrize(
    ("engine", "version", "family", "major"),
    [
        ("postgres", "16.8", "postgres16", "16"),
        ("mysql", "8.0.42", "mysql8.0", "8.0"),
        ("aurora-mysql", "8.0.mysql_aurora.3.08.2", "aurora-mysql8.0", "8.0"),
        ("oracle-ee", "19.0.0.0.ru-2025-04.rur-2025-04.r1", "oracle-ee-19", "19"),
    ],
)
def test_a_version_names_its_groups_and_takes_the_group_that_it_names(
    world: World, engine: str, version: str, family: str, major: str
) -> None:
    rds = world.client()
    (row,) = rds.describe_db_engine_versions(Engine=engine, EngineVersion=version)["DBEngineVersions"]
    assert (row["DBParameterGroupFamily"], row["MajorEngineVersion"]) == (family, major)


def test_a_database_takes_the_group_and_the_logs_that_its_version_tells_and_no_others(world: World) -> None:
    rds = world.client()
    (row,) = rds.describe_db_engine_versions(Engine="postgres", EngineVersion="16.8")["DBEngineVersions"]
    for name, family in (("fits", row["DBParameterGroupFamily"]), ("other", "postgres15")):
        rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=family, Description="d")
    logs = row["ExportableLogTypes"]
    world.instance(DBParameterGroupName="fits", EnableCloudwatchLogsExports=logs, EngineVersion="16.8")
    assert code_of(world.instance, "db2", DBParameterGroupName="other") == "InvalidParameterCombination"
    assert code_of(world.instance, "db2", EnableCloudwatchLogsExports=["slowquery"]) == "InvalidParameterCombination"
    assert "slowquery" not in logs


def test_classes_are_sold_by_engine_with_the_storage_that_goes_with_them(world: World) -> None:
    kinds = {row["StorageType"]: row["MultiAZCapable"] for row in offers(world, "postgres", "db.r6g.large")}
    assert kinds.keys() >= {"gp3", "io2"}
    assert all(kinds.values())
    of_aurora = {
        row["StorageType"]: row["MultiAZCapable"] for row in offers(world, "aurora-postgresql", "db.r6g.large")
    }
    assert of_aurora == {"aurora": False, "aurora-iopt1": False}
    assert offers(world, "aurora-postgresql", "db.serverless")
    for name in ("db.serverless", "db.r6g.small", "db.z9.huge", "r6g.large"):
        assert offers(world, "postgres", name) == [], name
