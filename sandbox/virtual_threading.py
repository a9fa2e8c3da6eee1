"""Stand-ins for `threading` and `time` inside moto's Step Functions interpreter: its waits are virtual.

moto's modules name them in four ways (`threading`, `time`, `Thread`, `Event`); each name is replaced where it stands.
Locks stay real: only one virtual thread runs at a time, and none waits while it holds one.
"""

from __future__ import annotations

import sys
import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import moto.stepfunctions.parser.models  # noqa: F401 - loads every module of the interpreter

from sandbox.clock import current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sandbox.clock import Clock, VirtualThread

PACKAGE = "moto.stepfunctions.parser"


def stand_ins(clock: Clock) -> Iterator[tuple[Any, str, Any]]:
    """Every (module, name, replacement) of moto's interpreter for this clock."""
    replacements = _replacements(clock)
    for name, module in sorted(sys.modules.items()):
        if name.startswith(PACKAGE):
            for attribute in list(vars(module)):
                for real, virtual in replacements.get(attribute, ()):
                    if vars(module)[attribute] is real:
                        yield module, attribute, virtual


def _replacements(clock: Clock) -> dict[str, list[tuple[Any, Any]]]:
    class Thread(VirtualThreading):
        _clock = clock

    class Event(VirtualEvent):
        _clock = clock

    virtual_threading = SimpleNamespace(
        Thread=Thread,
        Event=Event,
        Lock=threading.Lock,
        RLock=threading.RLock,
        Condition=threading.Condition,
        current_thread=threading.current_thread,
    )
    virtual_time = SimpleNamespace(time=lambda: clock.now, sleep=clock.sleep)
    return {
        "threading": [(threading, virtual_threading)],
        "time": [(time, virtual_time)],
        "Thread": [(threading.Thread, Thread)],
        "Event": [(threading.Event, Event)],
    }


class VirtualThreading:
    """`threading.Thread`, as far as the interpreter uses it."""

    _clock: Clock
    native_id = 0

    def __init__(
        self,
        *,
        target: Callable[..., Any],
        name: str = "",
        args: Sequence[Any] = (),
        daemon: bool | None = None,
    ) -> None:
        self.name = name or str(getattr(target, "__qualname__", "thread"))
        self.daemon = daemon
        self._target = target
        self._args = args
        self._thread: VirtualThread | None = None

    def start(self) -> None:
        """Make the thread due now."""
        self._thread = self._clock.spawn(self.run, self.name)

    def run(self) -> None:
        """What the thread does."""
        self._target(*self._args)

    def is_alive(self) -> bool:
        """Whether it was started and has not ended."""
        return self._thread is not None and not self._thread.done

    def join(self, timeout: float | None = None) -> None:
        """Wait, in virtual time, for its end."""
        me = current()
        if me is None or self._thread is None:
            raise RuntimeError("only a virtual thread can join one that was started")
        if not self._thread.done:
            self._thread.waiters.append(me)
            self._clock.block(timeout)
            if me in self._thread.waiters:
                self._thread.waiters.remove(me)


class VirtualEvent:
    """`threading.Event`, as far as the interpreter uses it."""

    _clock: Clock

    def __init__(self) -> None:
        self._is_set = False
        self._waiters: list[VirtualThread] = []

    def is_set(self) -> bool:
        """Whether it happened."""
        return self._is_set

    def set(self) -> None:
        """It happens: wake who waits."""
        self._is_set = True
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            self._clock.wake(waiter)

    def clear(self) -> None:
        """Forget that it happened."""
        self._is_set = False

    def wait(self, timeout: float | None = None) -> bool:
        """Wait, in virtual time. False if the time is over first."""
        me = current()
        if self._is_set or me is None:
            return self._is_set
        self._waiters.append(me)
        woken = self._clock.block(timeout)
        if me in self._waiters:
            self._waiters.remove(me)
        return woken
