"""What several of the sandbox's tests share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.data import open_directory

MEMORY = Path("/dev/shm")
ROOM = 2 << 30  # bytes


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that database servers can use, as root too, unlike `tmp_path`.

    In memory if there is room: a server has a thousand files, and ext4 is slow to make new ones where many were
    just deleted.
    """
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    with open_directory("sf-test-", MEMORY if roomy else None) as directory:
        yield directory
