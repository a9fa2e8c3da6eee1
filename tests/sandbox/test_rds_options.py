"""Option groups, and what TDE, a time zone or Label Security mean for a snapshot."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET, Account
from tests.sandbox.rds_world import World, code_of, lease

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path)
    yield made
    made.close()


def oracle(world: World, *options: str) -> str:
    """The ARN of the snapshot `s` of an Oracle instance whose group `og` has these options."""
    world.option_group("og", *options)
    world.instance(Engine="oracle-ee", OptionGroupName="og", KmsKeyId=world.key(SOURCE, lease()))
    return world.snapshot("s")


def option_group_of(world: World, name: str, account: Account = SOURCE) -> str:
    (row,) = world.client("rds", account).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return str(row["OptionGroupMemberships"][0]["OptionGroupName"])


def test_an_option_group_is_made_filled_and_deleted(world: World) -> None:
    world.option_group("OG", "S3_INTEGRATION", "Timezone")
    assert code_of(world.option_group, "og") == "OptionGroupAlreadyExistsFault"
    (group,) = world.client().describe_option_groups(OptionGroupName="og")["OptionGroupsList"]
    assert (group["EngineName"], group["MajorEngineVersion"]) == ("oracle-ee", "19")
    lasting = {one["OptionName"]: (one["Persistent"], one["Permanent"]) for one in group["Options"]}
    assert lasting == {"S3_INTEGRATION": (False, False), "Timezone": (True, True)}
    world.client().modify_option_group(OptionGroupName="og", OptionsToRemove=["S3_INTEGRATION"])
    (group,) = world.client().describe_option_groups()["OptionGroupsList"]
    assert [one["OptionName"] for one in group["Options"]] == ["Timezone"]
    world.client().delete_option_group(OptionGroupName="og")
    assert code_of(world.client().describe_option_groups, OptionGroupName="og") == "OptionGroupNotFoundFault"


def test_a_database_takes_a_group_of_its_engine(world: World) -> None:
    world.option_group("og")
    assert code_of(world.instance, OptionGroupName="og") == "InvalidParameterCombination"
    assert code_of(world.instance, OptionGroupName="nope") == "OptionGroupNotFoundFault"
    world.instance()
    assert option_group_of(world, "db") == "default:postgres-16"
    world.instance("ora", Engine="oracle-ee", OptionGroupName="og")
    assert option_group_of(world, "ora") == "og"


def test_another_group_waits_for_the_maintenance_window(world: World) -> None:
    for name in ("one", "two"):
        world.option_group(name, engine="mysql", version="8.0")
    world.instance(Engine="mysql", OptionGroupName="one")
    change = world.client().modify_db_instance
    change(DBInstanceIdentifier="db", OptionGroupName="two")
    (row,) = world.client().describe_db_instances()["DBInstances"]
    assert [one["OptionGroupName"] for one in row["OptionGroupMemberships"]] == ["one", "two"]
    assert "PendingModifiedValues" not in row
    world.pass_time(8 * 86_400)
    assert option_group_of(world, "db") == "two"
    change(DBInstanceIdentifier="db", OptionGroupName="one", ApplyImmediately=True)
    world.pass_time(3600)
    assert option_group_of(world, "db") == "one"


def test_what_holds_an_option_group(world: World) -> None:
    world.option_group("mssql", "TDE", engine="sqlserver-ee", version="16.00")
    change = world.client().modify_option_group
    change(OptionGroupName="mssql", OptionsToRemove=["TDE"])
    change(OptionGroupName="mssql", OptionsToInclude=[{"OptionName": "TDE"}])
    world.instance(Engine="sqlserver-ee", OptionGroupName="mssql")
    assert code_of(change, OptionGroupName="mssql", OptionsToRemove=["TDE"]) == "InvalidOptionGroupStateFault"
    world.option_group("bare", engine="sqlserver-ee", version="16.00")
    bare = {"DBInstanceIdentifier": "db", "OptionGroupName": "bare"}
    assert code_of(world.client().modify_db_instance, **bare) == "InvalidParameterCombination"
    world.snapshot("s")
    world.client().delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    world.pass_time(3600)
    delete = world.client().delete_option_group
    assert code_of(delete, OptionGroupName="mssql") == "InvalidOptionGroupStateFault"
    world.client().delete_db_snapshot(DBSnapshotIdentifier="s")
    delete(OptionGroupName="mssql")
    world.option_group("og", "TDE")
    assert code_of(change, OptionGroupName="og", OptionsToRemove=["TDE"]) == "InvalidOptionGroupStateFault"


@pytest.mark.parametrize(
    ("engine", "version", "options", "shared"),
    [
        ("oracle-ee", "19", ("TDE",), False),
        ("oracle-ee", "19", ("Timezone", "OLS"), True),
        ("oracle-ee", "19", ("Timezone", "TDE"), False),
        ("sqlserver-ee", "16.00", ("TDE",), False),
        ("sqlserver-ee", "16.00", ("SQLSERVER_BACKUP_RESTORE",), True),
    ],
)
def test_what_options_allow_of_a_snapshot(
    world: World, engine: str, version: str, options: tuple[str, ...], *, shared: bool
) -> None:
    world.option_group("og", *options, engine=engine, version=version)
    world.instance(Engine=engine, OptionGroupName="og", KmsKeyId=world.key())
    world.snapshot("s")
    world.copy("s", "copy")
    assert world.snapshot_row("copy")["OptionGroupName"] == "og"
    if shared:
        world.share("copy")
    else:
        assert code_of(world.share, "copy") == "InvalidDBSnapshotState"


def test_a_shared_snapshot_with_a_time_zone_needs_a_group_with_it(world: World) -> None:
    arn = oracle(world, "Timezone", "S3_INTEGRATION")
    world.share("s")
    key: dict[str, Any] = {"KmsKeyId": world.key(TARGET)}
    copy = functools.partial(world.copy, arn, "mine", TARGET)
    assert code_of(copy, **key) == "InvalidParameterCombination"
    world.option_group("poor", account=TARGET)
    assert code_of(copy, **key, OptionGroupName="poor") == "InvalidParameterCombination"
    world.option_group("rich", "Timezone", account=TARGET)
    world.copy(arn, "mine", TARGET, **key, OptionGroupName="rich")
    world.copy(arn, "too", TARGET, **key, CopyOptionGroup=True)
    assert world.snapshot_row("mine", TARGET)["OptionGroupName"] == "rich"
    assert world.snapshot_row("too", TARGET)["OptionGroupName"] == "og"
    (copied,) = world.client("rds", TARGET).describe_option_groups(OptionGroupName="og")["OptionGroupsList"]
    assert {one["OptionName"] for one in copied["Options"]} == {"Timezone", "S3_INTEGRATION"}
    restore = world.client("rds", TARGET).restore_db_instance_from_db_snapshot
    poor = code_of(restore, DBInstanceIdentifier="a", DBSnapshotIdentifier="mine", OptionGroupName="poor")
    assert poor == "InvalidParameterCombination"
    restore(DBInstanceIdentifier="a", DBSnapshotIdentifier="mine")
    assert option_group_of(world, "a", TARGET) == "rich"


def test_a_restore_takes_the_default_group_unless_options_last(world: World) -> None:
    oracle(world, "S3_INTEGRATION")
    restore = world.client().restore_db_instance_from_db_snapshot
    restore(DBInstanceIdentifier="plain", DBSnapshotIdentifier="s")
    assert option_group_of(world, "plain") == "default:oracle-ee-19"
    restore(DBInstanceIdentifier="asked", DBSnapshotIdentifier="s", OptionGroupName="og")
    assert option_group_of(world, "asked") == "og"
