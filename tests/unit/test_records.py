"""What RDS tells, read with care."""

from typing import Any

import pytest

from snapferry.databases.records import Snapshot, encryption_of, secret_of, tag_list, tags_of


@pytest.mark.parametrize(
    ("row", "encryption"),
    [
        ({}, "none"),
        ({"Encrypted": False}, "none"),
        ({"StorageEncrypted": False, "StorageEncryptionType": "none"}, "none"),
        ({"Encrypted": True}, "sse-kms"),
        ({"StorageEncrypted": True, "KmsKeyId": "arn"}, "sse-kms"),
        ({"Encrypted": True, "StorageEncryptionType": "sse-kms"}, "sse-kms"),
        ({"Encrypted": False, "StorageEncryptionType": "sse-rds"}, "sse-rds"),  # under AWS's own key, not plain
        ({"StorageEncrypted": False, "StorageEncryptionType": "sse-rds"}, "sse-rds"),
    ],
)
def test_an_aws_owned_key_is_not_taken_for_no_encryption(row: dict[str, Any], encryption: str) -> None:
    assert encryption_of(row) == encryption


def test_snapshots_of_both_families_have_one_shape() -> None:
    common = {
        "Status": "available",
        "Engine": "postgres",
        "EngineVersion": "17.4",
        "AllocatedStorage": 20,
        "SnapshotType": "manual",
        "Encrypted": True,
        "KmsKeyId": "key",
        "Port": 5432,
        "PercentProgress": 100,
        "MasterUsername": "admin",
        "TagList": [{"Key": "snapferry:transfer", "Value": "1"}],
    }
    arn = "arn:aws:rds:eu-west-1:111111111111:snapshot:sf-1"
    instance = Snapshot.of_row({**common, "DBSnapshotIdentifier": "sf-1", "DBSnapshotArn": arn}, "instance")
    cluster = {key: value for key, value in common.items() if key != "Encrypted"} | {"StorageEncrypted": True}
    other = Snapshot.of_row({**cluster, "DBClusterSnapshotIdentifier": "sf-1", "DBClusterSnapshotArn": arn}, "cluster")
    assert (instance.family, other.family) == ("instance", "cluster")
    for name in ("identifier", "arn", "status", "percent", "engine", "encryption", "key_arn", "port", "tags"):
        assert getattr(instance, name) == getattr(other, name), name


def test_a_secret_is_there_only_when_rds_manages_it() -> None:
    assert secret_of({}) is None
    told = {"MasterUserSecret": {"SecretArn": "arn", "SecretStatus": "active", "KmsKeyId": "key"}}
    secret = secret_of(told)
    assert secret is not None
    assert (secret.arn, secret.status, secret.key_arn) == ("arn", "active", "key")


def test_tags_survive_the_way_there_and_back() -> None:
    tags = {"snapferry:transfer": "1", "empty": ""}
    rows: Any = tag_list(tags)
    assert tags_of(rows) == tags
    assert tags_of([{"Key": "no value"}]) == {"no value": ""}
