"""Executions that run: named, waited for, or stopped."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from commands import words
from commands.account import Account, time_of
from commands.screen import Screen

LOOK: Final = 15
"""Seconds between two looks."""
_ENTERED: Final = "StateEntered"
_STOPPED: Final = "StoppedToDeleteTheStack"


@dataclass(frozen=True)
class Run:
    """One execution that runs."""

    arn: str
    began: datetime
    asked: datetime
    """AWS's time when it was listed."""

    @property
    def name(self) -> str:
        """The machine's and the execution's names."""
        return "/".join(self.arn.split(":")[6:8])

    def told(self, state: str) -> str:
        """Return how long it has run, and in which state it is."""
        since = words.length((self.asked - self.began).total_seconds())
        return f"for {since}, at {state}" if state else f"for {since}"


def running(account: Account, machines: Iterable[str]) -> list[Run]:
    """Return the executions of these machines that run."""
    states = account.client("stepfunctions")
    found = []
    for machine in machines:
        for page in states.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING"):
            asked = time_of(page)
            found += [Run(one["executionArn"], one["startDate"], asked) for one in page["executions"]]
    return found


def state_of(account: Account, arn: str) -> str:
    """Return the state that an execution has entered last; empty if it has entered none."""
    history = account.client("stepfunctions").get_execution_history(executionArn=arn, reverseOrder=True, maxResults=50)
    events: list[dict[str, Any]] = history["events"]
    return next((one["stateEnteredEventDetails"]["name"] for one in events if one["type"].endswith(_ENTERED)), "")


def stop(account: Account, runs: Iterable[Run], why: str) -> None:
    """Stop executions; the closers hear of it."""
    for each in runs:
        account.client("stepfunctions").stop_execution(executionArn=each.arn, error=_STOPPED, cause=why)


def wait(account: Account, machines: Iterable[str], screen: Screen, at_each_look: Callable[[list[Run]], None]) -> None:
    """Wait until none of these machines has an execution that runs; say which do, and where they are."""
    machines = list(machines)
    with screen.now() as now:
        while runs := running(account, machines):
            at_each_look(runs)
            told = [each.told(state_of(account, each.arn)) for each in runs]
            now.tell(f"waiting for {', '.join(each.name for each in runs)}", f"({'; '.join(told)})")
            account.pause(LOOK)
