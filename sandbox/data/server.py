"""What the sandbox wants of a database server, whatever its engine."""

import shutil
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Self

from sandbox.data import folders, processes
from sandbox.data.clients import HOST
from sandbox.data.processes import DataError

if TYPE_CHECKING:
    import subprocess

ADMIN = "rdsadmin"  # the internal superuser, as on RDS; it can come in by the unix socket only
_TRIES, _PAUSE = 3000, 0.01  # tries, not a deadline: under the virtual clock the time of day stands still


class Server(ABC):
    """One database server on an address of loopback, with its files in one directory.

    It stays the same server, with the same port, when stopped and started again. What was committed survives
    every stop, also the death of the sandbox; a power failure it does not (nothing is synced to disk).
    """

    _ends_by: ClassVar[signal.Signals]

    def __init__(self, directory: Path, host: str = HOST) -> None:
        """Claim a directory that `nobody` can enter when we are root; see `folders.open_directory`."""
        self.directory = directory
        self.host = host
        self.port = processes.free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None
        folders.make(directory)

    @classmethod
    def create(
        cls, directory: Path, *, master: str, password: str, database: str | None = None, host: str = HOST
    ) -> Self:
        """Make a new server with a master user and, if named, a first database; it is started."""
        server = cls(directory, host)
        try:
            folders.copy(cls._template(), server.data)
            server.start()
            server._create_master(master, password, database)
        except BaseException:
            server.remove()
            raise
        return server

    @classmethod
    def restore(cls, directory: Path, stream: BinaryIO, *, host: str = HOST) -> Self:
        """Make a server from the bytes of a backup; it is not started, so nobody can use it yet.

        Raises:
            DataError: the bytes are no backup. Errors of the stream itself pass through; either way no files stay.
        """
        server = cls(directory, host)
        try:
            folders.unpack(stream, server.data)
        except BaseException:
            server.remove()
            raise
        return server

    @property
    def data(self) -> Path:
        """Where the database's own files are."""
        return self.directory / "data"

    @property
    def running(self) -> bool:
        """Whether the server's process is alive, for clients or only privately."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start for clients on `host:port` and wait until they are welcome. Does nothing if it runs."""
        if not self.running:
            self._launch(private=False)

    def stop(self) -> None:
        """Stop at once, without waiting for clients. Does nothing if it is stopped."""
        if self._process is not None:
            self._process.send_signal(self._ends_by)
            self._process.wait()
            self._process = None
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None

    def remove(self) -> None:
        """Stop, and delete every file of it. May be repeated."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def set_password(self, user: str, password: str) -> None:
        """Give a database user another password; on a server that is not started, before any client can come."""
        with self._at_least_privately():
            self._change_password(user, password)

    @contextmanager
    def backup(self) -> Iterator[BinaryIO]:
        """Stream a consistent copy of everything, users included, while programs go on writing.

        Raises:
            DataError: on leaving, if the copy could not be completed; what was read then is worth nothing.
        """
        with self._at_least_privately(), self._copy() as stream:
            yield stream

    def wait_ready(self) -> None:
        """Wait until the server answers.

        Raises:
            DataError: it ended instead, or never answered (30 s).
        """
        for _ in range(_TRIES):
            if self._answers():
                return
            if not self.running:
                break
            time.sleep(_PAUSE)
        raise DataError(f"the server in {self.directory} did not start: {self._log_tail()}")

    @classmethod
    @abstractmethod
    def _template(cls) -> Path:
        """Return a directory with a fresh, empty database cluster; made once on this machine."""

    @abstractmethod
    def _command(self, *, private: bool) -> list[str | Path]:
        """Return the server's command line; private: it listens on the unix socket only."""

    @abstractmethod
    def _answers(self) -> bool:
        """Return whether the internal superuser can log in."""

    @abstractmethod
    def _create_master(self, master: str, password: str, database: str | None) -> None:
        """Create the user whom RDS calls the master user: nearly everything, except the machine's files."""

    @abstractmethod
    def _change_password(self, user: str, password: str) -> None:
        """Change a password through the internal superuser."""

    @abstractmethod
    def _copy(self) -> AbstractContextManager[BinaryIO]:
        """Stream a tar archive of the data directory that a server can start from."""

    @property
    def sockets(self) -> Path:
        """The directory of the unix socket; only we and the server can enter it."""
        if self._sockets is None:
            raise DataError(f"the server in {self.directory} is not running")
        return self._sockets

    def _alive(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise DataError(f"the server in {self.directory} is not running")
        return self._process

    @contextmanager
    def _at_least_privately(self) -> Iterator[None]:
        if self.running:
            yield
            return
        self._launch(private=True)
        try:
            yield
        finally:
            self.stop()

    def _launch(self, *, private: bool) -> None:
        self.stop()
        self._sockets = folders.socket_directory(self.directory)
        with (self.directory / "log").open("ab") as log:
            self._process = processes.start(self._command(private=private), stdout=log, stderr=log, death=self._ends_by)
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise

    def _log_tail(self) -> str:
        return (self.directory / "log").read_text(errors="replace")[-2000:]
