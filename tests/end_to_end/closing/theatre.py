"""Plays one death after the other on one stage, and puts everything in order in between."""

from __future__ import annotations

import math
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sandbox.clock import Stuck
from sandbox.world import Sandbox
from tests.end_to_end.closing.alarm import times_counted
from tests.end_to_end.closing.cases import Case, Off
from tests.end_to_end.closing.deaths import Death
from tests.end_to_end.closing.outcome import Outcome, judge
from tests.end_to_end.closing.routes import route_to
from tests.end_to_end.closing.scenery import DEADLINE_HOURS, Scenery
from tests.end_to_end.closing.watch import Watch, world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

STATUS_EVENT = "Step Functions Execution Status Change"
DAY = 86_400.0
MINUTE = 60.0
RDS_WORKS = 5.0


@dataclass(frozen=True)
class Dead:
    """A transfer that has died; times are virtual epoch seconds."""

    execution_arn: str
    died: float
    end: float
    """The end time of its lease."""


class Theatre:
    """Close it, or use `with`."""

    def __init__(self, simulator: Simulator) -> None:
        self.sandbox = Sandbox(permissions=simulator, data=False)
        try:
            self._scenery = Scenery(self.sandbox)
        except BaseException:
            self.sandbox.close()
            raise
        self.story = self._scenery.story
        self.before = world(self.story)
        """The world without a transfer."""
        self._deaths: list[Death] = []
        self._played: Counter[Case] = Counter()
        self._ended: set[str] = set()
        self.sandbox.on_execution_end.append(lambda _account, _region, end: self._ended.add(end["executionArn"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox.close()

    def play(self, case: Case) -> Outcome:
        """Let one transfer die, wait for what becomes of its access, and put everything in order again.

        Raises:
            AssertionError: Access did not end, or something of others is not as it was.
        """
        with self.scene(case.off) as watch:
            begun = self.sandbox.clock.now
            dead = self.let_die(watch, case)
            self._wait(watch, dead, sweeps=case.off is not Off.SWEEPER)
            assert not watch.look().may_decrypt
            return judge(watch, self.before, dead.execution_arn, dead.died, times_counted(self.sandbox, begun))

    @contextmanager
    def scene(self, off: Off = Off.NOBODY) -> Iterator[Watch]:
        """Some of the closers do not come in here; afterwards everything is put in order.

        Raises:
            AssertionError: Something of others is not as it was.
        """
        self._scenery.let_sweep(on=off is not Off.SWEEPER)
        if off is not Off.NOBODY:
            self.sandbox.faults.event(STATUS_EVENT, times=None).lost()
        watch = Watch(self.story)
        try:
            yield watch
        finally:
            watch.close()
            self._put_in_order()

    def let_die(self, watch: Watch, case: Case) -> Dead:
        """Start a transfer, and wait until it dies."""
        route = route_to(case.state)
        route.obstacle(self.story)
        begun = self.sandbox.clock.now
        arn = self.story.stage.start(f"dies-{begun:.0f}", **({"restore": False} | route.given))
        end = begun + DEADLINE_HOURS * 3600
        death = Death(self.story, watch, case, arn, end)
        death.seed += " again" * self._played[case]  # AWS gives no id twice
        self._played[case] += 1
        self._deaths.append(death)
        self.sandbox.clock.wait_until(lambda: death.time is not None or arn in self._ended, DAY)
        assert death.time is not None, f"it never came to {case.state}: {self.sandbox.describe(arn).get('cause')}"
        return Dead(arn, death.time, end)

    def seconds_until_tidy(self, begin: float, limit: float = DAY) -> float:
        """Let time pass until nothing of any transfer is left; how long that is after a moment.

        Raises:
            Stuck: Something is left at the limit.
        """
        watch = Watch(self.story)
        try:
            self.sandbox.clock.wait_until(lambda: not watch.look(every=RDS_WORKS).left_since(self.before), limit)
        finally:
            watch.close()
        return self.sandbox.clock.now - begin

    def left(self) -> list[str]:
        """What of transfers is there."""
        return world(self.story).left_since(self.before)

    def _wait(self, watch: Watch, dead: Dead, *, sweeps: bool) -> None:
        """Until the transfer is over and nothing of it is left, or everybody who was to come has come."""
        end, arn = dead.end, dead.execution_arn
        # the machine may wait until ten minutes after the end
        last = max(end, dead.died) + (60 if sweeps else 20) * MINUTE
        for moment in (end - 1, end + 1, last):
            while self.sandbox.clock.now < moment and not self._is_over(watch, arn):
                self._run_until_over(watch, arn, moment)
            watch.look(every=0.0)

    def _run_until_over(self, watch: Watch, arn: str, moment: float) -> None:
        clock = self.sandbox.clock
        try:
            clock.run(until=lambda: self._is_over(watch, arn), limit=moment - clock.now)
        except Stuck:
            clock.run(limit=moment - clock.now)  # nothing more is due before
            return
        clock.run(limit=2 * MINUTE)  # what is still on its way may open it again
        watch.look(every=0.0)

    def _is_over(self, watch: Watch, arn: str) -> bool:
        has_ended = arn in self._ended  # then nothing but RDS's own work, which shows in no call, is waited for
        left = watch.look(every=RDS_WORKS if has_ended else math.inf).left_since(self.before)
        return has_ended and not left

    def _put_in_order(self) -> None:
        """With everybody at work again, everything of the transfer goes."""
        self.sandbox.faults.clear()
        while self._deaths:
            self._deaths.pop().close()
        self._scenery.make_machine_again()
        self._scenery.let_sweep(on=True)
        self.seconds_until_tidy(self.sandbox.clock.now)
        self._scenery.let_sweep(on=False)
        self._scenery.clear_target()
        assert world(self.story) == self.before
