"""Child processes that die with the parent, never run as root, and leave nothing behind.

PostgreSQL refuses to run as root, so as root every child runs as `nobody`; otherwise it runs as who we are.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

_LAUNCH = Path(__file__).with_name("launch.py")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # many a user's own lacks sbin
# The death signal is sent when the *thread* that started the child ends, so one thread, which lives as long as
# the process, starts them all.
_starter = ThreadPoolExecutor(1, thread_name_prefix="starter")
_PORTS = range(20000, 32000)  # below the range from which the kernel gives ports to outgoing connections


class DataError(Exception):
    """A database server or one of its programs failed; the message holds what it said."""


@dataclass(frozen=True)
class User:
    """The operating system's user a child runs as."""

    uid: int
    gid: int


def service_user() -> User:
    """Who the servers run as: `nobody` when we are root, else ourselves."""
    if os.geteuid() != 0:
        return User(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return User(nobody.pw_uid, nobody.pw_gid)


def find(program: str | Path) -> str | None:
    """Return where a program of the system is, or None; a path stays what it is."""
    return shutil.which(program, path=os.pathsep.join([_PATH, os.environ.get("PATH", "")]))


def start(
    command: Sequence[str | Path],
    *,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] = subprocess.DEVNULL,
    stderr: int | IO[bytes] = subprocess.DEVNULL,
    death: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a program as the service user; it gets the signal `death` when this process ends, however it ends."""
    user = service_user()
    program = find(command[0])
    if program is None:
        raise DataError(f"there is no program {command[0]}")
    words = [os.getpid(), int(death), user.uid, user.gid, _PATH, program, *command[1:]]
    launcher = [sys.executable, "-I", "-S", str(_LAUNCH), *(str(word) for word in words)]

    def spawn() -> subprocess.Popen[bytes]:
        return subprocess.Popen(launcher, stdin=stdin, stdout=stdout, stderr=stderr, cwd="/", start_new_session=True)

    return _starter.submit(spawn).result()


def run(command: Sequence[str | Path]) -> bytes:
    """Run a program as the service user to its end and return what it printed.

    Raises:
        DataError: it failed.
    """
    with start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        output, complaint = process.communicate()
    if process.returncode != 0:
        said = (output + complaint).decode(errors="replace")[-2000:]
        raise DataError(f"{command[0]} ended with {process.returncode}: {said}")
    return output


@contextmanager
def reading(process: subprocess.Popen[bytes]) -> Iterator[BinaryIO]:
    """Read what a program prints while it runs; started with pipes for its output and its complaints.

    Raises:
        DataError: on leaving, if everything was read but the program had failed.
    """
    output = cast("BinaryIO", process.stdout)
    with process:
        try:
            yield output
            cut_short = bool(output.read(1))
        except BaseException:
            process.kill()
            raise
        if cut_short:  # the reader wanted no more
            process.kill()
            return
        complaint = process.communicate()[1].decode(errors="replace")
    if process.returncode != 0:
        raise DataError(f"{process.args!r} ended with {process.returncode}: {complaint[-2000:]}")


def free_port() -> int:
    """Find a port on 127.0.0.1 that nobody listens on."""
    while True:
        port = secrets.choice(_PORTS)
        with closing(socket.socket()) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
