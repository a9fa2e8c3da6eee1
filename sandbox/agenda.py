"""What is due on the clock, and when: threads that are ready, in turn, and threads that wait for a time."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.threads import VirtualThread


@dataclass(order=True)
class _Timer:
    due: float
    number: int  # of two that are due together, the earlier made comes first
    thread: VirtualThread = field(compare=False)
    alive: bool = field(default=True, compare=False)


class Agenda:
    """Not for several threads at once: the clock's lock guards it."""

    def __init__(self) -> None:
        self._ready: deque[VirtualThread] = deque()
        self._waiting: dict[VirtualThread, _Timer | None] = {}
        self._woken: set[VirtualThread] = set()
        self._timers: list[_Timer] = []
        self._numbers = itertools.count()

    def add(self, thread: VirtualThread) -> None:
        """Due at once, after those that are ready already."""
        self._ready.append(thread)

    def wait(self, thread: VirtualThread, due: float | None) -> None:
        """From now on the thread waits to be woken, and at most until `due`."""
        self._woken.discard(thread)
        self._waiting[thread] = None if due is None else self._timer(thread, due)

    def wake(self, thread: VirtualThread) -> None:
        """End its wait; nothing if it does not wait any more."""
        if thread in self._waiting:
            timer = self._waiting.pop(thread)
            if timer is not None:
                timer.alive = False
            self._woken.add(thread)
            self._ready.append(thread)

    def was_woken(self, thread: VirtualThread) -> bool:
        """Whether its last wait was ended by `wake`."""
        return thread in self._woken

    def forget(self, thread: VirtualThread) -> None:
        """It has ended."""
        self._woken.discard(thread)

    def next(self, now: float, end: float) -> tuple[float, VirtualThread] | None:
        """Take the next thread that is due, and the moment when; None if none is by `end`."""
        if self._ready:
            return now, self._ready.popleft()
        while self._timers and not self._timers[0].alive:
            heapq.heappop(self._timers)
        if not self._timers or self._timers[0].due > end:
            return None
        timer = heapq.heappop(self._timers)
        del self._waiting[timer.thread]
        return timer.due, timer.thread

    def _timer(self, thread: VirtualThread, due: float) -> _Timer:
        # Task time-outs of years stay behind for every task that was done in time: sweep them out now and then.
        if len(self._timers) > 2 * len(self._waiting) + 64:
            self._timers = [timer for timer in self._timers if timer.alive]
            heapq.heapify(self._timers)
        timer = _Timer(due, next(self._numbers), thread)
        heapq.heappush(self._timers, timer)
        return timer
