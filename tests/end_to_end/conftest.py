from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator


@pytest.fixture(scope="module")
def cluster_story(simulator: Simulator) -> Iterator[Story]:
    """Both stacks, and an Aurora MySQL cluster, control plane only; shared by a module's tests.

    No finished copy is kept after a failure, so that whatever is left is too much.
    """
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Story(set_stage(sandbox, "aurora-mysql", source_parameters={"KeepCopyHours": "0"}))


@pytest.fixture
def story(cluster_story: Story) -> Story:
    """The module's stage, left as it was found."""
    cluster_story.assert_nothing_happened()
    return cluster_story
