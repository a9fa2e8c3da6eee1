"""What the world shows of one transfer: who can read its data, what of it is left, and who took it back."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET, Caller

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.interpreter import StateEvent
    from tests.end_to_end.story import Story

COPIER = f"arn:aws:iam::{TARGET.id}:role/snapferry-target-CopySnapshotFunctionRole"
BY_WAY_OF_RDS: dict[str, str | list[str]] = {"kms:ViaService": "rds.eu-west-1.amazonaws.com"}
SERVICES = frozenset({"dynamodb", "kms", "rds"})
CHANGES = ("Create", "Copy", "Modify", "Delete", "Put")
STEPS_OF_CLOSING = ("Stop sharing", "Delete the snapshots", "Close the lease")  # of both machines


@dataclass(frozen=True)
class World:
    """All that concerns a transfer's access at one moment.

    Attributes:
        policy: The transfer key's document.
        may_decrypt: IAM's verdict on the target's copying role, by way of RDS.
        snapshots: Name, and accounts that may restore it, of every manual snapshot in the source.
        leases: Rows in the stack's table.
    """

    policy: dict[str, Any]
    may_decrypt: bool
    snapshots: dict[str, frozenset[str]]
    leases: int

    def shares_with(self, account: str, before: World) -> bool:
        """Whether anything that was not there before is shared with an account."""
        return any(account in who for name, who in self.snapshots.items() if name not in before.snapshots)

    def left_since(self, before: World) -> list[str]:
        """What of a transfer is there, in words; nothing if the world is as it was."""
        return [
            word
            for word, is_there in {
                "statements": self.policy != before.policy,
                "share": self.shares_with(TARGET.id, before),
                "snapshots": bool(self.snapshots.keys() - before.snapshots.keys()),
                "row": self.leases > before.leases,
            }.items()
            if is_there
        ]


class Watch:
    """Looks at the world whenever it may have changed."""

    def __init__(self, story: Story) -> None:
        self.history: list[tuple[float, World]] = []
        self.closings: list[tuple[float, str]] = []
        """When which execution came to a step of closing."""
        self._story = story
        self._sandbox = story.sandbox
        self._changed = False
        self._sandbox.gate.after.append(self._note_call)
        self._sandbox.on_state.append(self._note_state)

    def close(self) -> None:
        """Look no more."""
        self._sandbox.gate.after.remove(self._note_call)
        self._sandbox.on_state.remove(self._note_state)

    def look(self, *, every: float = math.inf) -> World:
        """The world now, as it was when a call last changed it; after so many virtual seconds it is looked at anew."""
        now = self._sandbox.clock.now
        if self._changed or not self.history or now - self.history[-1][0] >= every:
            self._changed = False
            self.history.append((now, world(self._story)))
        return self.history[-1][1]

    def _note_call(self, call: Call) -> None:
        if call.service in SERVICES and call.operation.startswith(CHANGES) and call.caller.account == SOURCE.id:
            self._changed = True

    def _note_state(self, event: StateEvent) -> None:
        if event.kind == "entered" and event.state in STEPS_OF_CLOSING:
            self.closings.append((event.time, event.execution_arn))


def world(story: Story) -> World:
    """Ask, as the source's administrator and as IAM."""
    kms, rds = story.sandbox.client("kms", SOURCE), story.sandbox.client("rds", SOURCE)
    policy = json.loads(kms.get_key_policy(KeyId=story.stage.transfer_key, PolicyName="default")["Policy"])
    rows = rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    names = [row["DBClusterSnapshotIdentifier"] for row in rows]
    return World(
        policy=policy,
        may_decrypt=_copier_may_decrypt(story, policy),
        snapshots={name: _restored_by(rds, name) for name in names},
        leases=len(story.state_rows("lease")),
    )


def _restored_by(rds: Any, name: str) -> frozenset[str]:
    found = rds.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier=name)
    rows = found["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"]
    return frozenset(account for row in rows for account in row["AttributeValues"])


def _copier_may_decrypt(story: Story, policy: dict[str, Any]) -> bool:
    session = f"arn:aws:sts::{TARGET.id}:assumed-role/{COPIER.rpartition('/')[2]}/session"
    decision = story.sandbox.permissions.check(
        Caller(TARGET.id, session, COPIER),
        "kms:Decrypt",
        story.stage.transfer_key,
        resource_account=SOURCE.id,
        resource_policy=policy,
        context=BY_WAY_OF_RDS,
    )
    return decision.allowed
