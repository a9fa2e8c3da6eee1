"""Many whole transfers open and close leases on one key at once, while somebody else edits its policy."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE
from sandbox.sources import make_source
from sandbox.stage import DATABASE, set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.gate import Call
    from sandbox.interpreter import StateEvent
    from sandbox.permissions import Simulator

EDITOR = "EditKeyPolicyFunctionRole"
ROOM, LEASE = 30_720, 1_240  # bytes that leases may fill, and those of one
EDITS = 24
# His edits come in the thick of it: with every closing, and with the openings if he has not been there for a while,
PAUSE = 120.0  # virtual seconds
# before our one call, during it, and after it; and twice exactly between its read and its write.
MOMENTS = (0.02, 0.1, 0.22, 0.38, 0.46, 0.62, 0.78, 0.94, 3.0)


@pytest.fixture
def story(simulator: Simulator) -> Iterator[Story]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        many = {"CopiesAtOnceInstances": "50", "CopiesAtOnceClusters": "50"}
        yield Story(set_stage(sandbox, source_parameters=many))


@pytest.mark.parametrize(
    ("transfers", "places"),
    [pytest.param(8, 3, id="eight"), pytest.param(50, 20, id="fifty", marks=pytest.mark.long)],
)
def test_none_fails_and_every_edit_of_others_stands(story: Story, transfers: int, places: int) -> None:
    sandbox = story.sandbox
    names = make_databases(story, transfers)
    outsider, most = Outsider(story), MostLeases(story)
    outsider.edit("Long", "o" * (ROOM - places * LEASE - LEASE // 2))
    outsider.comes_with_every_edit_of_ours()
    between = sandbox.faults.call("kms", "PutKeyPolicy", by=EDITOR, first=5, times=2).meanwhile(outsider.edit_now)
    started = [
        sandbox.start_execution(story.stage.machine_arn, name, {"database": name, "restore": False}) for name in names
    ]
    ended = [sandbox.wait_for(arn) for arn in started]
    sandbox.clock.run(limit=300)
    assert [(one["status"], one.get("cause")) for one in ended] == [("SUCCEEDED", None)] * transfers
    assert most.at_once == places  # they really stood beside each other, as many as fit and no more
    waits = " ".join(sandbox.functions.logs("snapferry-source-EditKeyPolicyFunction"))
    assert "waiting: the key policy has no room" in waits
    assert "waiting: another transfer is editing" in waits
    while outsider.left:  # what found no occasion while the transfers ran
        outsider.edit_now()
    assert outsider.left == []  # not one was refused for want of room
    inside = outsider.inside_our_call()
    assert len(between.strokes) == 2 <= len(inside) < EDITS / 3  # nobody can protect these, and they are few
    assert outsider.policy() == outsider.wants(without=inside)
    assert_told(ended, inside)
    assert story.state_rows("lease") == story.state_rows("lock") == []
    assert [name for account, name in story.snapshots() if account == "source"] == []


def test_no_access_is_opened_before_the_target_has_room_for_the_copy(simulator: Simulator) -> None:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        story = Story(set_stage(sandbox, "aurora-mysql", source_parameters={"CopiesAtOnceClusters": "1"}))
        make_source(sandbox, "aurora-mysql", name="other", DBSubnetGroupName=story.stage.source_network.subnet_group)
        most = MostLeases(story)
        machine = story.stage.machine_arn
        started = [
            sandbox.start_execution(machine, name, {"database": name, "restore": False}) for name in (DATABASE, "other")
        ]
        receipts = [json.loads(sandbox.wait_for(arn)["output"]) for arn in started]
        assert most.at_once == 1
        waits = " ".join(sandbox.functions.logs("snapferry-source-EditKeyPolicyFunction"))
        assert "waiting: the target makes as many copies" in waits
        exposed = [each["access"]["exposure_seconds"] for each in receipts]
        assert max(exposed) < 1.1 * min(exposed)  # who waited did so without access


def assert_told(ended: list[dict[str, Any]], inside: list[Wish]) -> None:
    """Nothing is told but what he did, and never that we changed what he did not."""
    remarks = [remark for one in ended for remark in json.loads(one["output"])["access"]["remarks"]]
    assert all("statement Theirs" in remark for remark in remarks)
    overwritten = [remark for remark in remarks if "may be overwritten" in remark]
    assert len(overwritten) <= len(inside)


def make_databases(story: Story, count: int) -> list[str]:
    """Clusters and instances by turns; RDS may copy all of them at once."""
    settings, rds = story.sandbox.rds.settings, story.sandbox.client("rds")
    settings.quotas.cluster_copies_in_flight = settings.quotas.instance_copies_in_flight = count
    settings.aurora_size_gb = 10
    described = {
        "MasterUsername": "master",
        "MasterUserPassword": "Production-Secret-1",
        "StorageEncrypted": True,
        "DBSubnetGroupName": story.stage.source_network.subnet_group,
    }
    names = [f"db-{number}" for number in range(count)]
    for name in names[::2]:
        rds.create_db_cluster(DBClusterIdentifier=name, Engine="aurora-mysql", **described)
    for name in names[1::2]:
        size = {"DBInstanceClass": "db.r6g.large", "AllocatedStorage": 20}
        rds.create_db_instance(DBInstanceIdentifier=name, Engine="mysql", **size, **described)
    story.sandbox.clock.run(limit=3600)
    return names


class MostLeases:
    """How many leases stood in the key policy at once."""

    def __init__(self, story: Story) -> None:
        self.at_once = 0
        story.sandbox.gate.after.append(self._note)

    def _note(self, call: Call) -> None:
        if call.operation == "PutKeyPolicy" and not call.error:
            sids = [str(statement["Sid"]) for statement in json.loads(call.parameters["Policy"])["Statement"]]
            self.at_once = max(self.at_once, len({sid[:25] for sid in sids if sid.startswith("Snapferry")}))


@dataclass
class Wish:
    """One edit of the outsider's: a statement of his own as he wants it, or none; and when he wrote it."""

    sid: str
    text: str | None
    moment: int = -1


@dataclass
class Outsider:
    """An administrator who reads the policy, adds, changes or removes a statement of his own, and writes it back."""

    story: Story
    left: list[tuple[str, str | None]] = field(default_factory=list)
    """What he still plans to edit."""
    _wishes: list[Wish] = field(default_factory=list)
    _calls: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._found = self.policy()
        self.story.sandbox.gate.after.append(self._note)

    def comes_with_every_edit_of_ours(self) -> None:
        """From now on he edits shortly after a transfer begins to, until he has made all his edits."""
        self.left = [(f"Theirs{number % 7}", None if number % 4 == 3 else "x" * number) for number in range(EDITS)]
        clock, last = self.story.sandbox.clock, 0.0

        def come(event: StateEvent) -> None:
            nonlocal last
            due = event.state == "Close the lease" or (event.state == "Open the lease" and clock.now - last > PAUSE)
            if event.kind == "entered" and due:
                last, delay = clock.now, MOMENTS[len(self.left) % len(MOMENTS)]
                clock.spawn(self.edit_now, "outsider", delay=delay)

        self.story.sandbox.on_state.append(come)

    def edit_now(self) -> None:
        """Make the next of his edits."""
        if self.left:
            self.edit(*self.left[0])
            self.left.pop(0)

    def edit(self, sid: str, text: str | None) -> None:
        wish, policy = Wish(sid, text), self.policy()
        document = json.dumps(_with(policy, wish), separators=(",", ":"))
        kms = self.story.sandbox.client("kms", SOURCE)
        kms.put_key_policy(KeyId=self.story.stage.transfer_key, PolicyName="default", Policy=document)
        wish.moment = len(self._calls) - 1
        self._wishes.append(wish)

    def policy(self) -> dict[str, Any]:
        kms = self.story.sandbox.client("kms", SOURCE)
        text = kms.get_key_policy(KeyId=self.story.stage.transfer_key, PolicyName="default")["Policy"]
        policy: dict[str, Any] = json.loads(text)
        return policy

    def wants(self, *, without: list[Wish]) -> dict[str, Any]:
        """The policy as his edits make it, some of them left out."""
        policy = self._found
        for wish in self._wishes:
            policy = policy if wish in without else _with(policy, wish)
        return policy

    def inside_our_call(self) -> list[Wish]:
        """The edits that fell between a read and the write that was made from it: AWS offers no protection there."""
        return [wish for wish in self._wishes if self._next_of_ours(wish.moment) == "PutKeyPolicy"]

    def _next_of_ours(self, moment: int) -> str:
        return next((operation for operation, ours in self._calls[moment + 1 :] if ours), "")

    def _note(self, call: Call) -> None:
        if call.operation in {"GetKeyPolicy", "PutKeyPolicy"} and not call.error:
            self._calls.append((call.operation, EDITOR in call.caller.arn))


def _with(policy: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """A policy after one edit; a statement that is there already keeps its place."""
    statements = {statement["Sid"]: statement for statement in policy["Statement"]}
    statements.pop(wish.sid, None) if wish.text is None else statements.update({wish.sid: _statement(wish)})
    return {**policy, "Statement": list(statements.values())}


def _statement(wish: Wish) -> dict[str, Any]:
    return {
        "Sid": wish.sid,
        "Effect": "Deny",
        "Principal": {"AWS": f"arn:aws:iam::{SOURCE.id}:root"},
        "Action": "kms:Encrypt",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": wish.text}},
    }
