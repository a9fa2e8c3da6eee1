"""Databases without their key (RDS guide, Overview.Encryption)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.rds_world import DAY, World, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECOVERABLE = "inaccessible-encryption-credentials-recoverable"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def test_a_database_without_its_key_cannot_be_used(world: World) -> None:
    key = world.key()
    world.instance(KmsKeyId=key)
    world.instance("other")
    world.client("kms").disable_key(KeyId=key)
    assert world.status_of_instance("db") == RECOVERABLE
    assert world.status_of_instance("other") == "available"
    refusal = code_of(world.client().create_db_snapshot, DBSnapshotIdentifier="s", DBInstanceIdentifier="db")
    assert refusal == "InvalidDBInstanceState"


def test_after_seven_days_it_is_lost(world: World) -> None:
    key = world.key()
    world.cluster(KmsKeyId=key)
    world.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=30)
    world.pass_time(6.9 * DAY)
    assert world.status_of_cluster("example-db") == RECOVERABLE
    world.pass_time(0.2 * DAY)
    assert world.status_of_cluster("example-db") == "inaccessible-encryption-credentials"
