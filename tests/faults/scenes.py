"""The runs that are recorded: each machine's that go well, and those that end early and have to tidy up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.accounts import TARGET
from sandbox.stage import DATABASE
from tests.faults import judging
from tests.faults.settings import (
    CLUSTER_CROSSES,
    FOR_GOOD,
    INSTANCE,
    INSTANCE_CROSSES,
    ORIGINAL,
    SEVERAL,
    UNDER_A_NAME,
    WITH_HOOKS,
    WITH_OLD_ONES,
    Setting,
    copy_arn,
    restoring,
)
from tests.faults.strikes import StopStrike

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.world import Sandbox
    from tests.end_to_end.story import Story
    from tests.faults.ours import Ours

FINISHED, STOPPED = "finished", "stopped"
MENDED = ", clean once mended"


@dataclass(frozen=True)
class Start:
    """What is started, and what a good end of it has to be like.

    Attributes:
        machine: Its name in the outputs of the stack, without `MachineArn`.
        given: The input.
        wrong: Tells what of the output is not so.
    """

    machine: str = "FerrySnapshot"
    given: Callable[[Story], dict[str, object]] = lambda _: {"database": DATABASE}
    wrong: Callable[[Ours, Any], Iterator[str]] = judging.wrong_in_receipt

    def __call__(self, story: Story, name: str) -> str:
        """Start it under a name; gives the execution's ARN."""
        outputs = {**story.stage.source.outputs, **story.stage.target.outputs}
        return story.sandbox.start_execution(outputs[f"{self.machine}MachineArn"], name, self.given(story))


@dataclass(frozen=True)
class Scene:
    """A run on a stage, what is in its way there, and how it ends without any further fault.

    Attributes:
        obstacle: Puts something in its way; every time.
        end: FINISHED, STOPPED, or an error's name; with MENDED, where something is left while the obstacle stays.
        of: The only machine whose states and calls become cases, if not all do: what runs side by side is not told
            apart.
    """

    name: str
    setting: Setting = CLUSTER_CROSSES
    start: Start = Start()
    obstacle: Callable[[Sandbox], object] = lambda _: None
    end: str = FINISHED
    of: str = ""


def _denied(service: str, operation: str, by: str, first: int = 1) -> Callable[[Sandbox], object]:
    return lambda sandbox: sandbox.faults.call(service, operation, by=by, first=first, times=None).denied()


def _stop(machine: str, state: str, whom: str = "") -> Callable[[Sandbox], object]:
    return lambda sandbox: StopStrike(sandbox, machine, state, whom or machine)


def _both(*obstacles: Callable[[Sandbox], object]) -> Callable[[Sandbox], object]:
    return lambda sandbox: [obstacle(sandbox) for obstacle in obstacles]


def _copying_fails(sandbox: Sandbox) -> None:
    sandbox.faults.rds(f"sf-*-{'?' * 16}", account=TARGET).ends_failed()


def _fleet(**how: object) -> Start:
    given = {"databases": [DATABASE, INSTANCE], **how}
    return Start("FerryFleet", lambda _: given, judging.wrong_in_fleet)


_FLEET = "ferry-fleet"
_PLAN = {"database": DATABASE, "plan_only": True}
_RESTORE = Start("RestoreDatabase", lambda story: restoring(copy_arn(story)), judging.wrong_in_connection)
_DRILL = Start(
    "RestoreDatabase", lambda _: {**restoring("latest", drill=True), "database": ORIGINAL}, judging.wrong_in_drill
)
_SWITCH = Start("SwitchBack", lambda _: {"name": DATABASE, "keep_hours": FOR_GOOD}, judging.wrong_in_connection)
_RETENTION = Start("ApplyRetention", lambda _: {}, judging.wrong_in_deleted)
_LEASE_IS_OPEN = _stop("source-ferry-snapshot", "Ask the target to take its copy")
_FLEET_ENDS = _stop("source-ferry-snapshot", "Ask the target to take its copy", whom="source-ferry-fleet")

SCENES = {
    scene.name: scene
    for scene in (
        Scene("cluster"),
        Scene("instance", INSTANCE_CROSSES),
        Scene("failing restore", obstacle=_denied("rds", "ModifyDBCluster", "SecureDatabase"), end="AwsRefused"),
        Scene("stopped transfer", obstacle=_LEASE_IS_OPEN, end=STOPPED),
        Scene(
            "stopped restore",
            obstacle=_stop("target-restore-database", "Create the instances"),
            end="TargetExecutionEnded",
        ),
        Scene("failing copy", obstacle=_copying_fails, end="SnapshotFailed"),
        Scene(
            "failing close",
            obstacle=_both(_LEASE_IS_OPEN, _denied("kms", "PutKeyPolicy", "EditKeyPolicy", first=2)),
            end=STOPPED + MENDED,
            of="close-access",
        ),
        Scene("plan", start=Start(given=lambda _: _PLAN, wrong=judging.wrong_in_plan)),
        Scene("fleet", SEVERAL, _fleet(plan_only=True), of=_FLEET),
        Scene(
            "impossible fleet",
            SEVERAL,
            _fleet(databases=None, tagged={"nobody": "has"}),
            end="NoDatabasesFound",
            of=_FLEET,
        ),
        Scene("stopped fleet", SEVERAL, _fleet(restore=False), _FLEET_ENDS, end=STOPPED, of=_FLEET),
        Scene("drill", WITH_HOOKS, _DRILL),
        Scene("renaming", UNDER_A_NAME, _RESTORE, of="restore-database"),
        Scene(
            "failing renaming",
            UNDER_A_NAME,
            _RESTORE,
            _denied("ssm", "PutParameter", "PublishConnection"),
            end="AwsRefused",
            of="restore-database",
        ),
        Scene(
            "stopped renaming",
            UNDER_A_NAME,
            _RESTORE,
            _stop("target-restore-database", "Publish the connection"),
            end=STOPPED,
            of="take-back",
        ),
        Scene(
            "failing taking back",
            UNDER_A_NAME,
            _RESTORE,
            _both(
                _stop("target-restore-database", "Look at the database"),
                _denied("rds", "DeleteDBInstance", "DeleteDatabase"),
            ),
            end=STOPPED + MENDED,
            of="take-back",
        ),
        Scene("switch back", UNDER_A_NAME, _SWITCH, of="switch-back"),
        Scene(
            "failing switch back",
            UNDER_A_NAME,
            _SWITCH,
            _denied("ssm", "PutParameter", "SwitchConnection"),
            end="AwsRefused",
            of="switch-back",
        ),
        Scene("retention", WITH_OLD_ONES, _RETENTION, of="apply-retention"),
        Scene(
            "failing retention",
            WITH_OLD_ONES,
            _RETENTION,
            _denied("rds", "DeleteDBCluster", "RetireDatabase"),
            end="NotTidiedUp" + MENDED,
            of="apply-retention",
        ),
    )
}
