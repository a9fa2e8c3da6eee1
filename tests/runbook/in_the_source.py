"""Transfers that fail in the source account, or while the target takes its copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.accounts import SOURCE, TARGET
from sandbox.sources import make_snapshot
from snapferry import names
from tests.runbook.case import KEPT_COPY, Attempt, Case, Cases
from tests.runbook.scene import ASKING, Scene, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES: list[Case] = []
case = Cases(CASES)

THIRD = "333333333333"
LATER_AND_OPEN = frozenset({"access", "target's copy"})


@case("KeyInAnotherRegion", "the stack's key is of another Region", again=False)
def _(scene: Scene) -> Iterator[Attempt]:
    key = f"arn:aws:kms:eu-central-1:{SOURCE.id}:key/00000000-0000-0000-0000-000000000000"
    with scene.another_stack(TransferKeyArn=key) as machine:
        yield Attempt(machine=machine)


@case("ServerlessV1", "the snapshot is of the days of Serverless v1", again=False)
def _(scene: Scene) -> Iterator[Attempt]:
    make_snapshot(scene.sandbox, scene.database_arn, name="of-old")
    snapshot = next(each for each in scene.sandbox.rds.store.snapshots.values() if each.name == "of-old")
    snapshot.details["EngineMode"] = "serverless"
    yield Attempt({"database": "example-db", "snapshot": "of-old"})
    scene.client("rds").delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="of-old")


@case("AwsTooBusy", "AWS throttles for longer than the step is retried")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.faults.call("rds", "CreateDBClusterSnapshot", times=None).throttled()
    yield Attempt()
    scene.faults.clear()


@case("StepFailed", "a function is slower than its time-out, each time")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.faults.function("*CreateSnapshotFunction", times=None).too_slow_to_begin()
    yield Attempt()
    scene.faults.clear()


@case("AwsRefused", "a role of the source's loses a right while the snapshot is being made")
def _(scene: Scene) -> Iterator[Attempt]:
    mend = scene.deny("LookAtSnapshot", "rds", "DescribeDBClusterSnapshots")
    yield Attempt()
    mend()


@case("SnapshotFailed", "RDS gives the snapshot up")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.faults.rds("sf-*", account=SOURCE).ends_failed()
    yield Attempt()


@case("SnapshotFailed", "RDS gives the copy up")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.faults.rds("sf-*-c", account=SOURCE).ends_failed()
    yield Attempt()


@case("SnapshotTooSlow", "the copy is not done at the deadline", again=False, hurried=True)
def _(_: Scene) -> Iterator[Attempt]:
    yield Attempt()


@case("SnapshotQuotaReached", "the account has no room until the deadline", again=False, hurried=True)
def _(scene: Scene) -> Iterator[Attempt]:
    quotas = scene.sandbox.rds.settings.quotas
    usual, quotas.manual_cluster_snapshots = quotas.manual_cluster_snapshots, 0
    yield Attempt()
    quotas.manual_cluster_snapshots = usual


@case("TooManyCopies", "RDS makes no more copies at once until the deadline", again=False, hurried=True)
def _(scene: Scene) -> Iterator[Attempt]:
    quotas = scene.sandbox.rds.settings.quotas
    usual, quotas.cluster_copies_in_flight = quotas.cluster_copies_in_flight, 0
    yield Attempt()
    quotas.cluster_copies_in_flight = usual


@case("NameTaken", "somebody's snapshot has the name of the copy")
def _(scene: Scene) -> Iterator[Attempt]:
    rds = scene.client("rds")
    make_snapshot(scene.sandbox, scene.database_arn, name="theirs")
    theirs: list[str] = []

    def take() -> None:
        theirs.append(names.copy_name("example-db", scene.running_transfer()))
        rds.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier="theirs", TargetDBClusterSnapshotIdentifier=theirs[0]
        )

    yield Attempt(when="Wait for the snapshot", then=take)
    for name in ("theirs", *theirs):
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)


@case("SnapshotNotFound", "somebody deletes the copy while it is being made")
def _(scene: Scene) -> Iterator[Attempt]:
    def delete() -> None:
        rds = scene.client("rds")
        for each in scene.ours.snapshots(SOURCE):
            if each.name.endswith("-c") and each.status != "available":
                rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=each.name)

    yield Attempt(when="Look at the copy", then=delete)


@case("AccessClosedForGood", "somebody starts close_access for a transfer that runs", KEPT_COPY)
def _(scene: Scene) -> Iterator[Attempt]:
    yield Attempt(when="Wait for the copy", then=scene.close_by_hand)


@case("KeyPolicyNotEditable", "KMS does not take the new key policy", KEPT_COPY)
def _(scene: Scene) -> Iterator[Attempt]:
    error = refusal("MalformedPolicyDocumentException", "Policy contains a statement with an invalid principal.")
    scene.faults.call("kms", "PutKeyPolicy", by="EditKeyPolicy").refused(error)
    yield Attempt()


@case("KeyPolicyEditLost", "somebody else writes the key policy at the same moment", KEPT_COPY)
def _(scene: Scene) -> Iterator[Attempt]:
    written = len(scene.sandbox.gate.log)

    def overwrite() -> None:
        if any(call.operation == "PutKeyPolicy" for call in list(scene.sandbox.gate.log)[written:]):
            scene.lease_is_written_away()

    scene.faults.call("kms", "GetKeyPolicy", by="EditKeyPolicy", times=None).meanwhile(overwrite)
    yield Attempt()
    scene.faults.clear()


@case("SnapshotNotShared", "somebody else shares the copy with a third account at the same moment")
def _(scene: Scene) -> Iterator[Attempt]:
    def share() -> None:
        for each in scene.ours.snapshots(SOURCE):
            if TARGET.id in each.shared_with:
                each.shared_with.add(THIRD)

    scene.faults.call("rds", "DescribeDBClusterSnapshotAttributes", by="EditShare", first=2).meanwhile(share)
    yield Attempt()


@case("SourceKeyNotAccessible", "somebody takes the lease out of the key policy before the target copies", KEPT_COPY)
def _(scene: Scene) -> Iterator[Attempt]:
    yield Attempt(when=ASKING, then=scene.lease_is_written_away)


@case("SnapshotFailed", "somebody takes the lease out of the key policy while the target copies", KEPT_COPY)
def _(scene: Scene) -> Iterator[Attempt]:
    def later() -> None:
        scene.sandbox.clock.run(limit=300)
        scene.lease_is_written_away()

    yield Attempt(when="Copy under the own key", then=later)


@case("SnapshotNotFound", "somebody takes the share back before the target copies", KEPT_COPY)
def _(scene: Scene) -> Iterator[Attempt]:
    def unshare() -> None:
        for each in scene.ours.snapshots(SOURCE):
            each.shared_with.discard(TARGET.id)

    yield Attempt(when=ASKING, then=unshare)


@case("OwnKeyNotUsable", "the target's key is disabled after it has accepted", KEPT_COPY)
def _(scene: Scene) -> Iterator[Attempt]:
    kms = scene.client("kms", TARGET)
    yield Attempt(when=ASKING, then=lambda: kms.disable_key(KeyId=scene.stage.own_key))
    kms.enable_key(KeyId=scene.stage.own_key)


@case("NobodyAnswered", "the question is lost on its way", KEPT_COPY)
def _(scene: Scene) -> Iterator[Attempt]:
    scene.faults.event("Snapshot Shared").lost()
    yield Attempt()


@case("TargetExecutionEnded", "somebody stops the target's execution", KEPT_COPY)
def _(scene: Scene) -> Iterator[Attempt]:
    def stop() -> None:
        scene.sandbox.clock.wait_until(lambda: scene.story.entered("Copy under the own key"), 3600)
        scene.stop("ReceiveSnapshotMachine", TARGET)

    yield Attempt(when=ASKING, then=stop)


@case("AwsRefused", "the target's copying function loses a right", KEPT_COPY)
def _(scene: Scene) -> Iterator[Attempt]:
    mend = scene.deny("snapferry-target-CopySnapshot", "rds", "CopyDBClusterSnapshot")
    yield Attempt()
    mend()


@case("AccessNotClosed", "KMS does not let the lease be taken out", LATER_AND_OPEN)
def _(scene: Scene) -> Iterator[Attempt]:
    scene.faults.call("kms", "PutKeyPolicy", by="EditKeyPolicy", first=2, times=None).denied()
    yield Attempt({"database": "example-db"})
    scene.faults.clear()
    scene.sandbox.clock.run(limit=2 * 3600)  # the sweeper comes
