"""Access ends although the machine is deleted, or nobody at all can close it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.accounts import SOURCE, TARGET, Caller
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end import test_closing
from tests.end_to_end.story import Story
from tests.end_to_end.test_closing import MINUTE, STATUS_EVENT, note, seconds_until_closed, stop

if TYPE_CHECKING:
    from sandbox.permissions import Simulator

table = test_closing.table  # shows these rows too


def test_when_nobody_can_close_the_end_time_does(simulator: Simulator) -> None:
    """Event lost, sweeper dead: after the deadline the statements still stand, and let nobody in."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        story = Story(set_stage(sandbox, source_parameters={"DeadlineHours": "4"}))
        sandbox.faults.event(STATUS_EVENT, times=None).lost()
        sandbox.faults.function("*SweepLeases*", times=None).killed_before_it_begins()
        begun = sandbox.clock.now
        stopped_at = stop(story, "Ask the target to take its copy")
        assert copier_may_decrypt(story)
        sandbox.clock.run(limit=begun + 4 * 3600 - 60 - sandbox.clock.now)
        assert copier_may_decrypt(story)
        sandbox.clock.run(limit=120)
        assert len(story.sids()) == 4
        assert not copier_may_decrypt(story)
        note("StopExecution, event lost, sweeper dead", "end time", sandbox.clock.now - stopped_at)
        sandbox.faults.clear()
        note("... and the rest, once the sweeper lives", "sweeper", seconds_until_closed(story, sandbox.clock.now))


def test_a_machine_that_is_deleted_is_closed_by_the_sweeper(simulator: Simulator) -> None:
    """AWS ends its executions at their next transition; nobody can describe them any more."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        story = Story(set_stage(sandbox))
        sandbox.faults.event(STATUS_EVENT, times=None).lost()
        others = [story.stage.start(f"behind-{number}", restore=False) for number in range(2)]
        sandbox.clock.run(limit=400)
        stopped_at = stop(story, "Ask the target to take its copy")
        for arn in others:
            sandbox.client("stepfunctions", SOURCE).stop_execution(executionArn=arn)
        sandbox.clock.run(limit=1)
        sandbox.client("stepfunctions", SOURCE).delete_state_machine(stateMachineArn=story.stage.machine_arn)
        seconds = seconds_until_closed(story, stopped_at)
        assert seconds < 45 * MINUTE
        note("DeleteStateMachine with three transfers under way", "sweeper", seconds)


def copier_may_decrypt(story: Story) -> bool:
    """Whether the target's copying role may decrypt by way of RDS, by the key policy as it stands now."""
    kms = story.sandbox.client("kms", SOURCE)
    policy = json.loads(kms.get_key_policy(KeyId=story.stage.transfer_key, PolicyName="default")["Policy"])
    used = next(each for each in policy["Statement"] if each["Sid"].endswith("Use"))
    role = used["Condition"]["ArnEquals"]["aws:PrincipalArn"]
    caller = Caller(TARGET.id, f"arn:aws:sts::{TARGET.id}:assumed-role/{role.rpartition('/')[2]}/session", role)
    decision = story.sandbox.permissions.check(
        caller,
        "kms:Decrypt",
        story.stage.transfer_key,
        resource_account=SOURCE.id,
        resource_policy=policy,
        context={"kms:ViaService": "rds.eu-west-1.amazonaws.com"},
    )
    return decision.allowed
