"""What AWS's documents leave open: a transfer ends well under either answer, or closes what it opened."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE
from sandbox.events.settings import Unconfirmed as UnconfirmedEvents
from sandbox.rds.settings import Unconfirmed
from sandbox.register import switched_off
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.end_to_end.test_renaming import RENAMED_OTHERWISE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

OTHER_CODES = {field.name: "InvalidParameterCombination" for field in fields(Unconfirmed) if "_code" in field.name}
"""Every refusal under another code than the sandbox's choice."""

OTHERWISE: dict[str, dict[str, Any]] = {
    "codes": OTHER_CODES,
    "default key may be shared": {"refuse_sharing_under_default_key": False},
    "copies are copying": {"status_of_instance_copy": "copying"},
    "copies are pending": {"status_of_instance_copy": "pending"},
    "shared rows have bare names": {"shared_rows_name_the_arn": False},
    "snapshots are seen late": {"seconds_until_seen": 45.0},
    "recovery points of clusters are manual": {"type_of_cluster_recovery_point": "manual"},
}


@pytest.fixture(scope="module", params=["postgres", pytest.param("aurora-mysql", marks=pytest.mark.long)])
def shared_story(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[Story]:
    """Both stacks, and a cluster or an instance, control plane only."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Story(set_stage(sandbox, request.param))


@pytest.fixture
def fresh(shared_story: Story) -> Iterator[Story]:
    """The stage, left as it was found."""
    yield shared_story
    shared_story.sandbox.rds.settings.unconfirmed = Unconfirmed()
    shared_story.sandbox.kms.policy_delay = 0.0
    shared_story.sandbox.events.unconfirmed = UnconfirmedEvents()
    shared_story.clear_target()


@pytest.mark.parametrize("settings", OTHERWISE.values(), ids=OTHERWISE)
def test_a_transfer_ends_well_where_rds_answers_otherwise(fresh: Story, settings: dict[str, Any]) -> None:
    fresh.sandbox.rds.settings.unconfirmed = Unconfirmed(**settings)
    assert_ends_well(fresh)


def test_a_transfer_ends_well_where_policies_are_seen_late(fresh: Story) -> None:
    fresh.sandbox.kms.policy_delay = 240.0
    assert_ends_well(fresh)


def test_a_transfer_ends_well_where_a_bus_does_not_see_the_sending_rule(fresh: Story) -> None:
    with switched_off("events.cross.rule-arn"):
        assert_ends_well(fresh)


@pytest.mark.parametrize("by_entry", [False, True], ids=["the call", "the entry"])
def test_an_event_that_is_denied_ends_the_transfer_with_nothing_open(fresh: Story, *, by_entry: bool) -> None:
    fresh.sandbox.events.unconfirmed.put_events_denied_by_entry = by_entry
    with denied(fresh, "AskTarget", "events:PutEvents"):
        run = fresh.run()
    assert run.status == "FAILED"
    assert "events:PutEvents" in str(run.cause)
    fresh.assert_nothing_happened()


def test_where_rds_does_not_tell_kms_its_caller_a_transfer_fails_with_nothing_open(fresh: Story) -> None:
    """The lease is for one role, whom such a KMS would not see: nobody copies, and the lease is closed."""
    with switched_off("kms.use.forwarded-principal"):
        run = fresh.run()
    assert (run.status, run.error) == ("FAILED", "SourceKeyNotAccessible")
    fresh.assert_nothing_is_open()
    assert fresh.restored() == []
    [(_, kept)] = fresh.snapshots()  # to carry on from
    rds = fresh.sandbox.client("rds", SOURCE)
    if rds.describe_db_snapshots()["DBSnapshots"]:
        rds.delete_db_snapshot(DBSnapshotIdentifier=kept)
    else:
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=kept)


@contextmanager
def denied(story: Story, function: str, action: str) -> Iterator[None]:
    """The role of a function of the source may not do this."""
    iam = story.sandbox.client("iam", SOURCE)
    [name] = [role["RoleName"] for role in iam.list_roles()["Roles"] if f"-{function}" in role["RoleName"]]
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="denied", PolicyDocument=document)
    yield
    iam.delete_role_policy(RoleName=name, PolicyName="denied")


def assert_ends_well(story: Story) -> None:
    run = story.run()
    assert (run.status, run.error, run.cause) == ("SUCCEEDED", None, None)
    story.assert_nothing_is_open()
    assert story.snapshots() == []


def test_every_setting_is_tried() -> None:
    tried = {name for settings in OTHERWISE.values() for name in settings}
    tried |= {name for settings in RENAMED_OTHERWISE for name in settings}
    assert tried == {field.name for field in fields(Unconfirmed)}
    assert [field.name for field in fields(UnconfirmedEvents)] == ["put_events_denied_by_entry"]
