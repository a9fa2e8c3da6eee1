"""How a transfer comes to each state: most lie on its straight way, some only where something is in its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.gate import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.end_to_end.story import Story

type Obstacle = Callable[[Story], object]

NIGHT = "2026-01-01T03:00:00Z"  # one of a schedule's times


def _somebody_else_carries_it(story: Story) -> None:
    """Another transfer, whose offer nobody hears: it holds the database's turn for a quarter of an hour."""
    story.sandbox.faults.event("Transfer Offered").lost()
    _start_another(story)
    story.sandbox.clock.run(limit=60)


def _it_was_carried_for_this_time(story: Story) -> None:
    story.sandbox.wait_for(_start_another(story, scheduled_time=NIGHT))


def _start_another(story: Story, **given: object) -> str:
    return story.stage.start(f"other-{story.sandbox.clock.now:.0f}", restore=False, **given)


def _database_is_busy(story: Story) -> None:
    busy = AwsError("InvalidDBClusterStateFault", "The cluster is not in available state.")
    story.sandbox.faults.call("rds", "CreateDBClusterSnapshot").refused(busy)


def _rds_copies_no_more_at_once(story: Story) -> None:
    full = AwsError("SnapshotQuotaExceeded", "Cannot copy more than 5 snapshots across regions.")
    story.sandbox.faults.call("rds", "CopyDBClusterSnapshot", by="CopySnapshot").refused(full)


def _lock_is_taken(story: Story) -> None:
    taken = AwsError("ConditionalCheckFailedException", "The conditional request failed")
    story.sandbox.faults.call("dynamodb", "PutItem", by="EditKeyPolicy").refused(taken)


def _snapshot_cannot_be_deleted_yet(story: Story) -> None:
    creating = AwsError("InvalidDBClusterSnapshotStateFault", "The snapshot is in creating state.")
    story.sandbox.faults.call("rds", "DeleteDBClusterSnapshot", by="DeleteSnapshots").refused(creating)


def _nobody_hears(story: Story) -> None:
    story.sandbox.faults.event("Snapshot Shared").lost()


def _copy_is_refused(story: Story) -> None:
    story.sandbox.faults.call("rds", "CopyDBClusterSnapshot", by="CopySnapshot").denied()


def _failure_cannot_be_explained(story: Story) -> None:
    story.sandbox.faults.function("snapferry-source-ExplainFailureFunction", times=9).killed_before_it_begins()
    _copy_is_refused(story)


@dataclass(frozen=True)
class Route:
    """What is in the transfer's way, and what its input says besides."""

    obstacle: Obstacle = lambda _: None
    given: dict[str, Any] = field(default_factory=dict)


STRAIGHT = Route()
ROUTES = {
    "Ask what the target finds": Route(given={"plan_only": True}),
    "Write the plan": Route(given={"plan_only": True}),
    "Wait for the other transfer": Route(_somebody_else_carries_it, {"overlap": "wait"}),
    "Carried for this time already": Route(_it_was_carried_for_this_time, {"scheduled_time": NIGHT}),
    "Wait for the database": Route(_database_is_busy),
    "Wait for RDS to copy": Route(_rds_copies_no_more_at_once),
    "Wait for the key policy": Route(_lock_is_taken),
    "Wait to close": Route(_snapshot_cannot_be_deleted_yet),
    "Nobody took the copy": Route(_nobody_hears),
    "Ask for the restore": Route(given={"restore": True}),
    "Explain the failure": Route(_copy_is_refused),
    "Transfer failed": Route(_copy_is_refused),
    "Transfer failed, unexplained": Route(_failure_cannot_be_explained),
}


def route_to(state: str) -> Route:
    """The way to a state; a new one that lies on none is never come to, and its test says so."""
    return ROUTES.get(state, STRAIGHT)
