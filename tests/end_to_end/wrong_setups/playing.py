"""Playing a case: start the transfer, wait for its end, and see who found what, and what was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.gate import Call
    from tests.end_to_end.wrong_setups.case import Case
    from tests.end_to_end.wrong_setups.scene import Scene

READING = ("Describe", "List", "Get")
SERVICES_THAT_MATTER = ("rds", "kms", "secretsmanager", "ssm", "ec2")
OFFERING = "Offer the transfer"


@dataclass(frozen=True)
class Found:
    """How a wrong set-up ended.

    Attributes:
        found_by: plan or offer, by the last state that was entered before the failure was explained.
        made: what the roles of both stacks have changed of databases, snapshots, keys, secrets and parameters.
        seconds: of virtual time.
    """

    status: str
    error: str
    cause: str
    found_by: str
    made: list[str]
    seconds: int


def play(scene: Scene, case: Case) -> Found:
    """Make it wrong, try, and put it right."""
    with case.arrange(scene) as attempt:
        machine = attempt.machine or scene.stage.machine_arn
        begun, calls = scene.sandbox.clock.now, len(scene.sandbox.gate.log)
        assert calls < (scene.sandbox.gate.log.maxlen or 0)
        arn = scene.sandbox.start_execution(machine, attempt.name or f"wrong-{calls}", attempt.given)
        ended = scene.sandbox.wait_for(arn)
        seconds = round(scene.sandbox.clock.now - begun)
        made = [_told(call) for call in list(scene.sandbox.gate.log)[calls:] if _changes(call)]
        path = [event["stateEnteredEventDetails"]["name"] for event in _entered(scene, arn)]
    return Found(
        status=ended["status"],
        error=ended.get("error", ""),
        cause=ended.get("cause", ""),
        found_by="offer" if OFFERING in path else "plan",
        made=made,
        seconds=seconds,
    )


def _entered(scene: Scene, arn: str) -> list[dict[str, dict[str, str]]]:
    history = scene.client("stepfunctions").get_execution_history(executionArn=arn, maxResults=1000)["events"]
    return [event for event in history if "stateEnteredEventDetails" in event]


def _changes(call: Call) -> bool:
    reads = call.operation.startswith(READING)
    return call.service in SERVICES_THAT_MATTER and call.caller.role_arn is not None and not reads


def _told(call: Call) -> str:
    return f"{call.caller.account}: {call.service} {call.operation}"
