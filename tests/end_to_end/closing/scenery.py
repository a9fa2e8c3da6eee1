"""The stage on which transfers die: a sweeper that can be stopped, a machine that comes back, and things of others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import DATABASE, set_stage
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from sandbox.world import Sandbox

DEADLINE_HOURS = 4
PARAMETERS = {"DeadlineHours": str(DEADLINE_HOURS), "KeepCopyHours": "0"}  # a kept copy would be no trace
THIRD = "333333333333"
SOMEBODYS = "sf-of-somebody"
LOOKS_LIKE_OURS = "sf-example-db-0123456789abcdef-c"
DEFINITION = ("name", "definition", "roleArn", "type", "loggingConfiguration")
SCHEDULE = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")


class Scenery:
    """Both stacks and the database, in an empty sandbox; the sweeper does not come yet."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.story = Story(set_stage(sandbox, source_parameters=PARAMETERS))
        self._sandbox = sandbox
        self._states = sandbox.client("stepfunctions", SOURCE)
        self._scheduler = sandbox.client("scheduler", SOURCE)
        (row,) = [each for each in self._scheduler.list_schedules()["Schedules"] if "Sweep" in each["Name"]]
        schedule = self._scheduler.get_schedule(Name=row["Name"])
        self._schedule = {each: schedule[each] for each in SCHEDULE}
        machine = self._states.describe_state_machine(stateMachineArn=self.story.stage.machine_arn)
        self._machine: dict[str, Any] = {each: machine[each] for each in DEFINITION}
        self.let_sweep(on=False)
        self._furnish()

    def let_sweep(self, *, on: bool) -> None:
        """A changed schedule begins anew, so that the sweeper comes at the same moments of every case."""
        self._scheduler.update_schedule(**self._schedule, State="ENABLED" if on else "DISABLED")

    def make_machine_again(self) -> None:
        """If it was deleted, as soon as its name is free: it goes after its last execution."""
        while (status := self._status_of_machine()) == "DELETING":
            self._sandbox.clock.run(limit=60)
        if status is None:
            self._states.create_state_machine(**self._machine)

    def clear_target(self) -> None:
        """Stop what the target does, and delete what it has taken: it is the target's own."""
        states, rds = self._sandbox.client("stepfunctions", TARGET), self._sandbox.client("rds", TARGET)
        for name in ("ReceiveSnapshotMachineArn", "RestoreDatabaseMachineArn"):
            arn = self.story.stage.target.outputs[name]
            for row in states.list_executions(stateMachineArn=arn, statusFilter="RUNNING")["executions"]:
                states.stop_execution(executionArn=row["executionArn"])
        self._sandbox.clock.run(limit=4 * 3600)
        for row in rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]:
            rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=row["DBClusterSnapshotIdentifier"])
        self.story.clear_target()

    def _status_of_machine(self) -> str | None:
        try:
            return str(self._states.describe_state_machine(stateMachineArn=self.story.stage.machine_arn)["status"])
        except self._states.exceptions.StateMachineDoesNotExist:
            return None

    def _furnish(self) -> None:
        """Somebody else's snapshot, one that looks like ours and is shared with the target, and a statement."""
        rds, kms = self._sandbox.client("rds", SOURCE), self._sandbox.client("kms", SOURCE)
        key = self.story.stage.transfer_key
        rds.create_db_cluster_snapshot(DBClusterIdentifier=DATABASE, DBClusterSnapshotIdentifier=SOMEBODYS)
        self._sandbox.clock.run(limit=3600)
        rds.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=SOMEBODYS, TargetDBClusterSnapshotIdentifier=LOOKS_LIKE_OURS, KmsKeyId=key
        )
        self._sandbox.clock.run(limit=4 * 3600)
        rds.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier=LOOKS_LIKE_OURS, AttributeName="restore", ValuesToAdd=[TARGET.id, THIRD]
        )
        policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        theirs = {**policy["Statement"][0], "Sid": "Snapferry0123456789abcdefTheirs", "Action": "kms:Decrypt"}
        policy["Statement"].append(theirs)
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
