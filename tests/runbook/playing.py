"""Playing a case: let it fail, look at what is left, mend it, and start again with what the error has printed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.accounts import TARGET
from tests.runbook.scene import HALF_AN_HOUR

if TYPE_CHECKING:
    from tests.end_to_end.story import Run
    from tests.faults.invariants import Broken
    from tests.runbook.case import Case
    from tests.runbook.scene import Left, Scene

MAKING = {"Create the snapshot", "Copy under the transfer key"}


@dataclass(frozen=True)
class Seen:
    """How a case went.

    Attributes:
        failed: the execution that ended red.
        left: what was there half an hour later that had not been there before (`Scene.left`).
    """

    failed: Run
    left: frozenset[str]


@dataclass(frozen=True)
class Again:
    """How the second execution went, that was started with the input which the first has printed.

    Attributes:
        run: the second one.
        left: what is there after both that had not been there before, but for the target's copy that was asked for.
        broken: what does not hold of both accounts when all is at rest.
    """

    run: Run
    left: frozenset[str]
    broken: list[Broken]


def play(scene: Scene, case: Case, *, again: bool) -> tuple[Seen, Again | None]:
    """Spoil, fail, look, mend; and start again if that is wanted."""
    before = scene.left()
    with case.arrange(scene) as attempt:
        machine = scene.machine(attempt.machine)
        given = attempt.given if attempt.given is not None else {"database": "example-db", "restore": False}
        failed = scene.story.execute(machine, given, when=attempt.when, then=attempt.then)
        scene.sandbox.clock.run(limit=HALF_AN_HOUR)
        seen = Seen(failed, _more(before, scene.left()))
        if "target's copy" in case.left:  # it is the target's now, until retention finds that it has had its time
            scene.told |= scene.left()["target's copy"]
    return seen, _start_again(scene, machine, failed, before) if again else None


def printed_input(run: Run) -> Any:
    """The last line of the cause, as a person copies it."""
    *_, told, line = str(run.cause).splitlines()
    assert "again with" in told, run.cause
    return json.loads(line)


def made_anew(run: Run) -> set[str]:
    """The states that make a snapshot in the source, as far as a run has entered them."""
    return MAKING & set(run.states_of("ferry-snapshot"))


def _start_again(scene: Scene, machine: str, failed: Run, before: Left) -> Again:
    scene.invariants.renew()
    run = scene.story.execute(machine, printed_input(failed))
    told = {str(each.arn) for each in scene.ours.snapshots(TARGET) if str(each.arn) in json.dumps(run.output)}
    scene.told |= told
    broken = scene.invariants.wait_for_rest(scene.told)
    now = scene.left()
    return Again(run, _more(before, {**now, "target's copy": now["target's copy"] - told}), broken)


def _more(before: Left, now: Left) -> frozenset[str]:
    return frozenset(kind for kind, there in now.items() if there - before[kind])
