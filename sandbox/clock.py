"""The virtual clock: one virtual thread runs at a time; when all wait, time jumps to the next that is due.

So a run of many virtual hours takes as long as its work, and happens in the same order every time. The whole process
(moto, botocore, JSONata) reads virtual time by way of time-machine.
"""

from __future__ import annotations

import math
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import time_machine

from sandbox.agenda import Agenda
from sandbox.threads import Cancelled, VirtualThread, current, here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Cancelled", "Clock", "Closed", "Stuck", "VirtualThread", "current"]

START = datetime(2026, 1, 1, tzinfo=UTC)
# How often somebody who cannot drive the clock looks again; real seconds.
LOOK = 0.005


class Stuck(RuntimeError):
    """Nothing is due (or not within the limit), and what was waited for has not come."""


class Closed(ConnectionAbortedError):
    """The clock was closed while somebody waited for a virtual thread."""


class Clock:
    """Virtual time and the virtual threads."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start.timestamp()
        """Virtual epoch seconds, in whole microseconds."""
        self.paced = False
        """Set while a Pacer drives: nobody else may then jump over waits."""
        self.on_failure: Callable[[VirtualThread], None] = _raise
        """What `run` does about a virtual thread that failed and that nobody awaits."""
        self._agenda = Agenda()
        self._threads: dict[VirtualThread, None] = {}  # in the order they were made
        self._closing = False
        self._mutex = threading.RLock()  # guards the three above
        self._driver = threading.RLock()  # held by the one thread that runs the clock
        self._world = threading.RLock()  # held during a step, and during a request from outside
        self._gave_back = threading.Semaphore(0)
        self._pause = threading.Event()  # never set: its wait is a real pause, which time-machine leaves alone
        self._traveller = time_machine.travel(start, tick=False)
        self._process_time = self._traveller.start()

    # What virtual threads do

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass; in a virtual thread only."""
        self.block(seconds)

    def spawn(self, function: Callable[[], None], name: str, delay: float = 0.0) -> VirtualThread:
        """A new virtual thread, due in `delay` virtual seconds. An error it raises is raised by `run`."""
        thread = VirtualThread(function, name, self._retire)
        with self._mutex:
            self._threads[thread] = None
            if delay > 0:
                self._agenda.wait(thread, self._in(delay))
            else:
                self._agenda.add(thread)
        return thread

    def block(self, seconds: float | None = None) -> bool:
        """Give the baton back until somebody wakes this thread or the time is over. True if woken."""
        thread = current()
        if thread is None:
            raise RuntimeError("only a virtual thread can wait on the clock")
        if here.no_waiting:
            raise RuntimeError(f"{thread.name} would wait for the clock while it holds the gate")
        with self._mutex:
            self._raise_if_closing()
            self._agenda.wait(thread, None if seconds is None else self._in(seconds))
        self._gave_back.release()
        thread.wait_for_baton()
        self._raise_if_closing()
        return self._agenda.was_woken(thread)

    def wake(self, thread: VirtualThread) -> None:
        """End another thread's `block` now; nothing if it does not wait any more."""
        with self._mutex:
            self._agenda.wake(thread)

    def _retire(self, thread: VirtualThread) -> None:
        with self._mutex:
            self._threads.pop(thread, None)
            self._agenda.forget(thread)
            thread.finished.set()
            for waiter in thread.waiters:
                self._agenda.wake(waiter)
        self._gave_back.release()

    # What the driver does

    def run(self, until: Callable[[], bool] | None = None, limit: float | None = None) -> None:
        """Do everything that is due, jumping over the waits.

        Args:
            until: stop as soon as this holds; without it, run until nothing is due.
            limit: at most so many virtual seconds; without `until`, time then stands exactly there.

        Raises:
            Stuck: `until` does not hold, and nothing more is due (within the limit).
        """
        if current() is not None:
            raise RuntimeError("a virtual thread cannot drive the clock")
        end = math.inf if limit is None else self._in(limit)
        with self._driver:
            while until is None or not until():
                with self._mutex:
                    due = self._agenda.next(self.now, end)
                    if due is None:
                        self._nothing_due(end, waited_for=until is not None)
                        return
                    self._move_to(due[0])
                self._step(due[1])

    def wait_until(self, condition: Callable[[], bool], limit: float) -> None:
        """Wait in a thread that is no virtual one: drive the clock, or look on while a Pacer does.

        Raises:
            Stuck: the condition does not hold after `limit` virtual seconds, or nothing more is due.
        """
        if not self.paced:
            self.run(until=condition, limit=limit)
            return
        end = self._in(limit)
        while not condition():
            if self.now > end:
                raise Stuck("not within the limit")
            self._pause.wait(LOOK)

    @property
    def can_wait(self) -> bool:
        """Whether `call` may wait here: not while it serves a handler's own call, for that handler holds the baton."""
        return current() is not None or not here.inside

    def call[T](self, function: Callable[[], T]) -> T:
        """Run a function in a virtual thread and wait for what it gives; from any thread."""
        if current() is not None:
            return function()
        if here.inside or here.no_waiting:
            raise RuntimeError("this call cannot wait for the clock: it is served while a handler or the gate waits")
        results: list[T] = []
        thread = self.spawn(lambda: results.append(function()), "call")
        thread.awaited = True
        while not thread.done:
            if not self.paced and self._driver.acquire(blocking=False):
                try:
                    self.run(until=lambda: thread.done)
                finally:
                    self._driver.release()
            else:
                thread.finished.wait(LOOK)
        if thread.error is not None:
            raise thread.error
        if not results:
            raise Closed
        return results[0]

    def close(self) -> None:
        """Unwind all virtual threads and give the process its real time back."""
        with self._mutex:
            if self._closing:
                return
            self._closing = True
        while self._threads:
            thread = next(iter(self._threads))
            thread.cancel()
            self._threads.pop(thread, None)
        self._traveller.stop()

    def _step(self, thread: VirtualThread) -> None:
        with self._world:
            thread.resume()
            self._gave_back.acquire()
        if thread.error is not None and not thread.awaited:
            self.on_failure(thread)

    def _nothing_due(self, end: float, *, waited_for: bool) -> None:
        if waited_for:
            raise Stuck(f"nothing more is due{'' if end == math.inf else ' within the limit'}")
        if end != math.inf:
            self._move_to(end)

    def leap(self, seconds: float) -> None:
        """Let time jump, for a test: whatever falls due meanwhile comes late. From any thread."""
        with self._mutex:
            self._move_to(self._in(seconds))

    # What the gate does

    @contextmanager
    def request(self, *, inside: bool) -> Iterator[None]:
        """Serve one API call. `inside`: it comes from a handler, whose virtual thread holds the baton for it."""
        if current() is not None or here.in_request:
            yield
            return
        here.in_request, here.inside = True, inside
        try:
            yield
        finally:
            here.in_request, here.inside = False, False

    @contextmanager
    def no_waiting(self) -> Iterator[None]:
        """In here nobody may wait for the clock, and no virtual thread runs beside an outside caller."""
        outside = current() is None and not here.inside
        if outside:
            self._world.acquire()
        here.no_waiting += 1
        try:
            yield
        finally:
            here.no_waiting -= 1
            if outside:
                self._world.release()

    # Time itself

    def _in(self, seconds: float) -> float:
        return round(self.now + max(0.0, float(seconds)), 6)

    def _move_to(self, moment: float) -> None:
        if moment > self.now:
            self.now = moment
            # A moment with a zone, because time-machine then keeps the process in UTC.
            self._process_time.move_to(datetime.fromtimestamp(moment, UTC))

    def _raise_if_closing(self) -> None:
        if self._closing:
            raise Cancelled


def _raise(thread: VirtualThread) -> None:
    if thread.error is not None:
        raise thread.error
