"""Plays cases on one stage, one transfer after the other, judges each, and puts everything in order in between."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from moto.moto_api._internal import mock_random

from sandbox.accounts import SOURCE, TARGET
from sandbox.clock import Stuck
from sandbox.stage import CONNECTION, set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.faults import held
from tests.faults.invariants import Invariants
from tests.faults.judging import wrong_in_cause, wrong_in_receipt
from tests.faults.places import Tracker
from tests.faults.recording import Recorder
from tests.faults.scenes import FINISHED, SCENES, STOPPED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.gate import Call
    from sandbox.permissions import Simulator
    from tests.faults.cases import Case
    from tests.faults.recording import Recording

HOUR, DAY = 3600.0, 86_400.0
# RDS's work in virtual seconds: long enough to be looked at more than once, and no look more; a hundred are alike.
QUICK = {
    **dict.fromkeys(("snapshot_start", "copy_start"), 240.0),
    **dict.fromkeys(("snapshot_per_gb", "copy_per_gb", "instance_restore_per_gb", "cluster_restore_per_gb"), 0.0),
    **dict.fromkeys(("instance_restore", "cluster_restore", "member_creation"), 120.0),
    **dict.fromkeys(("modification", "password_reset", "secret_creation", "deletion"), 30.0),
}
ENDS_WITHIN = 3 * DAY
SETTLES_WITHIN = 4 * HOUR  # nobody has mended anything yet
MENDED_WITHIN = DAY
MENDED = ", clean once mended"
KEPT = ", the target keeps its copy"
CHANGES = ("Put", "Modify", "Create", "Copy", "Delete", "Restore", "Update", "Add", "Remove")


@dataclass(frozen=True)
class Verdict:
    """How one transfer ended.

    Attributes:
        outcome: `finished`, `stopped`, or the error's name; and what had to come about afterwards.
        cause: The execution's, for a person.
        wrong: What is not as it must be, in words; nothing if all is right.
        left: What was left until somebody mended the fault.
    """

    outcome: str
    cause: str = ""
    wrong: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass
class Ground:
    """One stage; close it, or use `with`."""

    name: str
    simulator: Simulator
    _broken: list[str] = field(default_factory=list)
    _transfers: int = 0

    def __post_init__(self) -> None:
        self.scene = SCENES[self.name]
        self.sandbox = Sandbox(permissions=self.simulator, data=False)
        try:
            parameters = {
                "KeepCopyHours": str(self.scene.keep_hours),
                "DeadlineHours": str(self.scene.deadline_hours),
                "SweepMinutes": "30",
            }
            self.stage = set_stage(self.sandbox, self.scene.engine, source_parameters=parameters)
        except BaseException:
            self.sandbox.close()
            raise
        for work, seconds in QUICK.items():
            setattr(self.sandbox.rds.core.durations, work, seconds)
        self.story = Story(self.stage)
        self.tracker = Tracker(self.sandbox)
        self.invariants = Invariants(self.stage)
        self._listeners = len(self.sandbox.on_state)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox.close()

    def record(self) -> Recording:
        """One transfer of the scene without a further fault.

        Raises:
            AssertionError: It does not end as the scene says.
        """
        recorder = Recorder(self.tracker)
        self.sandbox.on_state.append(recorder.note_state)
        self.tracker.begin()
        self.scene.obstacle(self.sandbox)
        verdict = self._judged(self._run("recorded"))
        self.sandbox.on_state.remove(recorder.note_state)
        assert (verdict.outcome, verdict.wrong) == (self.scene.end, ()), verdict
        recording = recorder.stop()
        self.put_in_order()
        return recording

    def play(self, cases: Sequence[Case]) -> Verdict:
        """One transfer with these faults; afterwards the stage is as before.

        Raises:
            AssertionError: The stage cannot be put in order; it must not be used again.
        """
        mock_random.seed(f"{self._transfers} {cases[0]}")  # AWS gives no id twice
        self.tracker.begin()
        self.scene.obstacle(self.sandbox)
        strikes = {case: case.arm(self) for case in cases}
        with self._watched():
            ended = self._run(f"case-{self._transfers}")
            found = self._judged(ended)
            never = [f"it never struck: {case}" for case, strike in strikes.items() if not strike.struck]
            for strike in strikes.values():
                strike.disarm()
            verdict = self._mended(replace(found, wrong=(*found.wrong, *never)))
        self.put_in_order()
        return verdict

    def _run(self, name: str) -> dict[str, Any]:
        self._transfers += 1
        arn = self.stage.start(name)
        try:
            return self.sandbox.wait_for(arn, ENDS_WITHIN)
        except Stuck:
            return self.sandbox.describe(arn)

    def _judged(self, ended: dict[str, Any]) -> Verdict:
        """With the fault still there."""
        left = self._settled(SETTLES_WITHIN)
        outcome = {"SUCCEEDED": FINISHED, "ABORTED": STOPPED}.get(ended["status"], ended.get("error", "no error"))
        found = [*self._broken]
        if ended["status"] == "RUNNING":
            found.append("the execution never ended")
        if ended["status"] in ("FAILED", "TIMED_OUT"):
            found += wrong_in_cause(ended.get("error", ""), ended.get("cause", ""))
        if ended["status"] == "SUCCEEDED":
            found += wrong_in_receipt(self.invariants.ours, json.loads(ended["output"]))
        return Verdict(outcome, ended.get("cause", ""), tuple(found), tuple(left))

    def _mended(self, verdict: Verdict) -> Verdict:
        """Once somebody has mended what was broken, nothing may be left."""
        if not verdict.left:
            kept = KEPT if self._received() else ""
            return Verdict(verdict.outcome + kept, verdict.cause, verdict.wrong)
        left = self._settled(MENDED_WITHIN)
        wrong = (*verdict.wrong, *left)
        return Verdict(verdict.outcome + MENDED, verdict.cause, wrong, verdict.left)

    def _settled(self, limit: float) -> list[str]:
        """What is left when everybody who comes by himself has come."""
        clock = self.sandbox.clock
        end, step = clock.now + limit, 60.0
        clock.run(limit=step)
        while (broken := self.invariants.broken_at_rest(self._received())) and clock.now < end:
            clock.run(limit=min(step, end - clock.now))
            step = min(2 * step, HOUR)
        return [str(each) for each in broken]

    def _received(self) -> list[str]:
        """The copies that the target has taken and told of, and that no restore has used."""
        outputs = self.stage.target.outputs
        receive = held.executions(TARGET, outputs["ReceiveSnapshotMachineArn"])
        restore = held.executions(TARGET, outputs["RestoreDatabaseMachineArn"])
        taken = {each.name.removesuffix("-receive") for each in receive if each.status == "SUCCEEDED"}
        unused = taken - {each.name.removesuffix("-restore") for each in restore}
        return [str(each.arn) for each in self.invariants.ours.snapshots(TARGET) if each.name[-16:] in unused]

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """What must hold at every moment is looked at after every change."""
        self._broken.clear()
        self.sandbox.gate.after.append(self._look)
        try:
            yield
        finally:
            self.sandbox.gate.after.remove(self._look)

    def _look(self, call: Call) -> None:
        if call.service in ("kms", "rds") and call.operation.startswith(CHANGES):
            seen = (f"while it ran, {each}" for each in self.invariants.broken())
            self._broken.extend(each for each in seen if each not in self._broken)

    def put_in_order(self) -> None:
        """Nothing is in anybody's way, and what the transfer has left rightly is gone.

        Raises:
            AssertionError: Something is left that should not be.
        """
        self.sandbox.faults.clear()
        del self.sandbox.on_state[self._listeners :]
        ssm = self.sandbox.client("ssm", TARGET)
        if self.invariants.ours.connections():
            ssm.delete_parameter(Name=CONNECTION)
        if self.invariants.ours.databases():
            self.story.clear_target()
        for snapshot in self.invariants.ours.snapshots(TARGET):
            self._delete(snapshot.arn.kind, snapshot.name)
        left = self.invariants.broken_at_rest()
        assert left == [], [str(each) for each in left]
        for account, stack in ((SOURCE, self.stage.source), (TARGET, self.stage.target)):
            held.forget_rows(account, stack.outputs["StateTableName"])  # of transfers that are over: scans are slow

    def _delete(self, kind: str, name: str) -> None:
        rds = self.sandbox.client("rds", TARGET)
        if kind == "snapshot":
            rds.delete_db_snapshot(DBSnapshotIdentifier=name)
        else:
            rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)
