"""A port on 127.0.0.1 behind which somebody decides about each connection before it reaches the server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

_CHUNK = 1 << 16
_BACKLOG = 64

Address = tuple[str, int]
Decide = Callable[[socket.socket], bool]


class Relay:
    """Listens from the beginning; carries what is said between those who are admitted and the server."""

    def __init__(self, here: Address, server: Address, admits: Decide) -> None:
        self._server = server
        self._admits = admits
        self._open: set[socket.socket] = set()
        self._mutex = threading.Lock()
        self._closed = False
        self._listening = socket.create_server(here, backlog=_BACKLOG)
        self._thread = _start(self._accept)

    def close(self) -> None:
        """Listen no more, and hang up on everybody."""
        with self._mutex:
            self._closed = True
            held = list(self._open)
        for one in (self._listening, *held):
            _hang_up(one)
        self._thread.join()
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self._listening.accept()
            except OSError:  # closed
                return
            if not self._lets_in(visitor):
                visitor.close()

    def _lets_in(self, visitor: socket.socket) -> bool:
        """AWS drops the packets of who is not admitted, so that they wait in vain; here they are told at once."""
        if not self._admits(visitor):
            return False
        try:
            server = socket.create_connection(self._server)
        except OSError:  # it has just stopped
            return False
        with self._mutex:
            if self._closed:
                server.close()
                return False
            self._open |= {visitor, server}
        _start(self._carry, visitor, server)
        return True

    def _carry(self, visitor: socket.socket, server: socket.socket) -> None:
        for one in (visitor, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = _start(_pump, server, visitor)
        _pump(visitor, server)
        back.join()
        with self._mutex:
            self._open -= {visitor, server}
        visitor.close()
        server.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Carry one direction until its end; whatever breaks ends it."""
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    _end(sink)
    with suppress(OSError):
        source.shutdown(socket.SHUT_RD)


def _end(sink: socket.socket) -> None:
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _hang_up(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


def _start(function: Callable[..., None], *arguments: socket.socket) -> threading.Thread:
    thread = threading.Thread(target=function, args=arguments, name="door", daemon=True)
    thread.start()
    return thread
