"""A short soak, the same every time; and that a soak sees what is broken, and says how to see it again."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import TARGET
from tests.soak import deeds
from tests.soak.deeds import DEEDS, Deed
from tests.soak.rounds import InvariantsBroken, Length, soak

if TYPE_CHECKING:
    from sandbox.permissions import Simulator
    from tests.soak.ground import Ground

SEED, STEPS = 1, 40


def test_nothing_is_broken_in_a_short_soak(simulator: Simulator) -> None:
    tally = soak(simulator, Length(steps=STEPS), SEED)
    assert tally.steps == STEPS
    assert tally.checks > STEPS
    assert {"ferry-snapshot SUCCEEDED", "ferry-snapshot ABORTED"} < set(tally.ends)


def test_every_deed_is_done_and_those_of_a_seed_are_the_same_every_time(simulator: Simulator) -> None:
    first, second = (told(simulator, 7, 12) for _ in range(2))
    assert first == second
    assert first != told(simulator, 8, 12)


def test_what_is_broken_ends_it_with_the_seed_and_the_steps(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deeds, "DEEDS", (*DEEDS, Deed("a share is left", 1000, share_by_hand)))
    with pytest.raises(InvariantsBroken) as raised:
        soak(simulator, Length(steps=30), SEED)
    message = str(raised.value)
    assert "only the target is let in" in message or "what is open is on the books" in message
    assert "a share is left: sf-" in message
    assert re.search(r"make soak SEED=1 STEPS=\d+$", message)


def share_by_hand(ground: Ground) -> str:
    """As a product would that forgets its lease."""
    name = f"sf-example-db-{0:016x}"
    rds = ground.client("rds")
    tags = [{"Key": "snapferry:transfer", "Value": "0" * 16}]
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier="example-db", Tags=tags)
    ground.pass_time(4 * 3600)
    source, key = {"SourceDBClusterSnapshotIdentifier": name}, ground.stage.transfer_key
    rds.copy_db_cluster_snapshot(**source, TargetDBClusterSnapshotIdentifier=f"{name}-c", KmsKeyId=key, Tags=tags)
    ground.pass_time(4 * 3600)
    rds.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier=f"{name}-c", AttributeName="restore", ValuesToAdd=[TARGET.id]
    )
    return name


def told(simulator: Simulator, seed: int, steps: int) -> str:
    """Every step that a seed decides, and how the executions ended."""
    lines: list[str] = []
    tally = soak(simulator, Length(steps=steps), seed, tell=lines.append)
    return json.dumps([lines, sorted(tally.ends.items())])
