"""Somebody else edits the key policy inside our one call's width: told where it can be seen, never fought over.

AWS offers no protection there: PutKeyPolicy replaces the whole document, and knows no version.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from snapferry.leasing import lease

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.end_to_end.story import Story

EDITOR = "EditKeyPolicy"
OURS = ["AccountAdministersTheKey"]
THEIRS = {
    "Sid": "Theirs",
    "Effect": "Deny",
    "Principal": {"AWS": f"arn:aws:iam::{SOURCE.id}:root"},
    "Action": "kms:ScheduleKeyDeletion",
    "Resource": "*",
}
OVERWRITTEN = "an edit of somebody else at the same moment may be overwritten: statement Theirs is new"
STANDS = "somebody else edited at the same moment: statement Theirs is new"


@pytest.fixture(autouse=True)
def the_policy_is_put_back(cluster_story: Story) -> Iterator[None]:
    original = policy_of(cluster_story)
    yield
    cluster_story.sandbox.faults.clear()
    cluster_story.sandbox.kms.policy_read_delay = 0.0
    put(cluster_story, original)
    rds = cluster_story.sandbox.client("rds", TARGET)
    for name in [name for account, name in cluster_story.snapshots() if account == "target"]:  # what it received
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)


@pytest.mark.parametrize("state", ["Open the lease", "Close the lease"])
def test_an_edit_that_ours_overwrites_is_told_if_kms_shows_it_meanwhile(story: Story, state: str) -> None:
    """They write, KMS still shows us the older document, and ours is made from that."""
    story.sandbox.kms.policy_read_delay = 3.0
    edited = during(story, state, "GetKeyPolicy", lambda: add(story))
    reads = story.sandbox.faults.call("kms", "GetKeyPolicy", by=EDITOR)
    run = story.run(when=state, then=lambda: reads.slow(2.5), restore=False)
    assert (run.status, run.cause, edited()) == ("SUCCEEDED", None, 1)
    assert run.output["access"]["remarks"] == [OVERWRITTEN]
    assert story.sids() == OURS  # it is lost, and said
    story.assert_nothing_is_open()


def test_an_edit_that_was_never_shown_is_lost_in_silence(story: Story) -> None:
    """Why the width of the one call matters: this is what nobody can find out but by CloudTrail."""
    edited = during(story, "Open the lease", "PutKeyPolicy", lambda: add(story))
    run = story.run(restore=False)
    assert (run.output["access"]["remarks"], edited(), story.sids()) == ([], 1, OURS)


@pytest.mark.parametrize("state", ["Open the lease", "Close the lease"])
def test_an_edit_directly_after_ours_stands_and_is_told(story: Story, state: str) -> None:
    edited = during(story, state, "GetKeyPolicy", lambda: add(story), after="PutKeyPolicy")
    run = story.run(restore=False)
    assert (run.status, run.cause, edited()) == ("SUCCEEDED", None, 1)
    assert run.output["access"]["remarks"] == [STANDS]
    assert story.sids() == [*OURS, "Theirs"]
    assert run.output["access"]["fingerprint_at_closing"] != fingerprint_before(story)


def test_somebody_who_writes_the_lease_away_ends_the_transfer_and_is_not_fought_over(story: Story) -> None:
    before = policy_of(story)
    theirs = {**before, "Statement": [*before["Statement"], THEIRS]}  # made from what they read before us
    during(story, "Open the lease", "GetKeyPolicy", lambda: put(story, theirs), after="PutKeyPolicy")
    run = story.run(restore=False)
    assert run.error == "KeyPolicyEditLost"
    assert "CloudTrail" in (run.cause or "")
    assert policy_of(story) == theirs
    assert story.snapshots() == []
    assert story.state_rows("lease") == []


def test_somebody_who_writes_the_lease_back_does_not_keep_it_open(story: Story) -> None:
    """They read before our closing, and write after it: our statements are in their document."""
    kept: list[dict[str, Any]] = []

    def put_back() -> None:
        put(story, {**kept[-1], "Statement": [*kept[-1]["Statement"], THEIRS]})

    during(story, "Close the lease", "PutKeyPolicy", lambda: kept.append(policy_of(story)))
    during(story, "Close the lease", "GetKeyPolicy", put_back, after="PutKeyPolicy")
    run = story.run(restore=False)
    assert run.error == "AccessNotClosed"
    assert "KeyPolicyEditLost" in (run.cause or "") or "CloudTrail" in (run.cause or "")
    story.sandbox.clock.run(limit=3600)  # the other closers
    assert story.sids() == [*OURS, "Theirs"]
    assert story.state_rows("lease") == []


def during(
    story: Story, state: str, operation: str, deed: Callable[[], object], *, after: str = ""
) -> Callable[[], int]:
    """Once, just before our role's call in a state has its effect, somebody does something; gives how often it was.

    Args:
        story: where.
        state: the state of `ferry_snapshot` in which it strikes.
        operation: our call.
        deed: theirs.
        after: only once our role has made this call in that state.
    """
    strokes: list[float] = []
    made: list[str] = []

    def strike() -> None:
        if story.entered(state) and not strokes and (not after or after in made):
            strokes.append(story.sandbox.clock.now)
            deed()

    def note(call: Any) -> None:
        if story.entered(state) and EDITOR in call.caller.arn and not call.error:
            made.append(call.operation)

    story.sandbox.gate.after.append(note)
    story.sandbox.faults.call("kms", operation, by=EDITOR, times=None).meanwhile(strike)
    return lambda: len(strokes)


def add(story: Story) -> None:
    story.sandbox.faults.somebody_adds_to(story.stage.transfer_key, THEIRS)()


def policy_of(story: Story) -> dict[str, Any]:
    kms = story.sandbox.client("kms", SOURCE)
    text = kms.get_key_policy(KeyId=story.stage.transfer_key, PolicyName="default")["Policy"]
    policy: dict[str, Any] = json.loads(text)
    return policy


def put(story: Story, policy: dict[str, Any]) -> None:
    kms = story.sandbox.client("kms", SOURCE)
    kms.put_key_policy(KeyId=story.stage.transfer_key, PolicyName="default", Policy=json.dumps(policy))


def fingerprint_before(story: Story) -> str:
    policy = policy_of(story)
    return lease.fingerprint({**policy, "Statement": [one for one in policy["Statement"] if one != THEIRS]})
