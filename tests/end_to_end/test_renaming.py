"""Renaming on top: who answers under a name, with which rows, after each of its steps and failures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.rds.settings import Unconfirmed
from sandbox.stage import (
    CONNECTION,
    DATABASE,
    MASTER,
    PRODUCTION_PASSWORD,
    ROWS,
    SCHEMA,
    TABLE,
    set_stage,
    write_profile,
)
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

NAME = "staging"
MORE = (*ROWS, (3, "test3", 30))
RENAMED_OTHERWISE: tuple[dict[str, Any], ...] = ({"seconds_between_names": 240.0}, {"rename_makes_new_secret": False})
"""What AWS does not say of a renaming (DESIGN says: a new secret)."""


@pytest.fixture(scope="module")
def story(simulator: Simulator) -> Iterator[Story]:
    with Sandbox(permissions=simulator) as sandbox:
        stage = set_stage(sandbox, "postgres")
        named = {"identifier": "{database}-{transfer}", "rename_to": NAME, "instance_class": "db.t3.medium"}
        write_profile(sandbox, stage.target_network, **named)
        yield Story(stage)


@pytest.fixture(scope="module")
def copies(story: Story) -> tuple[str, str]:
    """Two copies in the target: one of the two rows, and a later one of three."""
    first = story.run(restore=False).output["target_snapshot"]
    connection = story.stage.databases(SOURCE).log_in(DATABASE, MASTER, PRODUCTION_PASSWORD, SCHEMA)
    connection.cursor().execute(f"INSERT INTO {TABLE} VALUES (3, 'test3', 30)")  # noqa: S608 - the table's name is ours
    connection.commit()
    connection.close()
    return first, story.run(restore=False).output["target_snapshot"]


def test_the_first_is_given_the_name_and_the_second_takes_it(story: Story, copies: tuple[str, str]) -> None:
    first, second = copies
    assert_succeeded(restore(story, first))
    assert (names(story), rows(story)) == ([NAME], ROWS)
    run = restore(story, second)
    assert_succeeded(run)
    assert rows(story) == MORE
    connection = published(story)
    assert connection["identifier"] == NAME
    (previous,) = connection["previous"]
    assert sorted(names(story)) == sorted([NAME, previous["identifier"]])
    assert previous["identifier"].startswith(f"{NAME}-old-")
    assert connection["resource_id"] != previous["resource_id"]
    described = story.stage.databases(TARGET).describe(previous["identifier"])
    assert previous["secret_arn"] == described["MasterUserSecret"]["SecretArn"]


@pytest.mark.parametrize("turn", range(4))
def test_a_failure_at_each_step_leaves_the_one_that_served(story: Story, copies: tuple[str, str], turn: int) -> None:
    """Moving away, giving the name, the look after it, publishing: each is refused in its turn."""
    before, there = rows(story), sorted(names(story))
    faults = story.sandbox.faults
    if turn < 2:
        faults.call("rds", "ModifyDBInstance", by="TakeName", first=turn + 1, times=1).denied()
    elif turn == 2:
        faults.call("rds", "DescribeDBInstances", by="TakeName", first=9, times=1).denied()
    else:
        faults.call("ssm", "PutParameter", by="PublishConnection", times=None).denied()
    run = restore(story, copies[0])
    faults.clear()
    assert (run.status, run.error) == ("FAILED", "AwsRefused")
    assert (rows(story), sorted(names(story))) == (before, there)
    assert published(story)["identifier"] == NAME


@pytest.mark.parametrize("looks", [1, 4])
def test_a_restore_that_is_stopped_while_names_change_gives_the_name_back(
    story: Story, copies: tuple[str, str], looks: int
) -> None:
    """While the previous one is moved away, and when the new one has the name already."""
    before, there = rows(story), sorted(names(story))
    stepfunctions = story.sandbox.client("stepfunctions", TARGET)
    machine = story.stage.target.outputs["RestoreDatabaseMachineArn"]

    def stop() -> None:
        story.sandbox.clock.run(limit=60.0 * looks)
        [row] = stepfunctions.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
        stepfunctions.stop_execution(executionArn=row["executionArn"])

    given = {"snapshot_arn": copies[0], "database": DATABASE}
    assert story.execute(machine, given, when="Take the name", then=stop).status == "ABORTED"
    story.sandbox.clock.run(limit=2 * 3600.0)
    assert (rows(story), sorted(names(story))) == (before, there)
    assert published(story)["identifier"] == NAME


@pytest.mark.parametrize("settings", RENAMED_OTHERWISE, ids=str)
def test_names_change_there_and_back_where_rds_renames_otherwise(
    story: Story, copies: tuple[str, str], settings: dict[str, Any]
) -> None:
    story.sandbox.rds.settings.unconfirmed = Unconfirmed(**settings)
    assert_succeeded(restore(story, copies[0]))
    assert rows(story) == ROWS
    assert_succeeded(story.execute(story.stage.target.outputs["SwitchBackMachineArn"], {"name": DATABASE}))
    story.sandbox.rds.settings.unconfirmed = Unconfirmed()
    assert (published(story)["identifier"], rows(story)) == (NAME, MORE)
    delete_previous(story)


@pytest.mark.usefixtures("copies")
def test_going_back_changes_the_names_again(story: Story) -> None:
    assert rows(story) == MORE
    there = next(name for name in names(story) if name != NAME)
    run = story.execute(story.stage.target.outputs["SwitchBackMachineArn"], {"name": DATABASE, "to": there})
    assert_succeeded(run)
    assert (published(story)["identifier"], rows(story)) == (NAME, ROWS)
    assert rows(story, published(story)["previous"][0]) == MORE


@pytest.mark.parametrize("turn", [1, 2])
def test_going_back_that_fails_leaves_the_one_that_serves(story: Story, turn: int) -> None:
    before = rows(story)
    story.sandbox.faults.call("rds", "ModifyDBInstance", by="TakeName", first=turn, times=1).denied()
    run = story.execute(story.stage.target.outputs["SwitchBackMachineArn"], {"name": DATABASE})
    story.sandbox.faults.clear()
    assert (run.status, run.error) == ("FAILED", "AwsRefused")
    assert (published(story)["identifier"], rows(story)) == (NAME, before)
    assert published(story)["previous"][0]["identifier"] in names(story)


def test_a_database_of_somebody_else_keeps_its_name(story: Story, copies: tuple[str, str]) -> None:
    rds = story.sandbox.client("rds", TARGET)
    arn = story.stage.databases(TARGET).describe(NAME)["DBInstanceArn"]
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["snapferry:managed"])
    run = restore(story, copies[0])
    assert (run.status, run.error) == ("FAILED", "RestoreNotPossible")
    assert "profile field rename_to" in str(run.cause)
    assert "Bring the database up" not in run.states_of("restore-database")


def delete_previous(story: Story) -> None:
    """A person deletes the database that was restored last; the next restore forgets it."""
    latest = published(story)["previous"][0]["identifier"]
    rds = story.sandbox.client("rds", TARGET)
    rds.modify_db_instance(DBInstanceIdentifier=latest, DeletionProtection=False, ApplyImmediately=True)
    story.sandbox.clock.run(limit=600)
    rds.delete_db_instance(DBInstanceIdentifier=latest, SkipFinalSnapshot=True)
    story.sandbox.clock.run(limit=3600)


def restore(story: Story, snapshot: str) -> Run:
    given = {"snapshot_arn": snapshot, "database": DATABASE}
    return story.execute(story.stage.target.outputs["RestoreDatabaseMachineArn"], given)


def assert_succeeded(run: Run) -> None:
    assert (run.status, run.error, run.cause) == ("SUCCEEDED", None, None)


def names(story: Story) -> list[str]:
    return story.stage.databases(TARGET).identifiers()


def published(story: Story) -> dict[str, Any]:
    ssm = story.sandbox.client("ssm", TARGET)
    found: dict[str, Any] = json.loads(ssm.get_parameter(Name=CONNECTION)["Parameter"]["Value"])
    return found


def rows(story: Story, serving: dict[str, Any] | None = None) -> tuple[tuple[Any, ...], ...]:
    """What an application reads that follows the parameter."""
    serving = serving or published(story)
    text = story.sandbox.client("secretsmanager", TARGET).get_secret_value(SecretId=serving["secret_arn"])
    secret = json.loads(text["SecretString"])
    databases = story.stage.databases(TARGET)
    assert databases.port(serving["identifier"]) == serving["port"]
    return tuple(databases.rows(serving["identifier"], secret["username"], secret["password"], SCHEMA, TABLE))
