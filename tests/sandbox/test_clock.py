"""The virtual clock: order, jumps, waking, calls from outside, and a clean end."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from sandbox.clock import START, Clock, Closed, Stuck, current
from sandbox.pacer import Pacer
from sandbox.virtual_threading import VirtualEvent, VirtualThreading, stand_ins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BEGIN = START.timestamp()


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    yield clock
    clock.close()


@pytest.fixture
def threads() -> set[threading.Thread]:
    """Those that run before the test; none more may run after it."""
    return set(threading.enumerate())


def test_waits_pass_in_no_time_and_in_the_order_of_their_ends(clock: Clock) -> None:
    told: list[tuple[str, float]] = []

    def wait(name: str, seconds: float) -> Callable[[], None]:
        def work() -> None:
            clock.sleep(seconds)
            told.append((name, clock.now - BEGIN))

        return work

    for name, seconds in (("day", 86_400), ("hour", 3_600), ("also an hour", 3_600)):
        clock.spawn(wait(name, seconds), name)
    began = time.perf_counter()
    clock.run()
    assert told == [("hour", 3_600), ("also an hour", 3_600), ("day", 86_400)]
    assert time.perf_counter() - began < 60  # it does not really wait


def test_what_falls_due_during_a_leap_comes_late(clock: Clock) -> None:
    told: list[float] = []

    def leap() -> None:
        clock.leap(3_600)
        told.append(clock.now - BEGIN)

    clock.spawn(leap, "leaps", delay=30)
    clock.spawn(lambda: told.append(clock.now - BEGIN), "meanwhile", delay=60)
    clock.run()
    assert told == [3_630, 3_630]
    clock.leap(10)
    assert time.time() == BEGIN + 3_640


def test_the_process_reads_virtual_time(clock: Clock) -> None:
    clock.run(limit=90.5)
    assert time.time() == BEGIN + 90.5
    assert datetime.now(UTC) == datetime(2026, 1, 1, 0, 1, 30, 500_000, UTC)
    clock.close()
    assert abs(time.time() - BEGIN) > 1_000


def test_a_limit_stops_before_what_is_due_later(clock: Clock) -> None:
    done: list[float] = []
    clock.spawn(lambda: done.append(clock.now - BEGIN), "later", delay=100)
    clock.run(limit=99)
    assert (done, clock.now - BEGIN) == ([], 99)
    clock.run(limit=1)
    assert done == [100]


def test_waiting_for_what_never_comes_says_so(clock: Clock) -> None:
    with pytest.raises(Stuck):
        clock.run(until=lambda: False)
    clock.spawn(lambda: None, "too late", delay=20)
    with pytest.raises(Stuck, match="within the limit"):
        clock.run(until=lambda: False, limit=10)


def test_a_woken_thread_does_not_wait_out_its_time(clock: Clock) -> None:
    told: list[tuple[bool, float]] = []
    sleeper = clock.spawn(lambda: told.append((clock.block(1_000), clock.now - BEGIN)), "sleeper")
    clock.spawn(lambda: clock.wake(sleeper), "waker", delay=5)
    clock.run()
    assert told == [(True, 5)]
    assert clock.now - BEGIN == 5


def test_waking_who_does_not_wait_any_more_does_nothing(clock: Clock) -> None:
    waits: list[bool] = []

    def work() -> None:
        waits.extend([clock.block(10), clock.block(10)])

    sleeper = clock.spawn(work, "sleeper")
    clock.run(limit=10)
    clock.wake(sleeper)
    clock.wake(sleeper)
    clock.run()
    clock.wake(sleeper)
    assert waits == [False, True]


def test_a_failure_in_a_thread_is_raised_by_run(clock: Clock) -> None:
    def fail() -> None:
        raise LookupError("lost")

    clock.spawn(fail, "failing")
    with pytest.raises(LookupError, match="lost"):
        clock.run()


def test_a_call_from_outside_drives_the_clock_and_gives_the_result(clock: Clock) -> None:
    def work() -> float:
        clock.sleep(60)
        return clock.now - BEGIN

    assert clock.call(work) == 60

    def fail() -> None:
        raise LookupError("lost")

    with pytest.raises(LookupError):
        clock.call(fail)


def test_a_call_inside_a_virtual_thread_is_just_a_call(clock: Clock) -> None:
    same: list[bool] = []
    clock.spawn(lambda: same.append(clock.call(current) is current()), "caller")
    clock.run()
    assert same == [True]


def test_nobody_waits_while_the_gate_is_held(clock: Clock) -> None:
    def work() -> None:
        with clock.no_waiting():
            clock.sleep(1)

    clock.spawn(work, "careless")
    with pytest.raises(RuntimeError, match="careless would wait"):
        clock.run()


def test_closing_ends_every_thread(threads: set[threading.Thread]) -> None:
    clock = Clock()
    unwound: list[str] = []

    def wait() -> None:
        try:
            clock.block()
        finally:
            unwound.append("waiting")

    clock.spawn(wait, "waiting")
    clock.spawn(lambda: None, "not begun", delay=10)
    clock.run(limit=1)
    clock.close()
    clock.close()
    assert unwound == ["waiting"]
    assert set(threading.enumerate()) == threads


def test_speed_mode_passes_by_itself_and_serves_callers(threads: set[threading.Thread]) -> None:
    clock = Clock()
    pacer = Pacer(clock, speed=1_000)
    began, real = clock.now, time.perf_counter()
    slept = clock.call(lambda: clock.block(100))
    assert slept is False
    assert clock.now - began >= 100
    assert 0.05 < time.perf_counter() - real < 5
    clock.wait_until(lambda: clock.now > began + 150, limit=1_000)
    with pytest.raises(Stuck):
        clock.wait_until(lambda: False, limit=10)
    pacer.stop()
    pacer.join()
    clock.close()
    assert set(threading.enumerate()) == threads


def test_who_waits_when_the_clock_is_closed_is_told() -> None:
    clock = Clock()
    clock.paced = True  # and nobody paces: the call cannot come to its end
    told: list[BaseException] = []

    def ask() -> None:
        try:
            clock.call(lambda: None)
        except Closed as error:
            told.append(error)

    asker = threading.Thread(target=ask)
    asker.start()
    while not clock._threads:  # noqa: SLF001 - until the call has come in
        asker.join(0.001)
    clock.close()
    asker.join(5)
    assert len(told) == 1


def test_an_outside_request_and_a_virtual_thread_exclude_each_other(clock: Clock) -> None:
    busy: list[str] = []
    overlaps: list[tuple[str, ...]] = []
    pause = threading.Event()

    def be_busy(name: str) -> None:
        busy.append(name)
        pause.wait(0.002)
        overlaps.append(tuple(busy))
        busy.remove(name)

    def outside() -> None:
        for _ in range(10):
            with clock.no_waiting():
                be_busy("outside")

    def inside() -> None:
        for _ in range(10):
            be_busy("virtual")
            clock.sleep(1)

    clock.spawn(inside, "virtual")
    other = threading.Thread(target=outside)
    other.start()
    clock.run()
    other.join()
    assert set(overlaps) == {("outside",), ("virtual",)}


def test_virtual_threads_and_events_stand_in_for_real_ones(clock: Clock) -> None:
    class Thread(VirtualThreading):
        _clock = clock

    class Event(VirtualEvent):
        _clock = clock

    told: list[object] = []
    event = Event()

    def work() -> None:
        told.append(event.wait(10))
        told.append(event.wait())
        worker = Thread(target=clock.sleep, args=(50,))
        worker.start()
        worker.join(timeout=10)
        told.append(worker.is_alive())
        worker.join()
        told.append((worker.is_alive(), clock.now - BEGIN))

    clock.spawn(work, "work")
    clock.spawn(event.set, "setter", delay=30)
    clock.run()
    assert told == [False, True, True, (False, 80)]


def test_a_joiner_that_gave_up_is_not_woken_in_its_next_wait(clock: Clock) -> None:
    class Thread(VirtualThreading):
        _clock = clock

    told: list[tuple[bool, float]] = []

    def work() -> None:
        worker = Thread(target=clock.sleep, args=(50,))
        worker.start()
        worker.join(timeout=10)
        told.append((clock.block(100), clock.now - BEGIN))

    clock.spawn(work, "work")
    clock.run()
    assert told == [(False, 110)]


def test_every_place_where_motos_interpreter_waits_is_known(clock: Clock) -> None:
    places = {
        (module.__name__.removeprefix("moto.stepfunctions.parser."), name) for module, name, _ in stand_ins(clock)
    }
    assert places == {
        ("asl.component.common.retry.retrier_decl", "time"),
        ("asl.component.program.program", "threading"),
        ("asl.component.state.exec.execute_state", "Thread"),
        ("asl.component.state.exec.execute_state", "threading"),
        ("asl.component.state.exec.state_map.iteration.inline_iteration_component", "threading"),
        ("asl.component.state.exec.state_map.iteration.itemprocessor.map_run_record", "threading"),
        ("asl.component.state.exec.state_map.iteration.job", "threading"),
        ("asl.component.state.exec.state_parallel.branch_worker", "threading"),
        ("asl.component.state.exec.state_parallel.branches_decl", "threading"),
        ("asl.component.state.exec.state_task.service.state_task_service_callback", "threading"),
        ("asl.component.state.exec.state_task.service.state_task_service_callback", "time"),
        ("asl.component.state.wait.wait_function.wait_function", "time"),
        ("asl.eval.callback.callback", "Event"),
        ("backend.alias", "threading"),
        ("asl.eval.environment", "threading"),
        ("asl.eval.event.event_manager", "threading"),
        ("backend.execution_worker", "Thread"),
    }
