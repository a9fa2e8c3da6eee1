"""Processes as Linux shows them."""

from __future__ import annotations

import contextlib
from pathlib import Path

PROC = Path("/proc")


def descendants(pid: int) -> list[int]:
    """A process's children, their children, and so on."""
    children: dict[int, list[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended since
            name_and_rest = stat.read_text().rpartition(") ")[2].split()
            children.setdefault(int(name_and_rest[1]), []).append(int(stat.parent.name))
    found = list(children.get(pid, []))
    for child in found:
        found += children.get(child, [])
    return found
