"""Master passwords: changed shortly after the call, or managed by RDS in a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE
from tests.sandbox.rds_world import World, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MINUTE = 60.0
RDS = {"Effect": "Allow", "Action": "rds:*", "Resource": "*"}
SECRETS = {"Effect": "Allow", "Action": ["secretsmanager:CreateSecret", "secretsmanager:TagResource"], "Resource": "*"}
KEYS = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path, permissions=True)
    yield made
    made.close()


def cluster_of(world: World) -> dict[str, Any]:
    return dict(world.client().describe_db_clusters(DBClusterIdentifier="example-db")["DBClusters"][0])


def test_a_cluster_without_instances_gets_a_managed_password(world: World) -> None:
    world.cluster()
    key = world.key()
    world.client().modify_db_cluster(
        DBClusterIdentifier="example-db",
        ManageMasterUserPassword=True,
        MasterUserSecretKmsKeyId=key,
    )
    row = cluster_of(world)
    assert row["Status"] == "resetting-master-credentials"
    assert row["MasterUserSecret"]["SecretStatus"] == "creating"
    assert row["MasterUserSecret"]["KmsKeyId"] == key
    world.pass_time(2 * MINUTE)
    row = cluster_of(world)
    assert (row["Status"], row["MasterUserSecret"]["SecretStatus"]) == ("available", "active")
    secrets = world.client("secretsmanager")
    secret = json.loads(secrets.get_secret_value(SecretId=row["MasterUserSecret"]["SecretArn"])["SecretString"])
    assert secret["username"] == "master"
    assert secret["password"] not in ("", "Production-1")
    described = secrets.describe_secret(SecretId=row["MasterUserSecret"]["SecretArn"])
    assert described["Name"].startswith("rds!cluster-")
    assert {"Key": "aws:rds:primaryDBClusterArn", "Value": row["DBClusterArn"]} in described["Tags"]


def test_the_secret_goes_with_its_database(world: World) -> None:
    world.instance(ManageMasterUserPassword=True, MasterUserPassword="")
    assert len(world.client("secretsmanager").list_secrets()["SecretList"]) == 1
    world.client().delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    world.pass_time(60 * MINUTE)
    assert world.client("secretsmanager").list_secrets()["SecretList"] == []


def test_managed_and_given_exclude_each_other(world: World) -> None:
    world.instance()
    change = world.client().modify_db_instance
    both = {"ManageMasterUserPassword": True, "MasterUserPassword": "Production-2"}
    assert code_of(change, DBInstanceIdentifier="db", **both) == "InvalidParameterCombination"
    change(DBInstanceIdentifier="db", ManageMasterUserPassword=True)
    world.pass_time(5 * MINUTE)
    given = code_of(change, DBInstanceIdentifier="db", MasterUserPassword="Production-2")
    assert given == "InvalidParameterCombination"
    bare = code_of(change, DBInstanceIdentifier="db", ManageMasterUserPassword=False)
    assert bare == "InvalidParameterCombination"
    change(DBInstanceIdentifier="db", ManageMasterUserPassword=False, MasterUserPassword="Production-2")
    assert world.client("secretsmanager").list_secrets()["SecretList"] == []


def test_managing_twice_changes_nothing(world: World) -> None:
    world.cluster()
    change = {"DBClusterIdentifier": "example-db", "ManageMasterUserPassword": True}
    world.client().modify_db_cluster(**change)
    world.pass_time(5 * MINUTE)
    before = cluster_of(world)["MasterUserSecret"]
    world.client().modify_db_cluster(**change)
    assert cluster_of(world)["MasterUserSecret"] == before
    assert len(world.client("secretsmanager").list_secrets()["SecretList"]) == 1
    other_key = code_of(world.client().modify_db_cluster, **change, MasterUserSecretKmsKeyId=world.key())
    assert other_key == "InvalidParameterCombination"


@pytest.mark.parametrize("missing", ["secrets", "keys"])
def test_the_caller_needs_the_rights_that_aws_documents(world: World, missing: str) -> None:
    world.cluster()
    key = world.key()
    rights: list[dict[str, Any]] = [
        RDS,
        *([SECRETS] if missing != "secrets" else []),
        *([KEYS] if missing != "keys" else []),
    ]
    role = world.role(SOURCE, "poor", *rights)
    code = code_of(
        role.modify_db_cluster,
        DBClusterIdentifier="example-db",
        ManageMasterUserPassword=True,
        MasterUserSecretKmsKeyId=key,
    )
    assert code == ("AccessDenied" if missing == "secrets" else "KMSKeyNotAccessibleFault")
    assert "MasterUserSecret" not in cluster_of(world)
    enough = world.role(SOURCE, "rich", RDS, SECRETS, KEYS)
    enough.modify_db_cluster(
        DBClusterIdentifier="example-db",
        ManageMasterUserPassword=True,
        MasterUserSecretKmsKeyId=key,
    )
