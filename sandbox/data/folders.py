"""Directories that the servers' user can use, and the machine's cache of things made once.

As root the servers run as `nobody`, who cannot enter a directory of mode 700; pytest's `tmp_path` is one.
"""

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from sandbox.data import processes
from sandbox.data.processes import DataError

_CHUNK = 1 << 20
# Reads until the other end of the pipe is closed. More than once, as a server that is just dying may still write.
_DELETE_AFTERWARDS = 'read -r place; read -r _; for second in 1 2 3 4 5; do rm -rf -- "$place" && exit; sleep 1; done'
_SOCKET_DIRECTORY_LENGTH = 90  # the path of a unix socket has 107 bytes at most


@contextmanager
def open_directory(prefix: str = "snapferry-", parent: Path | None = None) -> Iterator[Path]:
    """Make a directory, temporary if no parent is given, that the servers' user can enter but not write or list.

    It is deleted at the end of the block, or of this process, however that ends: by a process that waits for it.
    """
    directory = Path(tempfile.mkdtemp(prefix=prefix, dir=parent or _temporary()))
    directory.chmod(0o711)
    command = ["sh", "-c", _DELETE_AFTERWARDS]
    # A session of its own: what ends this process, Ctrl-C or a signal to its group, is not meant for that one.
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, cwd="/", text=True) as deleter:
        print(directory, file=deleter.stdin, flush=True)
        yield directory
    if directory.exists():
        raise DataError(f"{directory} could not be deleted")


def socket_directory(home: Path) -> Path:
    """Make a directory for unix sockets: in `home`, or in the temporary directory if `home` has too long a name."""
    directory = home / "sockets"
    if len(str(directory)) <= _SOCKET_DIRECTORY_LENGTH:
        directory.mkdir(mode=0o700)
    else:
        directory = Path(tempfile.mkdtemp(prefix="sf-", dir=_temporary()))
    _give_away(directory)
    return directory


def make(directory: Path) -> None:
    """Make a directory (and its parents) of the servers' user, empty and closed to everybody else.

    Raises:
        DataError: the servers' user cannot enter its parents.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    if not _enterable(directory.parent):
        raise DataError(
            f"user {processes.service_user().uid}, as whom the database servers run, cannot enter "
            f"{directory.parent}; use one made by sandbox.data.open_directory()"
        )
    directory.mkdir(mode=0o700)
    _give_away(directory)


def copy(source: Path, target: Path) -> None:
    """Copy a directory of the servers' user, sharing blocks where the file system can."""
    processes.run(["cp", "-a", "--reflink=auto", source, target])


def unpack(stream: BinaryIO, target: Path) -> None:
    """Unpack a tar archive, read to the stream's very end, into a new directory of the servers' user.

    Raises:
        DataError: it is no tar archive.
    """
    target.mkdir(mode=0o700)
    _give_away(target)
    command: list[str | Path] = ["tar", "-x", "-C", target]
    with processes.start(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as tar:
        try:
            shutil.copyfileobj(stream, cast("BinaryIO", tar.stdin), _CHUNK)
        except BrokenPipeError:
            pass  # tar gave up: its complaint says why
        except BaseException:
            tar.kill()
            raise
        complaint = tar.communicate()[1]
    if tar.returncode != 0:
        raise DataError(f"not a backup: {complaint.decode(errors='replace')[-500:]}")


def pack(directory: Path, *, without: str) -> subprocess.Popen[bytes]:
    """Start packing a directory, except for one file, into a tar archive on the process's standard output."""
    command = ["tar", "-c", f"--exclude=./{without}", "-C", str(directory), "."]
    return processes.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def cached(name: str, build: Callable[[Path], None]) -> Path:
    """Return a directory built once on this machine for this user; `name` must tell all that went into it."""
    cache = _cache()
    wanted = cache / name
    if wanted.exists():
        return wanted
    making = Path(tempfile.mkdtemp(prefix="making-", dir=cache))
    making.chmod(0o711)
    try:
        build(making / name)
        (making / name).rename(wanted)
    except OSError:
        if not wanted.exists():  # else another process was quicker, and its own is as good
            raise
    finally:
        shutil.rmtree(making)
    return wanted


def fingerprint(*parts: str | Path) -> str:
    """Return a short hash over words and the contents of files, to name something cached."""
    words = (part.read_bytes() if isinstance(part, Path) else part.encode() for part in parts)
    return hashlib.sha256(b"\0".join(words)).hexdigest()[:12]


def readable(file: Path) -> bool:
    """Whether the servers' user can reach and read a file."""
    if os.geteuid() != 0:
        return os.access(file, os.R_OK)
    return _enterable(file.parent) and bool(file.stat().st_mode & stat.S_IROTH)


def _cache() -> Path:
    """Return our cache, in the temporary directory; somebody else's of that name is refused."""
    cache = _temporary() / f"snapferry-cache-{os.geteuid()}"
    cache.mkdir(mode=0o711, exist_ok=True)
    found = cache.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise DataError(f"{cache} is not a directory of ours that only we can write")
    return cache


def _temporary() -> Path:
    """Return a temporary directory with a short name that the servers' user can enter."""
    for candidate in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108 - mkdtemp makes the rest
        if len(str(candidate)) < _SOCKET_DIRECTORY_LENGTH - 20 and _enterable(candidate):
            return candidate
    raise DataError("there is no temporary directory that the database servers' user can enter")


def _enterable(directory: Path) -> bool:
    """Whether the servers' user may pass through every directory down to this one."""
    if os.geteuid() != 0:
        return os.access(directory, os.X_OK)
    absolute = directory.resolve()
    return all(_may_pass(step.stat()) for step in (absolute, *absolute.parents))


def _may_pass(found: os.stat_result) -> bool:
    user = processes.service_user()
    if found.st_uid == user.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == user.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _give_away(directory: Path) -> None:
    user = processes.service_user()
    os.chown(directory, user.uid, user.gid)
