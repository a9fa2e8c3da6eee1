"""Fifty transfers open and close leases on one key at once, while somebody else edits its policy."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox.accounts import SOURCE
from sandbox.stage import ROOT, set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.gate import Call
    from sandbox.permissions import Simulator

TRANSFERS = 50
EDITS = 12
LASTS = 300  # virtual seconds that each lease stays open
ROLE = "arn:aws:iam::222222222222:role/snapferry-target-CopySnapshotFunctionRole"
LONG = "o" * 8_000  # what others have written: room for about twenty leases beside it


@pytest.fixture
def story(simulator: Simulator) -> Iterator[Story]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Story(set_stage(sandbox))


def test_none_fails_and_every_edit_of_others_stands(story: Story) -> None:
    sandbox, outsider = story.sandbox, Outsider(story)
    outsider.edit("Long", {"StringEquals": {"aws:PrincipalOrgID": LONG}})
    # these transfers have no executions, so the sweeper would close their leases
    sandbox.faults.function("*SweepLeases*", times=None).killed_before_it_begins()
    waits: list[str] = []
    failures: list[str] = []
    open_at_once: list[int] = []
    for number in range(TRANSFERS):
        transfer = Transfer(story, f"{number:016x}", waits, open_at_once, failures)
        sandbox.clock.spawn(transfer.run, f"transfer {number}", delay=number * 2.0)
    for number in range(EDITS):
        sandbox.clock.spawn(
            partial(outsider.edit_when_there_is_room, f"Theirs{number}"), f"outsider {number}", delay=37.0 + 90 * number
        )
    sandbox.clock.run(limit=12 * 3600)
    assert failures == []
    assert len(open_at_once) == TRANSFERS
    assert max(open_at_once) >= 5  # they really stood beside each other
    assert any("no room" in reason for reason in waits)
    assert any("another transfer" in reason for reason in waits)
    kept = [sid for sid in story.sids() if sid.startswith("Theirs")]
    inside = outsider.inside_our_call()
    assert len(inside) <= 3
    assert set(kept) >= {f"Theirs{number}" for number in range(EDITS)} - inside
    assert {"AccountAdministersTheKey", "Long"} <= set(story.sids())
    assert [sid for sid in story.sids() if sid.startswith("Snapferry")] == []
    assert story.state_rows("lease") == []
    assert story.state_rows("lock") == []


class Transfer:
    """What `ferry_snapshot` does about the lease: open, wait if it must, hand over, close, wait if it must."""

    def __init__(
        self, story: Story, transfer: str, waits: list[str], open_at_once: list[int], failures: list[str]
    ) -> None:
        self._story = story
        self._waits, self._open_at_once, self._failures = waits, open_at_once, failures
        self._plan = plan(story, transfer)

    def run(self) -> None:
        if self._until_done("open"):
            self._open_at_once.append(len({sid[:25] for sid in self._story.sids() if sid.startswith("Snapferry")}))
            self._story.sandbox.clock.sleep(LASTS)
            self._until_done("close")

    def _until_done(self, action: str) -> bool:
        body = {"action": action, "plan": self._plan, "role_arn": ROLE if action == "open" else None}
        while True:
            answer = self._story.sandbox.functions.invoke("snapferry-source-EditKeyPolicyFunction", body, SOURCE.id)
            if answer.error:
                self._failures.append(f"{action}: {answer.error}")
                return False
            if answer.result["done"]:
                return True
            self._waits.append(answer.result["reason"])
            self._story.sandbox.clock.sleep(answer.result["wait_seconds"])


class Outsider:
    """An administrator who reads the policy, adds a statement, and writes it back; and the times of all such calls."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._calls: list[tuple[str, str, bool]] = []
        self._edits: dict[str, int] = {}
        story.sandbox.gate.after.append(self._note)

    def edit_when_there_is_room(self, sid: str) -> None:
        """The leases fill the policy at times, and then KMS takes no longer one of anybody."""
        while True:
            try:
                return self.edit(sid)
            except ClientError as error:
                assert error.response["Error"]["Code"] == "LimitExceededException"  # noqa: PT017
                self._story.sandbox.clock.sleep(20)

    def edit(self, sid: str, condition: dict[str, Any] | None = None) -> None:
        kms = self._story.sandbox.client("kms", SOURCE)
        key = self._story.stage.transfer_key
        policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        statement = {**policy["Statement"][0], "Sid": sid, "Effect": "Allow"}
        policy["Statement"].insert(1, statement | ({"Condition": condition} if condition else {}))
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
        self._edits[sid] = len(self._calls) - 1

    def inside_our_call(self) -> set[str]:
        """The edits that fell between a read and the write that was made from it: AWS offers no protection there."""
        return {sid for sid, index in self._edits.items() if self._is_inside(index)}

    def _is_inside(self, index: int) -> bool:
        ours = [(position, operation) for position, (operation, _, is_ours) in enumerate(self._calls) if is_ours]
        later = next(((position, operation) for position, operation in ours if position > index), None)
        return later is not None and later[1] == "PutKeyPolicy"

    def _note(self, call: Call) -> None:
        if call.operation in {"GetKeyPolicy", "PutKeyPolicy"} and not call.error:
            self._calls.append((call.operation, call.caller.arn, call.caller.role_arn is not None))


def plan(story: Story, transfer: str) -> dict[str, Any]:
    """The plan of a transfer that would have got as far as its lease."""
    known: dict[str, Any] = json.loads((ROOT / "events" / "edit_key_policy.json").read_text(encoding="utf-8"))["plan"]
    return {**known, "transfer": transfer, "key_arn": story.stage.transfer_key}
