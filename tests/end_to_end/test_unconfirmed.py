"""What AWS's documents leave open: a transfer ends well under either answer."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.rds.settings import Unconfirmed
from sandbox.register import switched_off
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

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


def assert_ends_well(story: Story) -> None:
    run = story.run()
    assert (run.status, run.error, run.cause) == ("SUCCEEDED", None, None)
    story.assert_nothing_is_open()
    assert story.snapshots() == []


def test_every_setting_is_tried() -> None:
    tried = {name for settings in OTHERWISE.values() for name in settings}
    assert tried == {field.name for field in fields(Unconfirmed)}
