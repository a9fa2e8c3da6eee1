"""What people do with Snapferry: they start, stop, run again, go back, try out, and delete what it has made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.accounts import SOURCE, TARGET
from sandbox.rds.models import Cluster

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.rds.models import Database
    from tests.soak.ground import Ground

SIMULTANEOUS = 8
"""Executions; a person who sees so many waits."""
WISHES = (("restore", False, 0.6), ("overlap", "wait", 0.3), ("plan_only", True, 0.1))
"""Fields of an input, and how probable they are."""


def start(ground: Ground) -> str:
    """A transfer of any database, from any start."""
    if len(ground.running()) >= SIMULTANEOUS:
        return "nothing: enough executions run"
    database = ground.chance.choice(ground.sources())
    given = {"database": database.name, "snapshot": _start_of(ground, database)}
    wishes = {field: value for field, value, odds in WISHES if ground.chance.random() < odds}
    return _started(ground, ground.stage.machine_arn, {**given, **wishes})


def start_two(ground: Ground) -> str:
    """Two of the same database at once."""
    given = {"database": ground.chance.choice(ground.sources()).name, "restore": False}
    machine = ground.stage.machine_arn
    return " and ".join(_started(ground, machine, {**given, "overlap": how}) for how in ("refuse", "wait"))


def start_fleet(ground: Ground) -> str:
    """Two databases in one execution, which starts a transfer for each."""
    names = [each.name for each in ground.chance.sample(ground.sources(), 2)]
    given = {"databases": names, "restore": False, "tolerated_failure_count": ground.chance.randrange(3)}
    return _started(ground, ground.stage.source.outputs["FerryFleetMachineArn"], given)


def run_again(ground: Ground) -> str:
    """With the input that an error has printed."""
    if not ground.happenings.printed:
        return "nothing: no error has printed an input"
    return _started(ground, *ground.chance.choice(ground.happenings.printed))


def stop(ground: Ground) -> str:
    """Any execution of any machine."""
    running = ground.running()
    if not running:
        return "nothing: no execution runs"
    arn = ground.chance.choice(running)
    account = SOURCE if f":{SOURCE.id}:" in arn else TARGET
    ground.client("stepfunctions", account).stop_execution(executionArn=arn)
    return _short(arn)


def stop_soon(ground: Ground) -> str:
    """Whichever execution enters a state, so many states from now: also one that takes no time."""
    states = ground.chance.randrange(1, 60)
    ground.happenings.stop_after(states)
    return f"{states} states from now"


def switch_back(ground: Ground) -> str:
    """To the database that served before."""
    name = ground.chance.choice(ground.sources()).name
    return _started(ground, ground.stage.target.outputs["SwitchBackMachineArn"], {"name": name})


def apply_retention(ground: Ground) -> str:
    """By hand, besides the schedule."""
    return _started(ground, ground.stage.target.outputs["ApplyRetentionMachineArn"], {})


def restore_alone(ground: Ground) -> str:
    """From a copy that is there; sometimes only as a drill."""
    copies = ground.snapshots(TARGET, ours=True)
    if not copies:
        return "nothing: there is no copy"
    copy = ground.chance.choice(copies)
    drill = ground.chance.random() < 0.5
    given = {"snapshot_arn": str(copy.arn), "database": copy.name.removeprefix("sf-").rpartition("-")[0]}
    return _started(ground, ground.stage.target.outputs["RestoreDatabaseMachineArn"], {**given, "drill": drill})


def delete_copy(ground: Ground) -> str:
    """One that is kept in the source, or has been received in the target."""
    account = ground.chance.choice((SOURCE, TARGET))
    copies = [each for each in ground.snapshots(account, ours=True) if not each.shared_with]
    if not copies:
        return "nothing: there is no copy"
    copy = ground.chance.choice(copies)
    rds = ground.client("rds", account)
    if copy.arn.kind == "cluster-snapshot":
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=copy.name)
    else:
        rds.delete_db_snapshot(DBSnapshotIdentifier=copy.name)
    ground.excuse(copy.arn)
    return copy.name


def delete_restored(ground: Ground) -> str:
    """A database that a transfer has brought up, whether it serves or not."""
    restored = ground.restored()
    if not restored:
        return "nothing: there is no restored database"
    database = ground.chance.choice(restored)
    delete_database(ground, database)
    return database.name


def delete_database(ground: Ground, database: Database) -> None:
    """As its account's administrator does, members first."""
    rds = ground.client("rds", SOURCE if database.arn.account == SOURCE.id else TARGET)
    ground.excuse(database.arn)
    if not isinstance(database, Cluster):
        rds.modify_db_instance(DBInstanceIdentifier=database.name, DeletionProtection=False, ApplyImmediately=True)
        rds.delete_db_instance(DBInstanceIdentifier=database.name, SkipFinalSnapshot=True)
        return
    rds.modify_db_cluster(DBClusterIdentifier=database.name, DeletionProtection=False, ApplyImmediately=True)
    for member in ground.sandbox.rds.store.members(database):
        ground.excuse(member.arn)
        rds.delete_db_instance(DBInstanceIdentifier=member.name, SkipFinalSnapshot=True)
    rds.delete_db_cluster(DBClusterIdentifier=database.name, SkipFinalSnapshot=True)


def _start_of(ground: Ground, database: Database) -> str:
    """What the transfer starts from; what is missing for it is made, and takes its time."""
    start = ground.chance.choice(("new", "new", "new", "latest", "named"))
    if start == "latest" and ground.chance.random() < 0.5:
        ground.sandbox.rds.take_automated(str(database.arn))
    if start != "named":
        return start
    named = [each for each in ground.snapshots(SOURCE, ours=False) if each.database_arn == database.arn]
    return ground.chance.choice(named).name if named else "new"


def _started(ground: Ground, machine_arn: str, given: Mapping[str, object]) -> str:
    arn = ground.sandbox.start_execution(machine_arn, ground.name("soak"), given)
    return f"{_short(arn)} {json.dumps(given)}"


def _short(arn: str) -> str:
    """Machine and execution."""
    return "/".join(arn.split(":")[-2:])
