"""Copies: under another key, across accounts, and only while share and key hold. Permissions are really decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from tests.sandbox.rds_world import World, code_of, error_of, lease

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = 3600.0
ANY_RDS = {"Effect": "Allow", "Action": "rds:*", "Resource": "*"}
ANY_KEY = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
SHARED = "arn:aws:rds:eu-west-1:111111111111:snapshot:shared"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A snapshot under the default key, and `shared`: its copy under a transfer key, shared with the target."""
    made = World.open(tmp_path, permissions=True)
    made.instance()
    made.snapshot("plain", Tags=[{"Key": "owner", "Value": "dba"}])
    yield made
    made.close()


@pytest.fixture
def transfer_key(world: World) -> str:
    key = world.key(SOURCE, lease())
    world.copy("plain", "shared", KmsKeyId=key, CopyTags=True)
    world.share("shared")
    return key


@pytest.fixture
def own_key(world: World) -> str:
    return world.key(TARGET)


def begin(world: World, client: Any = None, **parameters: Any) -> dict[str, Any]:
    rds = client or world.client("rds", TARGET)
    answer = rds.copy_db_snapshot(
        SourceDBSnapshotIdentifier=SHARED,
        TargetDBSnapshotIdentifier="mine",
        **parameters,
    )
    return dict(answer["DBSnapshot"])


def grants_of(world: World, key: str) -> int:
    return len(world.client("kms").list_grants(KeyId=key)["Grants"])


def test_a_copy_in_the_account_changes_the_key_and_keeps_the_age_of_the_data(world: World) -> None:
    key = world.key()
    before = world.snapshot_row("plain")
    world.pass_time(HOUR)
    world.copy("plain", "shared", KmsKeyId=key)
    after = world.snapshot_row("shared")
    assert after["KmsKeyId"] == key != before["KmsKeyId"]
    assert after["SnapshotCreateTime"] > before["SnapshotCreateTime"]
    assert after["OriginalSnapshotCreateTime"] == before["SnapshotCreateTime"]
    assert "SourceDBSnapshotIdentifier" not in after
    assert after["TagList"] == []


def test_without_a_key_an_own_copy_stays_under_the_sources(world: World) -> None:
    world.copy("plain", "again", CopyTags=True)
    again = world.snapshot_row("again")
    assert again["KmsKeyId"] == world.snapshot_row("plain")["KmsKeyId"]
    assert again["TagList"] == [{"Key": "owner", "Value": "dba"}]


def test_the_target_gets_a_copy_of_its_own(world: World, transfer_key: str, own_key: str) -> None:
    assert begin(world, KmsKeyId=own_key, CopyTags=True)["Status"] == "creating"
    world.until_snapshot("mine", TARGET)
    mine = world.snapshot_row("mine", TARGET)
    assert mine["KmsKeyId"] == own_key != transfer_key
    assert mine["SourceDBSnapshotIdentifier"] == SHARED
    assert mine["DBSnapshotArn"] == "arn:aws:rds:eu-west-1:222222222222:snapshot:mine"
    assert mine["SnapshotType"] == "manual"
    assert mine["TagList"] == []


def test_the_copy_gives_up_its_grant_on_the_transfer_key(world: World, transfer_key: str, own_key: str) -> None:
    before = grants_of(world, transfer_key)
    begin(world, KmsKeyId=own_key)
    assert grants_of(world, transfer_key) == before + 1
    world.until_snapshot("mine", TARGET)
    assert grants_of(world, transfer_key) == before


@pytest.mark.usefixtures("transfer_key")
def test_a_shared_encrypted_snapshot_needs_a_key_of_ones_own(world: World) -> None:
    code, message = error_of(lambda: begin(world))
    assert code == "InvalidParameterCombination"
    assert "KMS key" in message


@pytest.mark.usefixtures("transfer_key")
def test_a_snapshot_that_is_not_shared_is_not_found(world: World, own_key: str) -> None:
    world.client().modify_db_snapshot_attribute(
        DBSnapshotIdentifier="shared",
        AttributeName="restore",
        ValuesToRemove=[TARGET.id],
    )
    assert error_of(lambda: begin(world, KmsKeyId=own_key)) == ("DBSnapshotNotFound", f"DBSnapshot {SHARED} not found.")


def test_every_documented_action_on_the_source_key_is_needed(world: World, transfer_key: str, own_key: str) -> None:
    every = lease()["Action"]
    for missing in every:
        world.set_key_policy(transfer_key, lease(actions=[action for action in every if action != missing]))
        assert error_of(lambda: begin(world, KmsKeyId=own_key)) == (
            "KMSKeyNotAccessibleFault",
            (
                f"The source snapshot KMS key [{transfer_key}] does not exist, is not enabled or you do not have "
                "permissions to access it."
            ),
        ), missing


def test_the_callers_own_policies_count_too(world: World, transfer_key: str, own_key: str) -> None:
    only_own = {"Effect": "Allow", "Action": "kms:*", "Resource": own_key}
    poor = world.role(TARGET, "poor", ANY_RDS, only_own)
    code, message = error_of(lambda: begin(world, poor, KmsKeyId=own_key))
    assert code == "KMSKeyNotAccessibleFault"
    assert transfer_key in message
    rich = world.role(TARGET, "rich", ANY_RDS, ANY_KEY)
    begin(world, rich, KmsKeyId=own_key)
    world.until_snapshot("mine", TARGET)


def test_a_target_key_that_cannot_be_used(world: World, transfer_key: str) -> None:
    before = grants_of(world, transfer_key)
    nowhere = "arn:aws:kms:eu-west-1:222222222222:key/00000000-0000-0000-0000-000000000000"
    assert error_of(lambda: begin(world, KmsKeyId=nowhere)) == (
        "KMSKeyNotAccessibleFault",
        f"The target KMS key [{nowhere}] does not exist, is not enabled or you do not have permissions to access it.",
    )
    assert grants_of(world, transfer_key) == before
    disabled = world.key(TARGET)
    world.client("kms", TARGET).disable_key(KeyId=disabled.rsplit("/", 1)[1])
    assert code_of(lambda: begin(world, KmsKeyId=disabled)) == "KMSKeyNotAccessibleFault"


@pytest.mark.parametrize("trouble", ["unshared", "key closed", "source deleted", "key disabled"])
def test_a_copy_fails_if_access_ends_before_it_is_done(
    world: World,
    transfer_key: str,
    own_key: str,
    trouble: str,
) -> None:
    begin(world, KmsKeyId=own_key)
    world.pass_time(60)
    rds = world.client()
    if trouble == "unshared":
        rds.modify_db_snapshot_attribute(
            DBSnapshotIdentifier="shared",
            AttributeName="restore",
            ValuesToRemove=[TARGET.id],
        )
    elif trouble == "key closed":
        world.set_key_policy(transfer_key)
    elif trouble == "source deleted":
        rds.delete_db_snapshot(DBSnapshotIdentifier="shared")
    else:
        world.client("kms").disable_key(KeyId=transfer_key.rsplit("/", 1)[1])
    assert world.snapshot_row("mine", TARGET)["Status"] == "creating"
    world.pass_time(2 * HOUR)
    assert world.snapshot_row("mine", TARGET)["Status"] == "failed"


def test_access_that_ends_by_its_own_time_counts_at_the_end_of_the_copy(
    world: World,
    transfer_key: str,
    own_key: str,
) -> None:
    long_enough = world.rds.durations.copy(100) + 60
    for seconds, status in ((long_enough - 120, "failed"), (long_enough, "available")):
        end = datetime.fromtimestamp(world.clock.now + seconds, UTC)
        until = {"DateLessThan": {"aws:CurrentTime": f"{end:%Y-%m-%dT%H:%M:%SZ}"}}
        world.set_key_policy(transfer_key, lease(condition=until))
        begin(world, KmsKeyId=own_key)
        world.pass_time(2 * HOUR)
        assert world.snapshot_row("mine", TARGET)["Status"] == status
        world.client("rds", TARGET).delete_db_snapshot(DBSnapshotIdentifier="mine")


@pytest.mark.usefixtures("transfer_key")
def test_once_done_the_copy_needs_nothing_of_the_source(world: World, own_key: str) -> None:
    begin(world, KmsKeyId=own_key)
    world.until_snapshot("mine", TARGET)
    world.client().delete_db_snapshot(DBSnapshotIdentifier="shared")
    world.copy("mine", "mine-again", TARGET)


def test_a_lease_by_way_of_rds_is_enough(world: World, transfer_key: str, own_key: str) -> None:
    world.set_key_policy(
        transfer_key,
        lease(actions=["kms:DescribeKey"]),
        lease(
            actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
            condition={"StringEquals": {"kms:ViaService": "rds.eu-west-1.amazonaws.com"}},
        ),
        lease(
            actions=["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    )
    begin(world, KmsKeyId=own_key)
    world.until_snapshot("mine", TARGET)


def test_the_rest_of_what_a_copy_is_refused_for(world: World) -> None:
    rds = world.client()
    copy = rds.copy_db_snapshot
    missing = code_of(copy, SourceDBSnapshotIdentifier="nope", TargetDBSnapshotIdentifier="x")
    assert missing == "DBSnapshotNotFound"
    taken = code_of(copy, SourceDBSnapshotIdentifier="plain", TargetDBSnapshotIdentifier="plain")
    assert taken == "DBSnapshotAlreadyExists"
    rds.create_db_snapshot(DBSnapshotIdentifier="young", DBInstanceIdentifier="db")
    young = code_of(copy, SourceDBSnapshotIdentifier="young", TargetDBSnapshotIdentifier="x")
    assert young == "InvalidDBSnapshotState"
    world.rds.settings.quotas.instance_copies_in_flight = 1
    copy(SourceDBSnapshotIdentifier="plain", TargetDBSnapshotIdentifier="first")
    busy = error_of(copy, SourceDBSnapshotIdentifier="plain", TargetDBSnapshotIdentifier="second")
    assert busy == ("SnapshotQuotaExceeded", "Cannot copy more than 1 snapshots across regions")
    world.until_snapshot("first")
    copy(SourceDBSnapshotIdentifier="plain", TargetDBSnapshotIdentifier="second")


def test_copies_of_one_database_queue(world: World) -> None:
    world.instance("other")
    world.snapshot("other", "other")
    copy = world.client().copy_db_snapshot
    for source, name in (("plain", "first"), ("plain", "second"), ("other", "beside")):
        copy(SourceDBSnapshotIdentifier=source, TargetDBSnapshotIdentifier=name)
    world.until_snapshot("first")
    world.pass_time(1)
    statuses = {name: world.snapshot_row(name)["Status"] for name in ("first", "second", "beside")}
    assert statuses == {"first": "available", "second": "creating", "beside": "available"}
    assert world.snapshot_row("second")["PercentProgress"] == 0
    world.pass_time(world.rds.durations.copy(100))
    assert world.snapshot_row("second")["Status"] == "available"


def test_a_copy_from_another_region_needs_a_key(world: World) -> None:
    arn = world.snapshot_row("plain")["DBSnapshotArn"]
    there = world.transport.client("rds", SOURCE.admin, "eu-central-1")
    names = {"SourceDBSnapshotIdentifier": arn, "TargetDBSnapshotIdentifier": "x", "SourceRegion": "eu-west-1"}
    assert code_of(there.copy_db_snapshot, **names) == "InvalidParameterValue"


@pytest.mark.usefixtures("transfer_key")
def test_copying_tags_across_accounts_can_be_refused(world: World, own_key: str) -> None:
    world.rds.settings.unconfirmed.copy_tags_across_accounts_code = "InvalidParameterCombination"
    assert code_of(lambda: begin(world, KmsKeyId=own_key, CopyTags=True)) == "InvalidParameterCombination"
    begin(world, KmsKeyId=own_key)


@pytest.mark.usefixtures("transfer_key")
def test_a_copy_is_manual_and_not_shared(world: World) -> None:
    world.copy("shared", "again")
    attributes = world.client().describe_db_snapshot_attributes(DBSnapshotIdentifier="again")
    assert attributes["DBSnapshotAttributesResult"]["DBSnapshotAttributes"][0]["AttributeValues"] == []
    automated = world.rds.take_automated("arn:aws:rds:eu-west-1:111111111111:db:db")
    world.wait(lambda: automated.status == "available")
    world.copy(automated.name, "manual")
    assert world.snapshot_row("manual")["SnapshotType"] == "manual"


def test_who_restores_needs_the_snapshots_key(world: World) -> None:
    key = world.key()
    world.copy("plain", "keyed", KmsKeyId=key)
    poor = world.role(SOURCE, "poor", ANY_RDS)
    refusal = code_of(poor.restore_db_instance_from_db_snapshot, DBInstanceIdentifier="x", DBSnapshotIdentifier="keyed")
    assert refusal == "KMSKeyNotAccessibleFault"


def test_aws_tags_of_the_source_refuse_copy_tags(world: World) -> None:
    (snapshot,) = world.rds.store.snapshots.values()
    snapshot.tags["aws:cloudformation:stack-name"] = "x"
    copy = world.client().copy_db_snapshot
    code = code_of(copy, SourceDBSnapshotIdentifier="plain", TargetDBSnapshotIdentifier="x", CopyTags=True)
    assert code == "InvalidParameterValue"


def test_clusters_copy_in_their_own_words(world: World) -> None:
    rds, key = world.client(), world.key(SOURCE, lease())
    world.cluster()
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="c", DBClusterIdentifier="example-db")
    world.pass_time(HOUR)
    names = {"SourceDBClusterSnapshotIdentifier": "c", "TargetDBClusterSnapshotIdentifier": "c-2"}
    bad = error_of(rds.copy_db_cluster_snapshot, **names, KmsKeyId="alias/none")
    assert bad[0] == "KMSKeyNotAccessibleFault"
    assert bad[1].startswith("Specified KMS key [alias/none]")
    answer = rds.copy_db_cluster_snapshot(**names, KmsKeyId=key)["DBClusterSnapshot"]
    assert answer["Status"] == "copying"
    assert answer["PercentProgress"] == 0
    world.pass_time(2 * HOUR)
    (row,) = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="c-2")["DBClusterSnapshots"]
    assert (row["Status"], row["KmsKeyId"]) == ("available", key)
    assert row["SourceDBClusterSnapshotArn"].endswith(":cluster-snapshot:c")


def test_encrypting_by_copy_works_for_instances_and_not_for_clusters(world: World) -> None:
    rds, key = world.client(), world.key()
    world.instance("open", StorageEncrypted=False)
    world.snapshot("open", "open")
    world.copy("open", "closed", KmsKeyId=key)
    assert world.snapshot_row("open")["StorageEncryptionType"] == "none"
    assert world.snapshot_row("closed")["Encrypted"] is True
    world.rds.settings.aurora_before_2026 = True  # later ones are under a key that AWS owns, which is another rule
    world.cluster(StorageEncrypted=False)
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="c", DBClusterIdentifier="example-db")
    world.pass_time(HOUR)
    (row,) = rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert (row["StorageEncrypted"], row["StorageEncryptionType"]) == (False, "none")
    names = {"SourceDBClusterSnapshotIdentifier": "c", "TargetDBClusterSnapshotIdentifier": "c-2"}
    assert code_of(rds.copy_db_cluster_snapshot, **names, KmsKeyId=key) == "InvalidParameterCombination"


def test_a_role_may_copy_only_what_its_policy_names(world: World) -> None:
    narrow = {
        "Effect": "Allow",
        "Action": "rds:CopyDBSnapshot",
        "Resource": ["arn:aws:rds:eu-west-1:111111111111:snapshot:plain", "arn:aws:rds:*:*:snapshot:sf-*"],
    }
    role = world.role(SOURCE, "narrow", narrow, ANY_KEY)
    role.copy_db_snapshot(SourceDBSnapshotIdentifier="plain", TargetDBSnapshotIdentifier="sf-1")
    code = code_of(role.copy_db_snapshot, SourceDBSnapshotIdentifier="plain", TargetDBSnapshotIdentifier="other")
    assert code == "AccessDenied"


def test_conditions_see_the_tags_of_a_snapshot(world: World) -> None:
    mine = {"StringEquals": {"aws:ResourceTag/owner": "dba"}}
    role = world.role(
        SOURCE, "tagged", {"Effect": "Allow", "Action": "rds:DeleteDBSnapshot", "Resource": "*", "Condition": mine}
    )
    world.snapshot("untagged")
    assert code_of(role.delete_db_snapshot, DBSnapshotIdentifier="untagged") == "AccessDenied"
    role.delete_db_snapshot(DBSnapshotIdentifier="plain")
