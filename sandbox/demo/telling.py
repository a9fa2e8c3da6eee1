"""Tells a running transfer: a line for each state, one for each long work that ends, and the present below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sandbox.accounts import ACCOUNTS, SOURCE
from sandbox.demo.words import clock_time, duration, elapsed, shortened

if TYPE_CHECKING:
    from sandbox.demo.screen import Screen
    from sandbox.demo.watch import Watch, Work
    from sandbox.interpreter import StateEvent

# Choices, passes and ends do no work of their own.
TOLD = ("TaskStateEntered", "ParallelStateEntered", "WaitStateEntered", "FailStateEntered")
MINUTE = 60.0
LONG = MINUTE  # shorter work is not worth a line
COLOURS = {SOURCE.profile: "cyan", "target": "magenta"}
_TIME, _WHO, _STATE = 11, 23, 33  # columns


class Telling:
    """Listens to executions (`Sandbox.on_state`) and writes what happens on a screen."""

    def __init__(self, screen: Screen, watch: Watch) -> None:
        self._screen = screen
        self._watch = watch
        self._begun = watch.stage.sandbox.clock.now
        self._looked_at = -1.0
        self._told: set[tuple[str, str]] = set()
        self.transitions = 0
        """States entered, in both accounts."""

    def begin(self) -> None:
        """Write the head of the lines to come."""
        self._screen.say((f"  {'time':<8} {'who':<{_WHO}} {'state':<{_STATE}}target has", "dim"))

    def hear(self, event: StateEvent) -> None:
        """Take in one event of an execution."""
        told = self._look(event.time)
        if event.kind == "entered":
            self.transitions += 1
            key = (event.machine, event.state)
            if event.type in TOLD and key not in self._told:
                self._told.add(key)
                self._tell_state(event)
                told = True
        self._screen.draw(self._present(), now=told)

    def _look(self, now: float) -> bool:
        """Look at both accounts, once for each moment; True if there was something to tell."""
        if now == self._looked_at:
            return False
        self._looked_at = now
        done = [work for work in self._watch.look() if now - work.begun >= LONG]
        for work in done:
            self._tell_work(work, now - work.begun)
        return bool(done)

    def _tell_state(self, event: StateEvent) -> None:
        account = next(one for one in ACCOUNTS if one.id == event.account)
        machine = event.machine.removeprefix(f"snapferry-{account.profile}-").replace("-", "_")
        access = self._watch.access
        self._screen.say(
            self._time(),
            (f"{account.profile + ' ' + machine:<{_WHO}} ", COLOURS[account.profile]),
            f"{event.state:<{_STATE}}",
            (str(access), "bold red" if access.any else "green"),
        )

    def _tell_work(self, work: Work, took: float) -> None:
        minutes = f"{round(took / MINUTE)} min"
        what = f"{minutes:<6}  {work.status} {work.what}"
        who = f"{work.account.profile} RDS  "
        room = self._screen.width - len(who) - _TIME
        self._screen.say(self._time(), (who, COLOURS[work.account.profile]), (shortened(what, room), "dim"))

    def _time(self) -> tuple[str, str]:
        since = elapsed(self._watch.stage.sandbox.clock.now - self._begun)
        return f"  {since:<8} ", "dim"

    def _present(self) -> Group:
        now = self._watch.stage.sandbox.clock.now
        access = self._watch.access
        state = Text.assemble(
            (f"  {clock_time(now)}", "bold"),
            (f"   {elapsed(now - self._begun)} since the start", "dim"),
        )
        doors = Text.assemble(
            "  the target's access:  key policy ",
            _door(access.key),
            "   restore attribute ",
            _door(access.share),
        )
        return Group(Rule(style="dim"), state, doors, *(self._bar(work, now) for work in self._watch.works))

    def _bar(self, work: Work, now: float) -> Table:
        row = Table.grid(padding=(0, 1), expand=True)
        row.add_column(width=1)
        row.add_column(no_wrap=True, ratio=1)
        row.add_column(width=20)
        row.add_column(width=5, justify="right")
        row.add_column(width=12, justify="right")
        name = Text(f"{work.status} {work.what}", style=COLOURS[work.account.profile], overflow="ellipsis")
        pulse = work.percent is None
        bar = ProgressBar(total=100, completed=work.percent or 0, pulse=pulse, animation_time=(now - work.begun) / 300)
        percent = "" if work.percent is None else f"{work.percent} %"
        row.add_row("", name, bar, percent, Text(duration(now - work.begun), style="dim"))
        return row


def _door(is_open: bool) -> tuple[str, str]:  # noqa: FBT001 - it is what is drawn
    return ("● open", "bold red") if is_open else ("○ closed", "green")
