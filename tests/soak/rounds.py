"""Rounds of random steps, each on two fresh accounts, and what is told of them."""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING

from sandbox.world import Sandbox
from tests.soak.deeds import next_deed
from tests.soak.ground import DAY, Ground

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.permissions import Simulator
    from tests.faults.invariants import Broken

STEPS_OF_A_ROUND = 80
STEPS_TO_A_REST = 20
LAST_STEPS = 25


class InvariantsBroken(AssertionError):
    """Something does not hold; the message tells what, and how to see it again."""


@dataclass(frozen=True)
class Length:
    """How many steps in all, or minutes of the wall's time: what comes first."""

    steps: float = math.inf
    minutes: float = math.inf


@dataclass
class Tally:
    """What all rounds together have done."""

    rounds: int = 0
    steps: int = 0
    checks: int = 0
    days: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)

    @property
    def transfers(self) -> int:
        """How many executions of `ferry_snapshot` have ended."""
        return sum(count for end, count in self.ends.items() if end.startswith("ferry-snapshot "))

    def add(self, one: Round) -> None:
        """A round is over."""
        self.rounds, self.steps = self.rounds + 1, self.steps + one.steps
        self.checks, self.days = self.checks + one.ground.checks, self.days + one.days
        self.ends += one.ground.happenings.ends

    def lines(self) -> list[str]:
        """What a person reads in the end."""
        ends = (f"    {count:6d}  {end}" for end, count in sorted(self.ends.items()))
        return [
            f"{self.rounds} rounds, {self.steps} steps, {self.days:.0f} days of virtual time",
            f"{self.transfers} transfers; all executions by their ends:",
            *ends,
            f"invariants checked {self.checks} times, broken 0",
        ]


class Round:
    """Steps on one sandbox, all of them decided by a seed."""

    def __init__(self, sandbox: Sandbox, seed: int, tell: Callable[[str], None]) -> None:
        self.seed, self.steps = seed, 0
        self._chance = Random(seed)  # noqa: S311 - the same every time is what is wanted
        self._last: deque[str] = deque(maxlen=LAST_STEPS)
        self._tell = tell
        self.ground = Ground.of(sandbox, self._chance)
        self._begun = sandbox.clock.now

    @property
    def days(self) -> float:
        """Virtual ones so far."""
        return (self.ground.sandbox.clock.now - self._begun) / DAY

    @property
    def executions(self) -> int:
        """How many have ended."""
        return sum(self.ground.happenings.ends.values())

    def run(self, steps: int, is_over: Callable[[], bool] = lambda: False) -> None:
        """Take steps, look after each, and let everybody finish now and then, and in the end.

        Args:
            steps: how many.
            is_over: whether the step that was just taken shall be the last.

        Raises:
            InvariantsBroken: something does not hold.
        """
        for _ in range(steps):
            self._step()
            is_last = self.steps == steps or is_over()
            if is_last or self.steps % STEPS_TO_A_REST == 0:
                self._judge(self.ground.rest(), "everybody finishes")
            if is_last:
                return

    def _step(self) -> None:
        self.steps += 1
        deed = next_deed(self._chance)
        told = f"{deed.name}: it did not end"
        try:
            told = deed.done(self.ground)
        except BaseException as error:
            error.add_note("\n".join(self._how_to_see_it_again()))
            raise
        finally:
            self._note(told)
        self._judge(self.ground.look(), "the look afterwards")

    def _judge(self, broken: list[Broken], when: str) -> None:
        if broken:
            lines = [f"Seed {self.seed}, step {self.steps}, {when}. Broken:", *(f"  {each}" for each in broken)]
            raise InvariantsBroken("\n".join([*lines, *self._how_to_see_it_again()]))

    def _how_to_see_it_again(self) -> list[str]:
        return ["The last steps:", *self._last, f"To see it again: make soak SEED={self.seed} STEPS={self.steps}"]

    def _note(self, told: str) -> None:
        line = f"  {self.steps:4d}  day {self.days:6.2f}  {told}"
        self._last.append(line)
        self._tell(line)


def soak(
    simulator: Simulator,
    length: Length,
    seed: int,
    tell: Callable[[str], None] = lambda _: None,
    progress: Callable[[str], None] = lambda _: None,
) -> Tally:
    """Play rounds until the steps are taken or the time is over; the round of number n has the seed `seed + n`.

    Args:
        simulator: who decides permissions.
        length: when it is over.
        seed: decides everything else.
        tell: is told each step.
        progress: is told each round.

    Raises:
        InvariantsBroken: something does not hold.
    """
    tally, begun = Tally(), perf_counter()

    def is_over() -> bool:
        return perf_counter() - begun > length.minutes * 60

    while (left := length.steps - tally.steps) > 0 and not is_over():
        with Sandbox(permissions=simulator, data=False) as sandbox:
            one = Round(sandbox, seed + tally.rounds, tell)
            one.run(int(min(left, STEPS_OF_A_ROUND)), is_over)
            tally.add(one)
        progress(
            f"seed {one.seed}: {one.steps} steps, {one.days:.0f} days, {one.executions} executions; "
            f"in all {tally.steps} steps, {tally.transfers} transfers, {perf_counter() - begun:.0f} s, broken 0"
        )
    return tally
