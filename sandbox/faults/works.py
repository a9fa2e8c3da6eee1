"""Faults of RDS's own work: a snapshot, a copy or a restore that fails, sticks, or shows a status nobody knows."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sandbox.rds.identifiers import Arn
from sandbox.rds.models import AVAILABLE, CREATING, FAILED, Snapshot, Work
from sandbox.rds.provision import let_listen

if TYPE_CHECKING:
    from sandbox.faults.turns import Turns
    from sandbox.gate import Call
    from sandbox.rds import Rds
    from sandbox.rds.core import Core
    from sandbox.rds.models import Database

FOR_EVER = None
# Virtual seconds after which a restore goes wrong: it has begun, and is not done.
BREAKS_AFTER = 60.0
YEAR = 365 * 86_400.0
# What each operation makes: the kind in its ARN, and the parameter with its name.
MADE_BY = {
    "CreateDBSnapshot": ("snapshot", "DBSnapshotIdentifier"),
    "CopyDBSnapshot": ("snapshot", "TargetDBSnapshotIdentifier"),
    "CreateDBClusterSnapshot": ("cluster-snapshot", "DBClusterSnapshotIdentifier"),
    "CopyDBClusterSnapshot": ("cluster-snapshot", "TargetDBClusterSnapshotIdentifier"),
    "RestoreDBInstanceFromDBSnapshot": ("db", "DBInstanceIdentifier"),
    "RestoreDBClusterFromSnapshot": ("cluster", "DBClusterIdentifier"),
    "CreateDBInstance": ("db", "DBInstanceIdentifier"),
    "CreateDBCluster": ("cluster", "DBClusterIdentifier"),
}


@dataclass
class WorkFault:
    """What RDS will make under one name, and how that ends; each method gives the fault itself."""

    name: str
    """Identifier of the snapshot or database, or a pattern: `sf-*-c`."""
    account: str
    """The account's id; empty for both."""
    turns: Turns
    status: str = AVAILABLE
    seconds: float | None = FOR_EVER

    @property
    def strokes(self) -> list[float]:
        """When it struck; see `Turns`."""
        return self.turns.strokes

    def ends_failed(self) -> WorkFault:
        """Its status becomes `failed`."""
        return self.shows(FAILED)

    def sticks(self) -> WorkFault:
        """It never becomes available: a snapshot stays at 99 percent."""
        return self.shows("")

    def shows(self, status: str, seconds: float | None = FOR_EVER) -> WorkFault:
        """Where it would become available it shows this status; for ever, or for so many virtual seconds."""
        self.status, self.seconds = status, seconds
        return self

    def concerns(self, arn: Arn, now: float) -> bool:
        """Whether it strikes what is made here."""
        return self.account in ("", arn.account) and fnmatchcase(arn.name, self.name) and self.turns.strikes(now)


class WorkFaults:
    """All faults of RDS's work; an `after` hook of the gate."""

    def __init__(self, rds: Rds) -> None:
        self.all: list[WorkFault] = []
        self._core = rds.core

    def meet(self, call: Call) -> None:
        """Look at what a call has just begun to make."""
        if call.service != "rds" or call.operation not in MADE_BY or call.error is not None:
            return
        kind, parameter = MADE_BY[call.operation]
        arn = Arn(call.region, call.caller.account, kind, str(call.parameters[parameter]).lower())
        made = self._core.store.tagged(arn)
        for fault in list(self.all):
            if made is not None and fault.concerns(arn, call.time):
                self._spoil(made, fault)

    def _spoil(self, made: Snapshot | Database, fault: WorkFault) -> None:
        if isinstance(made, Snapshot):
            # Made just after RDS's own timer, and for the same moment: nobody sees `available` in between.
            seconds = made.work.due - made.work.begun
            self._core.later(seconds, functools.partial(_spoil_snapshot, self._core, made, fault), f"fault {made.arn}")
        else:
            spoil = functools.partial(_spoil_database, self._core, made, fault)
            self._core.later(BREAKS_AFTER, spoil, f"fault {made.arn}")


def _spoil_snapshot(core: Core, snapshot: Snapshot, fault: WorkFault) -> None:
    if snapshot.status != AVAILABLE:
        return  # it came to another end
    snapshot.status = fault.status or CREATING
    if not fault.status:
        snapshot.work = Work(core.clock.now - 99 * YEAR, core.clock.now + YEAR)
    if fault.seconds is not FOR_EVER:
        core.later(fault.seconds, lambda: _mend_snapshot(snapshot, fault), f"{snapshot.arn} {fault.status}")


def _mend_snapshot(snapshot: Snapshot, fault: WorkFault) -> None:
    if snapshot.status == fault.status:
        snapshot.status = AVAILABLE


def _spoil_database(core: Core, database: Database, fault: WorkFault) -> None:
    """RDS's own timer finds another status than its own at its time, and leaves it so."""
    if database.status != CREATING:
        return
    database.status = fault.status or "still-creating"
    if fault.seconds is not FOR_EVER:
        core.busy(database, fault.status, fault.seconds, lambda: let_listen(core, database))
