"""What scenes find on their stage, and how the stage is put in order after each of their runs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.accounts import TARGET
from sandbox.sources import make_snapshot, make_source
from sandbox.stage import CONNECTION, DATABASE, MASTER, ROOT, write_profile
from tests.faults.invariants import RETAINED_WITHIN
from tests.faults.ours import MANAGED_TAG, TRANSFER_TAG, Ours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.end_to_end.story import Story

DEADLINE_HOURS = 3
SOURCE_PARAMETERS = {"KeepCopyHours": "0", "DeadlineHours": str(DEADLINE_HOURS), "SweepMinutes": "10"}
ORIGINAL, COPY = "original", "by-hand"
"""A database that the target has had, and its snapshot."""
INSTANCE = "orders"
"""Another database of the source's."""
HOOK, HOOK_MACHINE = "snapferry-hook-first", "snapferry-hook-machine"
FOR_GOOD = 8760  # hours, the most that one can want: nothing is tidied away while scenes are played
PROFILE = {"identifier": "{database}-{transfer}", "instance_class": "db.t3.medium", "keep_previous_hours": FOR_GOOD}


def clear(story: Story) -> None:
    """Delete all that a run has made in the target."""
    ours, sandbox = Ours(story.stage), story.sandbox
    if ours.connections():
        sandbox.client("ssm", TARGET).delete_parameter(Name=CONNECTION)
    if ours.databases():
        story.clear_target()
    rds = sandbox.client("rds", TARGET)
    for snapshot in ours.snapshots(TARGET):
        if snapshot.arn.kind == "snapshot":
            rds.delete_db_snapshot(DBSnapshotIdentifier=snapshot.name)
        else:
            rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=snapshot.name)


@dataclass(frozen=True)
class Setting:
    """A stage.

    Attributes:
        engine: Of the source's database.
        source: Parameters of the source's stack, over SOURCE_PARAMETERS.
        target: Parameters of the target's stack.
        given: Puts there what all runs find.
        before: Puts there what each run finds.
        after: Takes away what each run has left rightly.
        copies: ARNs of copies in the target that shall be there besides those that runs have told of.
    """

    engine: str = "aurora-mysql"
    source: Mapping[str, str] = field(default_factory=dict)
    target: Mapping[str, str] = field(default_factory=dict)
    given: Callable[[Story], object] = lambda _: None
    before: Callable[[Story], object] = lambda _: None
    after: Callable[[Story], object] = clear
    copies: Callable[[Ours], list[str]] = lambda _: []


def restoring(snapshot: str, **more: object) -> dict[str, object]:
    """The input of `restore_database` for somebody who starts it himself."""
    return {"snapshot_arn": snapshot, "database": DATABASE, **more}


def copy_arn(story: Story) -> str:
    """The snapshot that the target has of its own."""
    [copy] = [each for each in story.sandbox.rds.store.snapshots.values() if each.name == COPY]
    return str(copy.arn)


def published(story: Story) -> dict[str, Any]:
    """The connection."""
    return Ours(story.stage).connections()[CONNECTION]


def _publish(story: Story, connection: Mapping[str, Any]) -> None:
    ssm = story.sandbox.client("ssm", TARGET)
    ssm.put_parameter(Name=CONNECTION, Type="String", Overwrite=True, Value=json.dumps(connection))


def _add_an_instance(story: Story) -> None:
    make_source(story.sandbox, "mysql", name=INSTANCE, DBSubnetGroupName=story.stage.source_network.subnet_group)


def _take_a_copy(story: Story) -> None:
    """As a transfer's once, but somebody else's now; the database that it was taken of is gone."""
    stage, rds = story.stage, story.sandbox.client("rds", TARGET)
    network = {"DBSubnetGroupName": stage.target_network.subnet_group}
    original = make_source(
        story.sandbox, stage.engine, name=ORIGINAL, account=TARGET, encryption=stage.own_key, **network
    )
    make_snapshot(story.sandbox, original, name=COPY)
    story.clear_target()
    assert rds.describe_db_clusters()["DBClusters"] == rds.describe_db_instances()["DBInstances"] == []


def _restore(story: Story) -> None:
    machine = story.stage.target.outputs["RestoreDatabaseMachineArn"]
    run = story.execute(machine, restoring(copy_arn(story)))
    assert run.status == "SUCCEEDED", run.cause


def _prepare_hooks(story: Story) -> None:
    _take_a_copy(story)
    story.sandbox.deploy(TARGET, "hooks", ROOT / "tests" / "end_to_end" / "hooks" / "template.yaml", {})
    waiting: dict[str, Any] = {"name": HOOK_MACHINE, "kind": "state_machine", "timeout_minutes": 120, "retries": 1}
    hooks = [{"name": HOOK, "retries": 1, "input": {"says": "well"}}, waiting]
    write_profile(story.sandbox, story.stage.target_network, **PROFILE, hooks=hooks)


def _restore_under_a_name(story: Story) -> None:
    """One serves under the name, and one did before."""
    _take_a_copy(story)
    write_profile(story.sandbox, story.stage.target_network, **PROFILE, rename_to="staging")
    _restore(story)
    _restore(story)


def _keep_one_previous(story: Story) -> None:
    """Whoever serves now, and the one before; those before that are deleted."""
    connection = published(story)
    first, *more = connection["previous"]
    rds = story.sandbox.client("rds", TARGET)
    for each in more:
        name = {"DBInstanceIdentifier": each["identifier"]}
        rds.modify_db_instance(**name, DeletionProtection=False, ApplyImmediately=True)
        story.sandbox.clock.run(limit=600)
        rds.delete_db_instance(**name, SkipFinalSnapshot=True)
    if more:
        _publish(story, {**connection, "previous": [first]})
        story.sandbox.clock.run(limit=600)


def _restore_and_copy(story: Story) -> None:
    _take_a_copy(story)
    write_profile(story.sandbox, story.stage.target_network, **PROFILE)
    _restore(story)
    _copy_again(story)


def _let_time_pass(story: Story) -> None:
    """A previous database has had its time long ago, and so has the older of two copies."""
    now, rds = story.sandbox.clock.now, story.sandbox.client("rds", TARGET)
    name = f"{DATABASE}-{now:.0f}"
    rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine=story.stage.engine,
        MasterUsername=MASTER,
        ManageMasterUserPassword=True,
        DBSubnetGroupName=story.stage.target_network.subnet_group,
        StorageEncrypted=True,
        KmsKeyId=story.stage.own_key,
        Tags=[{"Key": MANAGED_TAG, "Value": "true"}],
    )
    _copy_again(story)
    row = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
    old = {"identifier": name, "arn": row["DBClusterArn"], "resource_id": row["DbClusterResourceId"]}
    until = datetime.fromtimestamp(now - RETAINED_WITHIN, UTC).isoformat()
    secret = {"secret_arn": row["MasterUserSecret"]["SecretArn"], "until": until}
    serving = {name: value for name, value in published(story).items() if name != "previous"}
    _publish(story, {**serving, "previous": [{**serving, **old, **secret}]})


def _copy_again(story: Story) -> None:
    """A copy such as a transfer makes, newer than all others."""
    transfer = f"{int(story.sandbox.clock.now):016x}"
    story.sandbox.client("rds", TARGET).copy_db_cluster_snapshot(
        SourceDBClusterSnapshotIdentifier=COPY,
        TargetDBClusterSnapshotIdentifier=f"sf-{DATABASE}-{transfer}",
        KmsKeyId=story.stage.own_key,
        Tags=[{"Key": TRANSFER_TAG, "Value": transfer}],
    )
    story.sandbox.clock.run(limit=600)


def _newest_copy(ours: Ours) -> list[str]:
    return [str(each.arn) for each in sorted(ours.snapshots(TARGET), key=lambda each: each.name)[-1:]]


CLUSTER_CROSSES = Setting()
INSTANCE_CROSSES = Setting("postgres", source={"KeepCopyHours": "1"})
SEVERAL = Setting(given=_add_an_instance)
WITH_HOOKS = Setting(given=_prepare_hooks)
UNDER_A_NAME = Setting("postgres", given=_restore_under_a_name, after=_keep_one_previous)
WITH_OLD_ONES = Setting(
    target={"KeepCopies": "1", "KeepCopiesDays": "0"},
    given=_restore_and_copy,
    before=_let_time_pass,
    after=lambda _: None,
    copies=_newest_copy,
)
