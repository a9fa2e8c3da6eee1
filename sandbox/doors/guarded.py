"""A database server that can be reached only through its door."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, BinaryIO

from sandbox.data import processes
from sandbox.data.clients import HOST
from sandbox.doors.relay import Relay

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sandbox.data.server import Server
    from sandbox.doors.relay import Decide


def hidden_address() -> str:
    """One of loopback's 16 million addresses that nobody is told: the server listens there, its door on 127.0.0.1."""
    return f"127.{1 + secrets.randbelow(254)}.{secrets.randbelow(256)}.{1 + secrets.randbelow(254)}"


class GuardedServer:
    """A server and its door, opened and closed together; it keeps its port."""

    def __init__(self, server: Server, admits: Decide) -> None:
        self.server = server
        self.port = processes.free_port()
        """The door's, on 127.0.0.1."""
        self._admits = admits
        self._door: Relay | None = None

    @property
    def running(self) -> bool:
        """Whether the server's process is alive."""
        return self.server.running

    def start(self) -> None:
        """Start for those who are admitted. Does nothing if it runs."""
        self.server.start()
        if self._door is None:
            self._door = Relay((HOST, self.port), (self.server.host, self.server.port), self._admits)

    def stop(self) -> None:
        """Stop at once. Does nothing if it is stopped."""
        if self._door is not None:
            self._door.close()
            self._door = None
        self.server.stop()

    def remove(self) -> None:
        """Stop, and delete every file of it. May be repeated."""
        self.stop()
        self.server.remove()

    def set_password(self, user: str, password: str) -> None:
        """See `Server.set_password`."""
        self.server.set_password(user, password)

    def backup(self) -> AbstractContextManager[BinaryIO]:
        """See `Server.backup`."""
        return self.server.backup()
