"""The HTTP server: any AWS client of this machine talks to it."""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = "127.0.0.1"


class AddressTakenError(OSError):
    """Nobody can listen there: another program does, or it is not allowed."""


class _Handler(MotoRequestHandler):
    """One connection: kept alive, quiet."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits for the client's delayed acknowledgement

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        if type == "error":
            sys.stderr.write(message % args + "\n")


class _Listener(ThreadedWSGIServer):
    """Knows its connections, so that closing ends them instead of waiting for the clients."""

    daemon_threads = False  # joined when the server is closed

    def __init__(self, host: str, port: int, application: Callable[..., Any]) -> None:
        with _bound(host, port) as listening:
            super().__init__(host, port, application, _Handler, fd=listening.fileno())  # it takes a copy
        self._connections: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self._connections.discard(request)

    def end_connections(self) -> None:
        for connection in list(self._connections):
            with suppress(OSError):  # the client was faster
                connection.shutdown(socket.SHUT_RDWR)


class Server:
    """Serves a WSGI application from a thread of its own until it is closed."""

    def __init__(self, application: Callable[..., Any], host: str = LOOPBACK, port: int = 0) -> None:
        self._listener = _Listener(host, port, application)
        self.port = int(self._listener.server_address[1])
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.05,), name="http server", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Accept nobody any more, end the connections, wait for their threads."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.end_connections()
        self._listener.server_close()


def _bound(host: str, port: int) -> socket.socket:
    """A socket that listens. werkzeug, asked to make it, ends the process where it cannot."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise AddressTakenError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}") from error
