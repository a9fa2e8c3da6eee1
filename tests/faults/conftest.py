from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.faults.matrix import Troupe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator
    from sandbox.stage import Stage


@pytest.fixture(scope="module")
def stage(simulator: Simulator) -> Iterator[Stage]:
    """Both stacks, and an Aurora MySQL cluster, control plane only."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield set_stage(sandbox, "aurora-mysql")


@pytest.fixture(scope="module")
def troupe(simulator: Simulator) -> Iterator[Troupe]:
    """Plays and records scenes."""
    troupe = Troupe(simulator)
    yield troupe
    troupe.close()
