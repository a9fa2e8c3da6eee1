from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.world import Sandbox
from tests.runbook.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator


@pytest.fixture(scope="module")
def scene(simulator: Simulator) -> Iterator[Scene]:
    """One for all tests of a module."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Scene(sandbox)
