"""Restores that fail, and the machines that a person or a schedule starts by themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import PROFILE
from tests.runbook.case import KEPT_COPY, Attempt, Case, Cases
from tests.runbook.scene import Scene, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES: list[Case] = []
case = Cases(CASES)

RECEIVE, RESTORE = "ReceiveSnapshotMachine", "RestoreDatabaseMachine"
SWITCH_BACK, TAKE_BACK, RETENTION = "SwitchBackMachine", "TakeBackMachine", "ApplyRetentionMachine"
SERVED = {"name": "example-db"}
FAILING = {"name": "snapferry-hook-first", "input": {"failures": 9}}
HOUR, DAY = 3600.0, 86_400.0
CARRIED = {"database": "example-db"}


@case("HookFailed", "a hook fails after the snapshot has crossed")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.profile(hooks=[FAILING])
    yield Attempt(CARRIED)
    scene.profile()


@case("DatabaseFailed", "RDS gives the new database up")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.faults.rds("example-db-*", account=TARGET).shows("incompatible-restore")
    yield Attempt(CARRIED)


@case("AwsRefused", "the function that replaces the master password has lost a right")
def _(scene: Scene) -> Iterator[Attempt]:
    mend = scene.deny("SecureDatabase", "rds", "ModifyDBCluster")
    yield Attempt(CARRIED)
    mend()


@case("TargetExecutionEnded", "somebody stops the restore")
def _(scene: Scene) -> Iterator[Attempt]:
    def stop() -> None:
        scene.sandbox.clock.wait_until(lambda: scene.story.entered("Wait for the database"), 3600)
        scene.stop(RESTORE, TARGET)

    yield Attempt(CARRIED, when="Ask for the restore", then=stop)


@case("DatabaseTooSlow", "the new database is not there at the deadline", again=False, hurried=True)
def _(scene: Scene) -> Iterator[Attempt]:
    scene.faults.rds("example-db-*", account=TARGET).shows("still-at-it", seconds=2 * 3600)
    yield Attempt(scene.restore_input(), RESTORE)


@case("ProfileNotFound", "somebody has deleted the profile")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.client("ssm", TARGET).delete_parameter(Name=PROFILE)
    yield Attempt(scene.restore_input(), RESTORE)
    scene.profile()


@case("ProfileInvalid", "the profile lacks a field")
def _(scene: Scene) -> Iterator[Attempt]:
    lacking = json.dumps({"subnet_group": "databases"})
    scene.client("ssm", TARGET).put_parameter(Name=PROFILE, Type="String", Value=lacking, Overwrite=True)
    yield Attempt(scene.restore_input(), RESTORE)
    scene.profile()


@case("RestoreNotPossible", "the profile names a subnet group that is not there")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.profile(subnet_group="nowhere")
    yield Attempt(scene.restore_input(), RESTORE)
    scene.profile()


@case("NameTaken", "somebody makes a database of that name after the plan")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.profile(identifier="taken-meanwhile")
    rds = scene.client("rds", TARGET)

    def take() -> None:
        rds.create_db_cluster(
            DBClusterIdentifier="taken-meanwhile",
            Engine="aurora-mysql",
            MasterUsername="somebody",
            MasterUserPassword="Else-Password-1",
            DBSubnetGroupName="databases",
        )

    scene.faults.call("rds", "DescribeDBClusters", by="RestoreDatabaseFunction").meanwhile(take)
    yield Attempt(scene.restore_input(), RESTORE)
    rds.delete_db_cluster(DBClusterIdentifier="taken-meanwhile", SkipFinalSnapshot=True)
    scene.sandbox.clock.run(limit=HOUR)
    scene.profile()


@case("NotOurs", "the connection's parameter is somebody else's")
def _(scene: Scene) -> Iterator[Attempt]:
    theirs = "/snapferry/theirs/connection"
    ssm = scene.client("ssm", TARGET)
    ssm.put_parameter(Name=theirs, Type="String", Value='{"host": "somewhere"}')
    scene.profile(name="theirs")
    yield Attempt(scene.restore_input(), RESTORE)
    ssm.delete_parameter(Name=theirs)
    scene.profile()


@case("SnapshotNotFound", "the snapshot to receive is not shared with the target")
def _(scene: Scene) -> Iterator[Attempt]:
    shared = scene.shared_by_hand("by-hand")
    rds = scene.client("rds")
    which = {"DBClusterSnapshotIdentifier": "by-hand", "AttributeName": "restore"}
    rds.modify_db_cluster_snapshot_attribute(**which, ValuesToRemove=[TARGET.id])
    yield Attempt({"snapshot_arn": shared}, RECEIVE)
    rds.modify_db_cluster_snapshot_attribute(**which, ValuesToAdd=[TARGET.id])


@case("NotTidiedUp", "the database of a drill cannot be deleted", frozenset({"database"}))
def _(scene: Scene) -> Iterator[Attempt]:
    busy = refusal("InvalidDBInstanceState", "The instance is busy.")
    scene.faults.call("rds", "DeleteDBInstance", times=None).refused(busy)
    yield Attempt(scene.restore_input(drill=True), RESTORE)
    scene.faults.clear()
    scene.delete_drills()


@case("NothingToGoBackTo", "the previous database has lost its tag")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.restore()
    scene.restore()
    arn = json.loads(scene.published())["previous"][0]["arn"]
    rds = scene.client("rds", TARGET)
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["snapferry:managed"])
    yield Attempt(SERVED, SWITCH_BACK)
    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "snapferry:managed", "Value": "true"}])


@case("ConnectionChanged", "somebody else switches in between")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.restore()
    scene.restore()
    before = scene.published()
    other = {"resource_id": "cluster-OTHER", "identifier": "other"}
    elsewhere = json.dumps({**json.loads(before), **other})
    yield Attempt(SERVED, SWITCH_BACK, when="Switch the connection", then=lambda: scene.publish(elsewhere))
    scene.publish(before)


@case("NotTidiedUp", "a database that has had its time cannot be deleted")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.restore()
    scene.restore()
    mend = scene.deny("RetireDatabase", "rds", "DeleteDBInstance")
    scene.sandbox.clock.run(limit=4 * DAY)
    yield Attempt({}, RETENTION)
    mend()


@case("AwsRefused", "what a stopped restore has left may not be deleted", frozenset({"database"}))
def _(scene: Scene) -> Iterator[Attempt]:
    mend = scene.deny("DeleteDatabase", "rds", "DeleteDBCluster")
    arn = scene.sandbox.start_execution(scene.machine(RESTORE), "to-be-stopped", scene.restore_input())
    scene.sandbox.clock.run(limit=600)
    scene.client("stepfunctions", TARGET).stop_execution(executionArn=arn)
    scene.sandbox.clock.run(limit=600)
    yield Attempt(scene.input_of_latest(TAKE_BACK, TARGET), TAKE_BACK)
    mend()


@case(
    "AccessNotClosed",
    "the lease of a stopped transfer cannot be taken out",
    frozenset({"access", "kept copy"}),
    stays=KEPT_COPY,
)
def _(scene: Scene) -> Iterator[Attempt]:
    scene.faults.call("kms", "PutKeyPolicy", by="EditKeyPolicy", first=2, times=None).denied()
    arn = scene.sandbox.start_execution(scene.stage.machine_arn, "stopped-too", {**CARRIED, "restore": False})
    scene.sandbox.clock.wait_until(lambda: scene.ours.statements() != [], 7 * DAY)
    scene.sandbox.clock.run(limit=60)
    scene.client("stepfunctions").stop_execution(executionArn=arn)
    scene.sandbox.clock.run(limit=3 * HOUR)  # the target's copy fails meanwhile
    yield Attempt(scene.input_of_latest("CloseAccessMachine", SOURCE), "CloseAccessMachine")
    scene.faults.clear()
