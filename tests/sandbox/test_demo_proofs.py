"""The scene of the reference story with its rows, and the proofs that the demo makes on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.data import LoginError
from sandbox.demo import proofs
from sandbox.demo.watch import Access, Watch, key_policy
from sandbox.stage import (
    CONNECTION,
    DATABASE,
    MASTER,
    PRODUCTION_PASSWORD,
    PROFILE,
    RESTORED,
    ROWS,
    SCHEMA,
    TABLE,
    set_stage,
)
from sandbox.world import Sandbox
from snapferry.contracts.incoming import Profile, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.demo.proofs import Before, Proof
    from sandbox.permissions import Simulator
    from sandbox.stage import Stage


@pytest.fixture(scope="module")
def played(simulator: Simulator) -> Iterator[Stage]:
    with Sandbox(permissions=simulator) as sandbox:
        yield set_stage(sandbox, "postgres")


@pytest.fixture(scope="module")
def before(played: Stage) -> Before:
    return proofs.Before.of(played)


def test_production_finds_its_two_rows(played: Stage) -> None:
    databases = played.databases(SOURCE)
    assert databases.rows(DATABASE, MASTER, PRODUCTION_PASSWORD, SCHEMA, TABLE) == list(ROWS)
    with pytest.raises(LoginError):
        databases.log_in(DATABASE, MASTER, "not the password", SCHEMA)


def test_the_database_lies_under_the_default_key(played: Stage) -> None:
    key = played.databases(SOURCE).describe(DATABASE)["KmsKeyId"]
    metadata = played.sandbox.client("kms", SOURCE).describe_key(KeyId=key)["KeyMetadata"]
    assert metadata["KeyManager"] == "AWS"
    assert key != played.transfer_key


def test_the_profile_keeps_its_contract(played: Stage) -> None:
    text = played.sandbox.client("ssm", TARGET).get_parameter(Name=PROFILE)["Parameter"]["Value"]
    profile = parsed(Profile, json.loads(text), what="the profile")
    assert profile.security_groups == [played.target_network.security_group]


def test_the_proofs_of_closing_hold_while_nothing_has_happened(played: Stage, before: Before) -> None:
    assert untrue(proofs.of_closing(played, before)) == []


def test_a_statement_left_in_the_key_policy_is_found(played: Stage, before: Before) -> None:
    watch, kms = Watch(played), played.sandbox.client("kms", SOURCE)
    document = json.loads(before.key_policy)
    document["Statement"].append(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{TARGET.id}:root"},
            "Action": "kms:Decrypt",
            "Resource": "*",
        }
    )
    kms.put_key_policy(KeyId=played.transfer_key, PolicyName="default", Policy=json.dumps(document))
    watch.look()
    assert watch.access == Access(key=True)
    assert untrue(proofs.of_closing(played, before)) == ["the transfer key's policy is what it was"]

    kms.put_key_policy(KeyId=played.transfer_key, PolicyName="default", Policy=before.key_policy)
    assert key_policy(played) == before.key_policy


def test_a_snapshot_left_shared_is_found(played: Stage, before: Before) -> None:
    sandbox, rds = played.sandbox, played.sandbox.client("rds", SOURCE)
    watch = Watch(played)
    rds.create_db_snapshot(DBSnapshotIdentifier="first", DBInstanceIdentifier=DATABASE)
    watch.look()
    assert [(work.what, work.status) for work in watch.works] == [("snapshot first", "creating")]
    sandbox.clock.run(limit=3600)
    rds.copy_db_snapshot(
        SourceDBSnapshotIdentifier="first", TargetDBSnapshotIdentifier="sf-first", KmsKeyId=played.transfer_key
    )
    sandbox.clock.run(limit=7200)
    rds.modify_db_snapshot_attribute(DBSnapshotIdentifier="sf-first", AttributeName="restore", ValuesToAdd=[TARGET.id])
    watch.look()
    opened_at = sandbox.clock.now
    assert watch.access == Access(share=True)
    assert untrue(proofs.of_closing(played, before)) == [
        "no snapshot is shared with anybody",
        "no intermediate snapshot is left",
    ]

    sandbox.clock.run(limit=60)
    rds.delete_db_snapshot(DBSnapshotIdentifier="sf-first")
    rds.delete_db_snapshot(DBSnapshotIdentifier="first")
    watch.look()
    assert (watch.opened_at, watch.exposure) == (opened_at, 60.0)
    assert untrue(proofs.of_receipt({"access": {"exposure_seconds": 61}}, watch)) == []
    assert untrue(proofs.of_receipt({"access": {"exposure_seconds": 40}}, watch)) == [
        "the receipt tells how long access was open"
    ]


def test_an_exposure_that_nobody_saw_is_not_believed(played: Stage) -> None:
    assert untrue(proofs.of_receipt({"access": {"exposure_seconds": 0}}, Watch(played))) != []


def test_a_lease_left_in_the_table_is_found(played: Stage, before: Before) -> None:
    dynamodb, table = played.sandbox.client("dynamodb", SOURCE), played.source.outputs["StateTableName"]
    lease = {"kind": {"S": "lease"}, "id": {"S": "lease#0123456789abcdef"}}
    dynamodb.put_item(TableName=table, Item=lease)
    assert untrue(proofs.of_closing(played, before)) == ["no lease is open in the source's table"]
    dynamodb.delete_item(TableName=table, Key=lease)


def test_a_change_of_the_source_is_found(played: Stage, before: Before) -> None:
    rds = played.sandbox.client("rds", SOURCE)
    arn = played.databases(SOURCE).describe(DATABASE)["DBInstanceArn"]
    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "touched", "Value": "yes"}])
    assert untrue(proofs.of_closing(played, before)) == ["the source's database is untouched"]
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["touched"])


def test_a_database_that_is_no_true_copy_is_found(played: Stage) -> None:
    assert len(untrue(proofs.of_arrival(played))) == 4  # there is none yet

    sandbox = played.sandbox
    secret = {"username": MASTER, "password": PRODUCTION_PASSWORD}
    arn = sandbox.client("secretsmanager", TARGET).create_secret(Name="mine", SecretString=json.dumps(secret))["ARN"]
    sandbox.client("ssm", TARGET).put_parameter(Name=CONNECTION, Type="String", Value=json.dumps({"secret_arn": arn}))
    sandbox.client("rds", TARGET).create_db_instance(
        DBInstanceIdentifier=RESTORED,
        DBInstanceClass="db.r6g.large",
        Engine="postgres",
        AllocatedStorage=100,
        DBName=SCHEMA,
        MasterUsername=MASTER,
        MasterUserPassword=PRODUCTION_PASSWORD,
        StorageEncrypted=True,
    )
    sandbox.clock.run(limit=3600)
    assert len(untrue(proofs.of_arrival(played))) == 4  # no table, the default key, production's password


def untrue(chain: list[Proof]) -> list[str]:
    return [proof.sentence for proof in chain if not proof.check()[0]]
