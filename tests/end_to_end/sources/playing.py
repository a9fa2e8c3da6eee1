"""Playing a case: start the transfer, wait for its end, and look at what was made, and what is left."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET
from sandbox.rds.identifiers import Arn

if TYPE_CHECKING:
    from sandbox.gate import Call
    from tests.end_to_end.sources.case import Case
    from tests.end_to_end.sources.scene import Scene
    from tests.end_to_end.story import Story

_NUMBERS = itertools.count(1)
READING = ("Describe", "List", "Get")
MAKING = {"CreateDBSnapshot", "CreateDBClusterSnapshot"}
COPYING = {"CopyDBSnapshot", "CopyDBClusterSnapshot"}


@dataclass(frozen=True)
class Seen:
    """How a case ended.

    Attributes:
        changes: the calls by which roles of both stacks have changed something of RDS and KMS.
        making: what the source's roles made: `snapshot`, `copy`.
        left: snapshots that were not there before, by account and name.
        gone: snapshots that were there before, and are not.
        seconds: of virtual time.
    """

    status: str
    error: str
    cause: str
    output: dict[str, Any]
    changes: list[str]
    making: tuple[str, ...]
    left: dict[str, list[str]]
    gone: list[str]
    seconds: int
    given: dict[str, Any] = field(default_factory=dict)


def play(scene: Scene, case: Case) -> Seen:
    """Make the source, carry it, and put right again what was changed for it."""
    sandbox, story = scene.story.sandbox, scene.story
    database = scene.database(case.kind, case.encryption)
    named = {"database": Arn.parse(database).name}
    given = named | (case.arrange(scene, database) if case.arrange else scene.given(database, case.start))
    sandbox.gate.log.clear()
    before = _by_somebody(story)
    arn = sandbox.start_execution(
        story.stage.machine_arn, f"source-{next(_NUMBERS)}", {"restore": case.restored, "overlap": "wait", **given}
    )
    ended = sandbox.wait_for(arn)
    sandbox.clock.run(limit=120)  # what is still on its way arrives
    made = [call for call in sandbox.gate.log if _changes(call)]
    after = _by_somebody(story)
    for undo in scene.afterwards:
        undo()
    scene.afterwards.clear()
    return Seen(
        status=ended["status"],
        error=ended.get("error", ""),
        cause=ended.get("cause", ""),
        output=json.loads(ended.get("output", "{}")),
        changes=[f"{call.caller.account}: {call.service} {call.operation}" for call in made],
        making=tuple(word for word, calling in (("snapshot", MAKING), ("copy", COPYING)) if _called(made, calling)),
        left={
            account.profile: sorted(name for profile, name in after - before if profile == account.profile)
            for account in (SOURCE, TARGET)
        },
        gone=sorted(name for _, name in before - after),
        seconds=round((ended["stopDate"] - ended["startDate"]).total_seconds()),
        given=given,
    )


def _by_somebody(story: Story) -> set[tuple[str, str]]:
    """All snapshots but RDS's nightly ones, which come and go by themselves."""
    return {(profile, name) for profile, name in story.snapshots() if not name.startswith("rds:")}


def _changes(call: Call) -> bool:
    reads = call.operation.startswith(READING)
    return call.service in {"rds", "kms"} and call.caller.role_arn is not None and not reads


def _called(made: list[Call], operations: set[str]) -> bool:
    return any(call.caller.account == SOURCE.id and call.operation in operations for call in made)
