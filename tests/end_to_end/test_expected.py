"""What a plan expects of a database whose size AWS tells comes true."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator


DATABASE_ARN = "arn:aws:rds:eu-west-1:111111111111:db:example-db"


@pytest.fixture(scope="module")
def instance(simulator: Simulator) -> Iterator[Story]:
    """An RDS instance of 100 GB, whose size AWS tells."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Story(set_stage(sandbox, "postgres"))


@pytest.mark.long
def test_what_was_expected_comes_true(instance: Story) -> None:
    """The sandbox's durations lie in the ranges; states are counted as they are entered, in both accounts."""
    rds = instance.sandbox.client("rds", SOURCE)
    rds.add_tags_to_resource(ResourceName=DATABASE_ARN, Tags=[{"Key": "team", "Value": "payments"}])
    expected: dict[str, Any] = instance.run(plan_only=True).output["expected"]
    begun, entered = instance.sandbox.clock.now, {"source": 0, "target": 0}

    def count(event: Any) -> None:
        if event.kind == "entered":
            entered[event.machine.split("-")[1]] += 1

    instance.sandbox.on_state.append(count)
    run = instance.run(when="Open the lease", then=lambda: look_at_tags(instance))
    assert run.status == "SUCCEEDED", run.cause
    seconds = run.output["seconds"]
    assert expected["seconds"]["least"] <= seconds <= expected["seconds"]["most"]
    assert begun + seconds <= instance.sandbox.clock.now
    for side, number in entered.items():
        least, most = (expected["state_transitions"][side][bound] for bound in ("least", "most"))
        assert least <= number <= most, (side, number, expected["state_transitions"][side])
    assert json.dumps(expected).count("null") == 0
    instance.clear_target()


def look_at_tags(story: Story) -> None:
    """Both snapshots in the source have the database's tags, and ours."""
    rows = story.sandbox.client("rds", SOURCE).describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert len(rows) == 2
    for row in rows:
        tags = {tag["Key"]: tag["Value"] for tag in row["TagList"]}
        assert tags.pop("team") == "payments"
        assert set(tags) == {"snapferry:transfer", "snapferry:execution"}
