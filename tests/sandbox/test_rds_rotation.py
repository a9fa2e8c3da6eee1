"""Rotation of managed passwords: by the week, and by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.rds_world import World, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
MANAGED: dict[str, Any] = {"ManageMasterUserPassword": True, "MasterUserPassword": ""}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def secret_of(world: World) -> dict[str, Any]:
    (row,) = world.client().describe_db_instances(DBInstanceIdentifier="db")["DBInstances"]
    return dict(row["MasterUserSecret"])


def password(world: World, stage: str = "AWSCURRENT") -> str:
    secrets = world.client("secretsmanager")
    value = secrets.get_secret_value(SecretId=secret_of(world)["SecretArn"], VersionStage=stage)
    return str(json.loads(value["SecretString"])["password"])


def test_every_week_the_password_changes_in_server_and_secret(world: World) -> None:
    world.instance(**MANAGED)
    passwords = {password(world)}
    world.pass_time(7 * DAY - HOUR)
    assert password(world) in passwords
    for week in range(3):
        world.pass_time(2 * HOUR if week == 0 else 7 * DAY)
        passwords.add(password(world))
    assert len(passwords) == 4
    assert secret_of(world)["SecretStatus"] == "active"
    described = world.client("secretsmanager").describe_secret(SecretId=secret_of(world)["SecretArn"])
    assert described["RotationEnabled"] is True
    assert described["RotationRules"] == {"AutomaticallyAfterDays": 7}
    assert described["OwningService"] == "rds"


def test_rotate_secret_rotates_and_sets_the_schedule(world: World) -> None:
    world.instance(**MANAGED)
    arn, first = secret_of(world)["SecretArn"], password(world)
    rotate = world.client("secretsmanager").rotate_secret
    rotate(SecretId=arn)
    assert secret_of(world)["SecretStatus"] == "rotating"
    assert password(world) == first
    world.pass_time(2 * MINUTE)
    second = password(world)
    assert second != first
    assert password(world, "AWSPREVIOUS") == first
    assert (secret_of(world)["SecretArn"], secret_of(world)["SecretStatus"]) == (arn, "active")
    rotate(SecretId=arn, RotationRules={"AutomaticallyAfterDays": 2}, RotateImmediately=False)
    assert password(world) == second
    world.pass_time(2 * DAY + HOUR)
    assert password(world) not in (first, second)
    assert password(world, "AWSPREVIOUS") == second


def test_rotation_is_asked_for_at_once_and_of_a_managed_password(world: World) -> None:
    world.instance()
    change = world.client().modify_db_instance
    rotate = {"DBInstanceIdentifier": "db", "RotateMasterUserPassword": True}
    assert code_of(change, **rotate, ApplyImmediately=True) == "InvalidParameterCombination"
    change(DBInstanceIdentifier="db", ManageMasterUserPassword=True)
    world.pass_time(HOUR)
    first = password(world)
    assert code_of(change, **rotate) == "InvalidParameterCombination"
    change(**rotate, ApplyImmediately=True)
    assert world.status_of_instance("db") == "resetting-master-credentials"
    world.pass_time(HOUR)
    assert password(world) != first


def test_a_stopped_database_is_rotated_once_it_answers_again(world: World) -> None:
    world.instance(**MANAGED)
    first = password(world)
    world.pass_time(6 * DAY)
    world.client().stop_db_instance(DBInstanceIdentifier="db")
    world.pass_time(2 * DAY)
    assert password(world) == first
    world.client().start_db_instance(DBInstanceIdentifier="db")
    world.pass_time(3 * HOUR)
    assert password(world) != first


def test_without_its_key_a_secret_is_impaired(world: World) -> None:
    key = world.key()
    world.instance(**MANAGED, MasterUserSecretKmsKeyId=key)
    world.client("kms").disable_key(KeyId=key)
    world.client("secretsmanager").rotate_secret(SecretId=secret_of(world)["SecretArn"])
    world.pass_time(HOUR)
    assert secret_of(world)["SecretStatus"] == "impaired"
    world.client("kms").enable_key(KeyId=key)
    world.client("secretsmanager").rotate_secret(SecretId=secret_of(world)["SecretArn"])
    world.pass_time(HOUR)
    assert secret_of(world)["SecretStatus"] == "active"


def test_a_deleted_database_is_not_rotated(world: World) -> None:
    world.instance(**MANAGED)
    world.client().delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    world.pass_time(15 * DAY)
    assert world.client("secretsmanager").list_secrets()["SecretList"] == []
