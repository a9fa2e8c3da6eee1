"""Plays cases on one stage, one run after the other, judges each, and puts everything in order in between."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from moto.moto_api._internal import mock_random

from sandbox.accounts import SOURCE, TARGET
from sandbox.clock import Stuck
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.faults import held
from tests.faults.invariants import Invariants
from tests.faults.judging import wrong_in_cause
from tests.faults.places import Tracker
from tests.faults.recording import Recorder
from tests.faults.scenes import FINISHED, MENDED, STOPPED
from tests.faults.settings import SOURCE_PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.gate import Call
    from sandbox.permissions import Simulator
    from tests.faults.cases import Case
    from tests.faults.recording import Recording
    from tests.faults.scenes import Scene
    from tests.faults.settings import Setting

HOUR, DAY = 3600.0, 86_400.0
# RDS's work in virtual seconds: long enough to be looked at more than once, and no look more; a hundred are alike.
QUICK = {
    **dict.fromkeys(("snapshot_start", "copy_start"), 90.0),
    **dict.fromkeys(("snapshot_per_gb", "copy_per_gb", "instance_restore_per_gb", "cluster_restore_per_gb"), 0.0),
    **dict.fromkeys(("instance_restore", "cluster_restore", "member_creation"), 90.0),
    **dict.fromkeys(("modification", "password_reset", "secret_creation", "deletion"), 30.0),
    "rename": 60.0,
}
ENDS_WITHIN = 3 * DAY
SETTLES_WITHIN = 4 * HOUR  # nobody has mended anything yet
NEVER_STRUCK = "it never struck: "
MENDED_WITHIN = DAY + HOUR  # retention comes once a day
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

    setting: Setting
    simulator: Simulator
    _broken: list[str] = field(default_factory=list)
    _runs: int = 0

    def __post_init__(self) -> None:
        self.sandbox = Sandbox(permissions=self.simulator, data=False)
        try:
            self._set_up()
        except BaseException:
            self.sandbox.close()
            raise

    def _set_up(self) -> None:
        self.stage = set_stage(
            self.sandbox,
            self.setting.engine,
            source_parameters={**SOURCE_PARAMETERS, **self.setting.source},
            target_parameters=self.setting.target,
        )
        for work, seconds in QUICK.items():
            setattr(self.sandbox.rds.core.durations, work, seconds)
        self.story = Story(self.stage)
        self.setting.given(self.story)
        self.tracker = Tracker(self.sandbox)
        self.invariants = Invariants(self.stage)
        self._listeners = len(self.sandbox.on_state)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox.close()

    def record(self, scene: Scene) -> Recording:
        """One run of a scene without a further fault.

        Raises:
            AssertionError: It does not end as the scene says.
        """
        self._prepare(scene)
        recorder = Recorder(self.tracker)
        self.sandbox.on_state.append(recorder.note_state)
        with self._watched():
            verdict = self._mended(self._judged(scene, self._run(scene, f"recorded-{self._runs}")))
        self.sandbox.on_state.remove(recorder.note_state)
        assert (verdict.outcome, verdict.wrong) == (scene.end, ()), verdict
        recording = recorder.stop()
        self.put_in_order()
        return recording

    def play(self, scene: Scene, cases: Sequence[Case]) -> Verdict:
        """One run of a scene with these faults; afterwards the stage is as before.

        Raises:
            AssertionError: The stage cannot be put in order; it must not be used again.
        """
        mock_random.seed(f"{self._runs} {cases[0]}")  # AWS gives no id twice
        self._prepare(scene)
        strikes = {case: case.arm(self) for case in cases}
        with self._watched():
            found = self._judged(scene, self._run(scene, f"case-{self._runs}"))
            never = [f"{NEVER_STRUCK}{case}" for case, strike in strikes.items() if not strike.struck]
            for strike in strikes.values():
                strike.disarm()
            verdict = self._mended(replace(found, wrong=(*found.wrong, *never)))
        self.put_in_order()
        return verdict

    def _prepare(self, scene: Scene) -> None:
        self.setting.before(self.story)
        self.tracker.begin()
        scene.obstacle(self.sandbox)

    def _run(self, scene: Scene, name: str) -> dict[str, Any]:
        self._runs += 1
        arn = scene.start(self.story, name)
        try:
            return self.sandbox.wait_for(arn, ENDS_WITHIN)
        except Stuck:
            return self.sandbox.describe(arn)

    def _judged(self, scene: Scene, ended: dict[str, Any]) -> Verdict:
        """With the fault still there."""
        left = self._settled(SETTLES_WITHIN)
        outcome = {"SUCCEEDED": FINISHED, "ABORTED": STOPPED}.get(ended["status"], ended.get("error", "no error"))
        found = [*self._broken]
        if ended["status"] == "RUNNING":
            found.append("the execution never ended")
        if ended["status"] in ("FAILED", "TIMED_OUT"):
            found += wrong_in_cause(ended.get("error", ""), ended.get("cause", ""))
        if ended["status"] == "SUCCEEDED":
            found += scene.start.wrong(self.invariants.ours, json.loads(ended["output"]))
        return Verdict(outcome, ended.get("cause", ""), tuple(found), tuple(left))

    def _mended(self, verdict: Verdict) -> Verdict:
        """Once somebody has mended what was broken, nothing may be left."""
        if not verdict.left:
            kept = KEPT if self._received() else ""
            return Verdict(verdict.outcome + kept, verdict.cause, verdict.wrong)
        self.sandbox.faults.clear()
        left = self._settled(MENDED_WITHIN)
        wrong = (*verdict.wrong, *left)
        return Verdict(verdict.outcome + MENDED, verdict.cause, wrong, verdict.left)

    def _settled(self, limit: float) -> list[str]:
        """What is left when everybody who comes by himself has come."""
        clock = self.sandbox.clock
        end, step = clock.now + limit, 60.0
        clock.run(limit=step)
        while (broken := self.invariants.broken_at_rest(self._copies())) and clock.now < end:
            clock.run(limit=min(step, end - clock.now))
            step = min(2 * step, HOUR)
        return [str(each) for each in broken]

    def _copies(self) -> list[str]:
        """The copies that shall be in the target."""
        return [*self._received(), *self.setting.copies(self.invariants.ours)]

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
        self.setting.after(self.story)
        left = self.invariants.broken_at_rest(self.setting.copies(self.invariants.ours))
        assert left == [], [str(each) for each in left]
        for account, stack in ((SOURCE, self.stage.source), (TARGET, self.stage.target)):
            held.forget_rows(account, stack.outputs["StateTableName"])  # of runs that are over: scans are slow
