"""The virtual clock: one virtual thread runs at a time; when all wait, time jumps to the next that is due.

A virtual thread is a real thread that holds the baton while it runs and gives it back when it waits. So a run of many
virtual hours takes as long as its work, and happens in the same order every time. The whole process (moto, botocore,
JSONata) reads virtual time by way of time-machine.
"""

from __future__ import annotations

import heapq
import itertools
import math
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import time_machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = datetime(2026, 1, 1, tzinfo=UTC)
# How often an outside caller looks whether it may drive the clock itself; real seconds.
LOOK = 0.005
# How long closing waits for one thread to unwind; real seconds.
UNWIND = 10.0


class _Here(threading.local):
    """What the clock knows about the real thread that asks."""

    thread: VirtualThread | None = None
    inside = False  # it serves the call of a handler
    requests = 0  # it serves a call
    no_waiting = 0  # how deep it is in code that must not wait


_here = _Here()


class Stuck(RuntimeError):
    """Nothing is due (or not within the limit), and what was waited for has not come."""


class Cancelled(BaseException):
    """The clock was closed while a virtual thread waited; nobody but the clock catches it."""


@dataclass(order=True)
class _Timer:
    due: float
    number: int
    thread: VirtualThread = field(compare=False)
    alive: bool = field(default=True, compare=False)


class VirtualThread:
    """One line of work on the clock; made by `Clock.spawn`."""

    def __init__(self, clock: Clock, function: Callable[[], None], name: str) -> None:
        self.name = name
        self.error: BaseException | None = None
        self.finished = threading.Event()
        self.awaited = False
        self.waiters: list[VirtualThread] = []
        self.timer: _Timer | None = None
        self.waiting = False
        self.woken = False
        self._clock = clock
        self._function = function
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
        """Sleep, for real, until the driver resumes this thread."""
        self._baton.acquire()

    def cancel(self) -> None:
        """Unwind the thread, once the clock is closing."""
        if self._thread.ident is None:
            self.finished.set()
        else:
            self._baton.release()
            self._thread.join(UNWIND)

    def _main(self) -> None:
        _here.thread = self
        try:
            self._function()
        except Cancelled:
            pass
        except BaseException as error:  # noqa: BLE001 - carried over to the driver, or to whoever awaits this thread
            self.error = error
        finally:
            self._clock.retire(self)


def current() -> VirtualThread | None:
    """The virtual thread that runs this code; None outside of them."""
    return _here.thread


class Clock:
    """Virtual time, the virtual threads, and what is due next."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start.timestamp()
        self.paced = False
        """Set while a Pacer drives: nobody else may then jump over waits."""
        self.on_failure: Callable[[VirtualThread], None] = _raise
        """What `run` does about a virtual thread that failed."""
        self._ready: deque[VirtualThread] = deque()
        self._timers: list[_Timer] = []
        self._numbers = itertools.count()
        self._threads: dict[VirtualThread, None] = {}
        self._mutex = threading.RLock()  # guards the five above
        self._driver = threading.RLock()  # held by the one thread that runs the clock
        self._world = threading.RLock()  # held during a step, and during a request from outside
        self._gave_back = threading.Semaphore(0)
        self._closing = False
        self._pause = threading.Event()  # never set: its wait is a real pause, which time-machine leaves alone
        self._traveller = time_machine.travel(start, tick=False)
        self._process_time = self._traveller.start()

    # What virtual threads do

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass; in a virtual thread only."""
        self.block(seconds)

    def spawn(self, function: Callable[[], None], name: str, delay: float = 0.0) -> VirtualThread:
        """A new virtual thread, due in `delay` virtual seconds. An error it raises is raised by `run`."""
        thread = VirtualThread(self, function, name)
        with self._mutex:
            self._threads[thread] = None
            if delay > 0:
                self._set_timer(thread, delay)
            else:
                self._ready.append(thread)
        return thread

    def block(self, seconds: float | None = None) -> bool:
        """Give the baton back until somebody wakes this thread or the time is over. True if woken."""
        thread = current()
        if thread is None:
            raise RuntimeError("only a virtual thread can wait on the clock")
        if _here.no_waiting:
            raise RuntimeError(f"{thread.name} would wait for the clock while it holds the gate")
        with self._mutex:
            self._raise_if_closing()
            thread.waiting, thread.woken = True, False
            if seconds is not None:
                self._set_timer(thread, seconds)
        self._gave_back.release()
        thread.wait_for_baton()
        self._raise_if_closing()
        return thread.woken

    def wake(self, thread: VirtualThread) -> None:
        """End another thread's `block` now; nothing if it does not wait any more."""
        with self._mutex:
            if not thread.waiting:
                return
            thread.waiting, thread.woken = False, True
            if thread.timer is not None:
                thread.timer.alive = False
            self._ready.append(thread)

    def retire(self, thread: VirtualThread) -> None:
        """A virtual thread has ended: wake who joined it and give the baton back."""
        with self._mutex:
            self._threads.pop(thread, None)
            thread.finished.set()
            for waiter in thread.waiters:
                self.wake(waiter)
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
        end = math.inf if limit is None else self.now + limit
        with self._driver:
            while until is None or not until():
                thread = self._next_due(end)
                if thread is None:
                    self._nothing_due(until, end)
                    return
                self._step(thread)

    def wait_until(self, condition: Callable[[], bool], limit: float) -> None:
        """Wait in a thread that is no virtual one: drive the clock, or look on while a Pacer does.

        Raises:
            Stuck: the condition does not hold after `limit` virtual seconds, or nothing more is due.
        """
        if not self.paced:
            self.run(until=condition, limit=limit)
            return
        end = self.now + limit
        while not condition():
            if self.now > end:
                raise Stuck("not within the limit")
            self._pause.wait(LOOK)

    @property
    def can_wait(self) -> bool:
        """Whether `call` may wait here: not while it serves a handler's own call, for that handler holds the baton."""
        return current() is not None or not _here.inside

    def call[T](self, function: Callable[[], T]) -> T:
        """Run a function in a virtual thread and wait for what it gives; from any thread."""
        if current() is not None:
            return function()
        if _here.inside:
            raise RuntimeError("a handler's own call cannot wait for the clock: its handler holds the baton")
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
        return results[0]

    # What the gate does

    @contextmanager
    def request(self, *, inside: bool) -> Iterator[None]:
        """Serve one API call. `inside`: it comes from a handler, whose virtual thread holds the baton for it."""
        if current() is not None or _here.requests:
            yield
            return
        _here.requests, _here.inside = 1, inside
        try:
            yield
        finally:
            _here.requests, _here.inside = 0, False

    @contextmanager
    def no_waiting(self) -> Iterator[None]:
        """In here nobody may wait for the clock, and no virtual thread runs beside an outside caller."""
        outside = current() is None and not _here.inside
        if outside:
            self._world.acquire()
        _here.no_waiting = _here.no_waiting + 1
        try:
            yield
        finally:
            _here.no_waiting -= 1
            if outside:
                self._world.release()

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

    def _next_due(self, end: float) -> VirtualThread | None:
        with self._mutex:
            if self._ready:
                return self._ready.popleft()
            while self._timers and not self._timers[0].alive:
                heapq.heappop(self._timers)
            if not self._timers or self._timers[0].due > end:
                return None
            timer = heapq.heappop(self._timers)
            timer.thread.timer = None
            timer.thread.waiting = False
            self._move_to(timer.due)
            return timer.thread

    def _nothing_due(self, until: Callable[[], bool] | None, end: float) -> None:
        if until is not None:
            raise Stuck(f"nothing more is due{'' if end == math.inf else ' within the limit'}")
        if end != math.inf:
            with self._mutex:
                self._move_to(end)

    def _set_timer(self, thread: VirtualThread, seconds: float) -> None:
        due = round(self.now + max(0.0, float(seconds)), 6)
        thread.timer = _Timer(due, next(self._numbers), thread)
        heapq.heappush(self._timers, thread.timer)

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
