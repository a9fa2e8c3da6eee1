"""Every kind of source is made in one line, and is what AWS says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import TARGET
from sandbox.rds.engines import ENGINES
from sandbox.sources import ENCRYPTIONS, SOURCES, STARTS, make_snapshot, make_source
from tests.sandbox.rds_world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def test_every_kind_of_database_can_be_made_and_kept_apart(world: World) -> None:
    for number, kind in enumerate(SOURCES):
        arn = make_source(world, kind, name=f"db-{number}")
        database = world.rds.database(arn)
        assert (database.status, database.engine) == ("available", SOURCES[kind].engine)
        assert database.family.clustered is SOURCES[kind].clustered
    assert {one.engine for one in world.rds.store.databases()} <= set(ENGINES)


@pytest.mark.parametrize("kind", ["postgres", "aurora-mysql-serverless"])
def test_every_encryption(world: World, kind: str) -> None:
    types = {}
    for number, encryption in enumerate(ENCRYPTIONS):
        arn = make_source(world, kind, name=f"db-{number}", encryption=encryption)
        types[encryption] = world.rds.database(arn).storage_encryption
    own = "sse-rds" if SOURCES[kind].clustered else "none"
    assert types == {"aws/rds": "sse-kms", "cmk": "sse-kms", "sse-rds": own, "none": "none"}
    key = world.key()
    assert world.rds.database(make_source(world, kind, name="keyed", encryption=key)).key_arn == key


@pytest.mark.parametrize("kind", ["mysql", "aurora-postgresql"])
@pytest.mark.parametrize("start", STARTS)
def test_every_snapshot_to_start_from(world: World, kind: str, start: str) -> None:
    database = make_source(world, kind, account=TARGET)
    arn = make_snapshot(world, database, start)
    (snapshot,) = world.rds.store.snapshots.values()
    assert (str(snapshot.arn), snapshot.type, snapshot.status) == (arn, start, "available")
    assert snapshot.arn.account == TARGET.id
