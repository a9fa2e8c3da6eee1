"""Those who close are in trouble themselves, and access ends all the same; `docs/closing.md` tells the rest.

At each state and in each way: `test_closing_everywhere`.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.gate import AwsError
from snapferry.leasing import lease
from tests.end_to_end.closing.alarm import times_counted
from tests.end_to_end.closing.cases import Case, Off, Way
from tests.end_to_end.closing.scenery import DEADLINE_HOURS
from tests.end_to_end.closing.theatre import Theatre
from tests.statemachine import machines
from tests.unit import policies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.faults import Faults
    from sandbox.interpreter import StateEvent
    from sandbox.permissions import Simulator
    from tests.end_to_end.closing.theatre import Dead
    from tests.end_to_end.closing.watch import Watch

MINUTE = 60
FUNCTIONS = ["CreateSnapshot", "LookAtSnapshot", "CopySnapshot", "EditKeyPolicy", "EditShare", "DeleteSnapshots"]
STRAY = lease.statements(policies.lease("fedcba9876543210"))
REFUSED = AwsError("MalformedPolicyDocumentException", "The new key policy will not do.")
_numbers = itertools.count(1)


def snapshot_cannot_be_deleted_yet(faults: Faults) -> None:
    creating = AwsError("InvalidDBClusterSnapshotStateFault", "The snapshot is in creating state.")
    faults.call("rds", "DeleteDBClusterSnapshot", by="DeleteSnapshots").refused(creating)


def kms_refuses(faults: Faults) -> None:
    faults.call("kms", "PutKeyPolicy", by="EditKeyPolicy", first=2).refused(REFUSED)  # the first one opens


def kms_refuses_and_nobody_explains(faults: Faults) -> None:
    kms_refuses(faults)
    faults.function("snapferry-source-ExplainFailureFunction", times=9).killed_before_it_begins()


OBSTACLES: dict[str, Callable[[Faults], None]] = {
    "Wait to close": snapshot_cannot_be_deleted_yet,
    "Explain the failure": kms_refuses,
    "Not closed": kms_refuses,
    "Not closed, unexplained": kms_refuses_and_nobody_explains,
}
IN_EVERY_RUN = ("Stop sharing", "Close the lease")
CLOSE_ACCESS = [
    pytest.param(state, marks=() if state in IN_EVERY_RUN else pytest.mark.long)
    for state, _, _ in machines.states("close_access")
]


class Stopping:
    """Stops the first `close_access` that enters a state."""

    def __init__(self, theatre: Theatre, state: str) -> None:
        self.done = False
        self._theatre, self._state = theatre, state
        theatre.sandbox.on_state.append(self._listen)

    def _listen(self, event: StateEvent) -> None:
        is_there = event.machine.endswith("close-access") and (event.kind, event.state) == ("entered", self._state)
        if is_there and not self.done:
            self.done = True
            states = self._theatre.sandbox.client("stepfunctions", SOURCE)
            states.stop_execution(executionArn=event.execution_arn)
            self._theatre.sandbox.clock.sleep(1)


@pytest.fixture(scope="module")
def theatre(simulator: Simulator) -> Iterator[Theatre]:
    with Theatre(simulator) as theatre:
        yield theatre


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_is_killed_is_run_again(theatre: Theatre, function: str) -> None:
    with theatre.scene():
        fault = theatre.sandbox.faults.function(f"snapferry-source-{function}Function").killed_when_done()
        arn = theatre.story.stage.start(f"goes-on-{next(_numbers)}", restore=False)
        assert theatre.sandbox.wait_for(arn)["status"] == "SUCCEEDED"
        assert fault.strokes
        assert theatre.left() == []


def test_a_killed_sweeper_is_tried_again(theatre: Theatre) -> None:
    with theatre.scene(Off.EVENT) as watch:
        dead = stop(theatre, watch)
        killed = theatre.sandbox.faults.function("*SweepLeases*", times=2).killed_before_call(1)
        assert theatre.seconds_until_tidy(dead.died) < 45 * MINUTE
        assert len(killed.strokes) == 2


def test_a_dead_editor_is_waited_for_until_it_lives(theatre: Theatre) -> None:
    """The share and the snapshots go at once, an alarm tells of the rest, and the sweeper comes again and again."""
    with theatre.scene() as watch:
        begun = theatre.sandbox.clock.now
        dead = stop(theatre, watch)
        fault = theatre.sandbox.faults.function("*EditKeyPolicy*", times=None, seconds=3600).killed_before_it_begins()
        theatre.sandbox.clock.run(limit=10 * MINUTE)
        assert theatre.left() == ["statements", "row"]
        assert fault.strokes
        assert theatre.seconds_until_tidy(dead.died) < 3600 + 45 * MINUTE
        assert times_counted(theatre.sandbox, begun) > 1


def test_where_kms_refuses_for_good_the_end_time_closes(theatre: Theatre) -> None:
    with theatre.scene() as watch:
        begun = theatre.sandbox.clock.now
        dead = stop(theatre, watch)
        refusal = theatre.sandbox.faults.call("kms", "PutKeyPolicy", by="EditKeyPolicy", times=None).refused(REFUSED)
        theatre.sandbox.clock.run(limit=dead.end - 1 - theatre.sandbox.clock.now)
        assert watch.look(every=0).may_decrypt
        assert theatre.left() == ["statements", "row"]
        theatre.sandbox.clock.run(limit=2)
        assert not watch.look(every=0).may_decrypt
        tries = DEADLINE_HOURS * 3600 / (15 * MINUTE) / 2
        assert len(refusal.strokes) > tries
        assert times_counted(theatre.sandbox, begun) > tries


def test_a_copy_that_somebody_has_deleted_is_no_hindrance(theatre: Theatre) -> None:
    with theatre.scene(Off.EVENT) as watch:
        begun = theatre.sandbox.clock.now
        dead = stop(theatre, watch)
        rds = theatre.sandbox.client("rds", SOURCE)
        for name in watch.look().snapshots.keys() - theatre.before.snapshots.keys():
            rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)
        assert theatre.seconds_until_tidy(dead.died) < 45 * MINUTE
        assert times_counted(theatre.sandbox, begun) == 0


def test_a_copy_whose_tags_somebody_took_is_told_and_the_key_is_closed(theatre: Theatre) -> None:
    """It is not provably ours any more, so nobody touches it; without the key its share is of no use."""
    with theatre.scene() as watch:
        begun = theatre.sandbox.clock.now
        arn = theatre.story.stage.start(f"untagged-{next(_numbers)}", restore=False)
        theatre.sandbox.clock.wait_until(lambda: watch.look().shares_with(TARGET.id, theatre.before), 86_400)
        rds = theatre.sandbox.client("rds", SOURCE)
        for copy in copies(theatre):
            keys = [tag["Key"] for tag in copy["TagList"]]
            rds.remove_tags_from_resource(ResourceName=copy["DBClusterSnapshotArn"], TagKeys=keys)
        theatre.sandbox.client("stepfunctions", SOURCE).stop_execution(executionArn=arn)
        theatre.sandbox.clock.run(limit=20 * MINUTE)
        assert not watch.look(every=0).may_decrypt
        assert theatre.left() == ["share", "snapshots"]
        assert times_counted(theatre.sandbox, begun) > 0
        for copy in copies(theatre):
            rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=copy["DBClusterSnapshotIdentifier"])


@pytest.mark.parametrize("state", CLOSE_ACCESS)
def test_a_closing_that_is_itself_stopped_is_begun_again(theatre: Theatre, state: str) -> None:
    with theatre.scene() as watch:
        if state in OBSTACLES:
            OBSTACLES[state](theatre.sandbox.faults)
        stopping = Stopping(theatre, state)
        dead = stop(theatre, watch)
        theatre.sandbox.clock.wait_until(lambda: stopping.done, 45 * MINUTE)
        assert theatre.seconds_until_tidy(dead.died) < 45 * MINUTE


def test_what_an_execution_that_runs_holds_open_is_never_touched(theatre: Theatre) -> None:
    with theatre.scene() as watch:
        arn = theatre.story.stage.start(f"runs-{next(_numbers)}", restore=False)
        theatre.sandbox.clock.wait_until(lambda: watch.look().may_decrypt, 86_400)
        theatre.sandbox.clock.run(limit=25 * MINUTE)
        assert watch.look(every=0).may_decrypt
        assert theatre.sandbox.wait_for(arn)["status"] == "SUCCEEDED"


def test_a_statement_that_no_lease_stands_for_is_taken_out(theatre: Theatre) -> None:
    kms, key = theatre.sandbox.client("kms", SOURCE), theatre.story.stage.transfer_key
    with theatre.scene():
        policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        policy["Statement"] += STRAY
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
        assert theatre.left() == ["statements"]
        assert theatre.seconds_until_tidy(theatre.sandbox.clock.now) < 20 * MINUTE


def stop(theatre: Theatre, watch: Watch) -> Dead:
    """Stop a transfer while the target takes its copy."""
    return theatre.let_die(watch, Case("Ask the target to take its copy", Way.STOPPED, Off.NOBODY))


def copies(theatre: Theatre) -> list[dict[str, Any]]:
    """What the transfer has made in the source."""
    rows = theatre.sandbox.client("rds", SOURCE).describe_db_cluster_snapshots(SnapshotType="manual")
    before = theatre.before.snapshots
    return [row for row in rows["DBClusterSnapshots"] if row["DBClusterSnapshotIdentifier"] not in before]
