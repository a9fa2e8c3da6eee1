"""Which process of this machine holds the other end of a connection: Linux tells in /proc."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PROC = Path("/proc")
_TABLES = ("net/tcp", "net/tcp6")  # a dual-stack program's IPv4 socket stands in the second


def process_behind(door: socket.socket, first: Iterable[int] = ()) -> int | None:
    """The process that has opened an accepted connection; None if it is gone, or another user's.

    Args:
        door: our end.
        first: processes to look at before all others.
    """
    inode = _inode(door.getpeername(), door.getsockname())
    if inode is None:
        return None
    wanted = f"socket:[{inode}]"
    return next((pid for pid in (*first, *_all()) if wanted in _open_files(pid)), None)


def program(pid: int | None) -> str:
    """A process as a person knows it: `psql (4711)`."""
    if pid is None:
        return "somebody else's process"
    try:
        return f"{(_PROC / str(pid) / 'comm').read_text().strip()} ({pid})"
    except OSError:
        return f"a process that is gone ({pid})"


def parents_of(pid: int) -> Iterator[int]:
    """A process, its parent, and so on up."""
    while pid > 1:
        yield pid
        try:
            status = (_PROC / str(pid) / "stat").read_text()
        except OSError:
            return
        pid = int(status.rpartition(")")[2].split()[1])


def _inode(theirs: tuple[str, int], ours: tuple[str, int]) -> str | None:
    """The number of the socket at the other end; `0` is one that nobody holds any more."""
    local, remote = _as_in_table(theirs), _as_in_table(ours)
    for table in _TABLES:
        for line in (_PROC / table).read_text().splitlines()[1:]:
            fields = line.split()
            if _same(fields[1], local) and _same(fields[2], remote):
                return None if fields[9] == "0" else fields[9]
    return None


def _as_in_table(address: tuple[str, int]) -> str:
    """`0100007F:1F90`: the address as a number of this machine's byte order."""
    host = int.from_bytes(socket.inet_aton(address[0]), "little")
    return f"{host:08X}:{address[1]:04X}"


def _same(entry: str, address: str) -> bool:
    host, _, port = entry.partition(":")
    return f"{host[-8:]}:{port}" == address


def _all() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal()]


def _open_files(pid: int) -> set[str]:
    found = set()
    try:
        for descriptor in (_PROC / str(pid) / "fd").iterdir():
            found.add(os.readlink(descriptor))  # noqa: PTH115 - a link to no path
    except OSError:  # it is gone, or not ours to look at
        return found
    return found
