"""Virtual threads: real threads that run one at a time, while they hold the clock's baton."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# How long closing waits for one thread to unwind; real seconds.
UNWIND = 10.0


class Cancelled(BaseException):
    """The clock was closed while a virtual thread waited; nobody but the thread's own end catches it."""


class VirtualThread:
    """One line of work on the clock; made by `Clock.spawn`."""

    def __init__(self, function: Callable[[], None], name: str, ended: Callable[[VirtualThread], None]) -> None:
        self.name = name
        self.error: BaseException | None = None
        """What the function raised."""
        self.awaited = False
        """Somebody looks at `error`; else the clock raises it."""
        self.waiters: list[VirtualThread] = []
        """Who is woken at its end."""
        self.finished = threading.Event()
        self._function = function
        self._ended = ended
        self._baton = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)

    @property
    def done(self) -> bool:
        """Whether the function has returned, raised or been cancelled."""
        return self.finished.is_set()

    def resume(self) -> None:
        """Hand over the baton."""
        if self._thread.ident is None:
            self._thread.start()
        else:
            self._baton.release()

    def wait_for_baton(self) -> None:
        """Sleep, for real, until it is resumed."""
        self._baton.acquire()

    def cancel(self) -> None:
        """Unwind it; its next wait, or the one it is in, raises Cancelled."""
        if self._thread.ident is None:
            self.finished.set()
        else:
            self._baton.release()
            self._thread.join(UNWIND)

    def _main(self) -> None:
        here.thread = self
        function, self._function = self._function, _done  # what it holds is free once it has ended
        try:
            function()
        except Cancelled:
            pass
        except BaseException as error:  # noqa: BLE001 - carried over to the driver, or to whoever awaits this thread
            self.error = error
        finally:
            self._ended(self)


def _done() -> None:
    """What an ended thread would do."""


class _Here(threading.local):
    """What the clock knows about the real thread that asks."""

    thread: VirtualThread | None = None
    in_request = False  # it serves an API call
    inside = False  # that call comes from a handler
    no_waiting = 0  # how deep it is in code that must not wait


here = _Here()


def current() -> VirtualThread | None:
    """The virtual thread that runs this code; None outside of them."""
    return here.thread
