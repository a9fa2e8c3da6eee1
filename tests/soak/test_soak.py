"""A short soak, the same every time; and that a soak sees what is broken, and says how to see it again."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import SOURCE, TARGET
from tests.soak import deeds
from tests.soak.deeds import DEEDS, Deed
from tests.soak.rounds import InvariantsBroken, Length, soak

if TYPE_CHECKING:
    from sandbox.permissions import Simulator
    from tests.soak.ground import Ground

SEED, STEPS = 1, 14


@pytest.mark.long
def test_nothing_is_broken_in_a_short_soak(simulator: Simulator) -> None:
    tally = soak(simulator, Length(steps=STEPS), SEED)
    assert tally.steps == STEPS
    assert tally.checks > STEPS
    assert tally.transfers > 2
    assert "ferry-snapshot SUCCEEDED" in tally.ends


@pytest.mark.long
def test_a_seed_decides_every_step_and_how_every_execution_ends(simulator: Simulator) -> None:
    first, second = (told(simulator, 7, 30) for _ in range(2))
    assert first == second
    assert first != told(simulator, 8, 30)


def test_what_is_broken_ends_it_with_the_seed_and_the_steps(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deeds, "DEEDS", (*DEEDS, Deed("access is left", 1000, leave_open)))
    with pytest.raises(InvariantsBroken) as raised:
        soak(simulator, Length(steps=30), SEED)
    message = str(raised.value)
    assert "what is open is on the books: Snapferry0000000000000000Use is in the policy without a lease" in message
    assert "access is left: for everybody over there" in message
    assert re.search(r"make soak SEED=1 STEPS=\d+$", message)


def leave_open(ground: Ground) -> str:
    """As a product would that forgets its lease."""
    document = ground.invariants.ours.policy(SOURCE)
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{TARGET.id}:root"}, "Action": "kms:Decrypt"}
    document["Statement"].append({"Sid": f"Snapferry{0:016x}Use", **statement, "Resource": "*"})
    ground.client("kms").put_key_policy(KeyId=ground.stage.transfer_key, Policy=json.dumps(document))
    return "for everybody over there"


def told(simulator: Simulator, seed: int, steps: int) -> str:
    """Every step that a seed decides, and how the executions ended."""
    lines: list[str] = []
    tally = soak(simulator, Length(steps=steps), seed, tell=lines.append)
    return json.dumps([lines, sorted(tally.ends.items())])
