"""What every test may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.permissions import Simulator
from sandbox.world import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """The IAM simulator, which remembers nothing: one for all tests. They need it; without Node they fail."""
    simulator = Simulator()
    yield simulator
    simulator.close()


@pytest.fixture
def sandbox(simulator: Simulator) -> Iterator[Sandbox]:
    """Two empty accounts; databases are control plane only."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield sandbox
