"""Fleets that end red; each of their transfers has its own error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.runbook.case import Attempt, Case, Cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runbook.scene import Scene

CASES: list[Case] = []
case = Cases(CASES)

FLEET = "FerryFleetMachine"


@case("NoDatabasesFound", "no database has that tag")
def _(scene: Scene) -> Iterator[Attempt]:
    yield Attempt({"tagged": {"ferry": "weekly"}, "restore": False}, FLEET)
    tags = [{"Key": "ferry", "Value": "weekly"}]
    scene.client("rds").add_tags_to_resource(ResourceName=scene.database_arn, Tags=tags)


@case("FleetNotFound", "the fleet to run again is not known", again=False)
def _(_: Scene) -> Iterator[Attempt]:
    yield Attempt({"again": "0123456789abcdef"}, FLEET)


@case("FleetNotComplete", "the target declines one of the databases")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.profile(subnet_group="nowhere")
    yield Attempt({"databases": ["example-db"]}, FLEET)
    scene.profile()
