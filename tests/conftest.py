"""What every test may ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.permissions import Simulator
from sandbox.world import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

# Files go to whichever process is free. Those with few and long tests go first, so that none is left over at the end.
FIRST = ("sam_local", "end_to_end", "runbook", "faults", "permissions", "soak", "packing", "bench", "docs", "sandbox")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in the order in which they are handed out."""
    places = {folder: place for place, folder in enumerate(FIRST)}
    here = Path(__file__).parent
    items.sort(key=lambda item: places.get(item.path.relative_to(here).parts[0], len(FIRST)))


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
