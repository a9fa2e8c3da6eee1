"""Speed mode: virtual time runs so many times as fast as the wall's."""

from __future__ import annotations

import threading
import time
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.clock import Clock, VirtualThread

# Between two steps outside callers come in; real seconds.
STEP = 0.02


class Pacer:
    """Drives the clock in a thread of its own."""

    def __init__(self, clock: Clock, speed: float) -> None:
        self._clock = clock
        self._speed = speed
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pacer", daemon=True)
        clock.paced = True
        clock.on_failure = _report
        self._thread.start()

    def stop(self) -> None:
        """Let time stand still; returns when the step that runs is done."""
        self._stopping.set()

    def join(self) -> None:
        """Wait for the thread."""
        self._thread.join()

    def _run(self) -> None:
        last = time.perf_counter()
        while not self._stopping.wait(STEP):
            now = time.perf_counter()
            self._clock.run(limit=(now - last) * self._speed)
            last = now


def _report(thread: VirtualThread) -> None:
    """People work with this sandbox: one failure must not stop everything else."""
    traceback.print_exception(thread.error)
