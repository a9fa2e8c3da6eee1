"""The HTTP server: any AWS client of this machine talks to it.

The standard library's, one connection a request: werkzeug's waits 10 ms after each answer for what it may have left
unread, and with a connection that is kept alive it would swallow the next request there.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import suppress
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = "127.0.0.1"


class AddressTakenError(OSError):
    """Nobody can listen there: another program does, or it is not allowed."""


class _Handler(WSGIRequestHandler):
    """One request: quiet, and with its path as the client wrote it."""

    disable_nagle_algorithm = True  # else each answer waits for the client's delayed acknowledgement
    wbufsize = -1  # an answer is written at once, not each header by itself, which would wake the client every time

    def get_environ(self) -> dict[str, Any]:
        return {**super().get_environ(), "RAW_URI": self.path, "REQUEST_URI": self.path}

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: the gate keeps a log of all calls."""


class _Listener(ThreadingMixIn, WSGIServer):
    """A thread a connection; knows its connections, so that closing ends them instead of waiting for the clients."""

    daemon_threads = False  # joined when the server is closed
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], application: Callable[..., Any]) -> None:
        self._connections: set[socket.socket] = set()
        super().__init__(address, _Handler)
        self.set_app(application)

    def server_bind(self) -> None:
        """Bind, without the name look-up that the base class does here: it may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self._connections.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no error of ours; anything else is told as usual."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """End the connections that are open, and wait for their threads."""
        for connection in list(self._connections):
            with suppress(OSError):  # the client was faster
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


class Server:
    """Serves a WSGI application from a thread of its own until it is closed."""

    def __init__(self, application: Callable[..., Any], host: str = LOOPBACK, port: int = 0) -> None:
        """Listen at once.

        Raises:
            AddressTakenError: nobody can listen there.
        """
        try:
            self._listener = _Listener((host, port), application)
        except OSError as error:
            why = os.strerror(error.errno or 0)
            raise AddressTakenError(f"cannot listen on {host}:{port}: {why}; choose another port") from error
        self.port = self._listener.server_port
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.05,), name="http server", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Accept nobody any more, end the connections, wait for their threads."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
