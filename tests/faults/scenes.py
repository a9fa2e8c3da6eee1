"""The runs that are recorded: those of both families that go well, and those that end early and have to tidy up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.faults.strikes import StopStrike

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.world import Sandbox

FINISHED, STOPPED = "finished", "stopped"


@dataclass(frozen=True)
class Scene:
    """A stage, what is in the transfer's way there, and how it ends without any further fault.

    Attributes:
        keep_hours: The source's KeepCopyHours.
        obstacle: Puts something in its way; every time.
        end: FINISHED, STOPPED, or an error's name.
    """

    name: str
    engine: str = "aurora-mysql"
    keep_hours: int = 0
    deadline_hours: int = 3
    obstacle: Callable[[Sandbox], object] = lambda _: None
    end: str = FINISHED


def _restore_fails(sandbox: Sandbox) -> None:
    sandbox.faults.call("rds", "ModifyDBCluster", by="SecureDatabase", times=None).denied()


def _stop(machine: str, state: str) -> Callable[[Sandbox], object]:
    return lambda sandbox: StopStrike(sandbox, machine, state)


SCENES = {
    scene.name: scene
    for scene in (
        Scene("cluster"),
        Scene("instance", engine="postgres", keep_hours=1),
        Scene("failing restore", obstacle=_restore_fails, end="AwsRefused"),
        Scene(
            "stopped transfer",
            obstacle=_stop("source-ferry-snapshot", "Ask the target to take its copy"),
            end=STOPPED,
        ),
        Scene(
            "stopped restore",
            obstacle=_stop("target-restore-database", "Create the instances"),
            end="TargetExecutionEnded",
        ),
    )
}
