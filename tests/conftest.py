"""What every test may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.world import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Two empty accounts; databases are control plane only."""
    with Sandbox(data=False) as sandbox:
        yield sandbox
