"""What an execution has done since it was last looked at."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from commands.account import Account, time_of

_PAGE: Final = 200
_ENTERED: Final = "StateEntered"
_EXITED: Final = "TaskStateExited"
_SILENT: Final = ("ChoiceStateEntered", "WaitStateEntered", "PassStateEntered")
_PLANNING: Final = "Plan the transfer"


@dataclass(frozen=True, slots=True)
class Entered:
    """A state that the execution came to."""

    name: str
    at: datetime
    quiet: bool
    """A choice, a wait: nothing is done in it."""


@dataclass
class History:
    """Reads an execution's events, each once."""

    account: Account
    arn: str
    plan: dict[str, Any] | None = None
    """What "Plan the transfer" has found out, once it has."""
    now: datetime | None = None
    """AWS's time of the last look."""
    _seen: int = field(default=0)

    def look(self) -> list[Entered]:
        """Return the states that were entered since the last look, oldest first."""
        events = self._new_events()
        for event in events:
            self._seen = max(self._seen, event["id"])
            if event["type"] == _EXITED and event["stateExitedEventDetails"]["name"] == _PLANNING:
                self.plan = _plan_in(event["stateExitedEventDetails"].get("output", "{}"))
        return [
            Entered(event["stateEnteredEventDetails"]["name"], event["timestamp"], event["type"] in _SILENT)
            for event in events
            if event["type"].endswith(_ENTERED)
        ]

    def _new_events(self) -> list[dict[str, Any]]:
        """The latest first, until one that is known."""
        found: list[dict[str, Any]] = []
        pages = self.account.client("stepfunctions").get_paginator("get_execution_history")
        for page in pages.paginate(executionArn=self.arn, reverseOrder=True, maxResults=_PAGE):
            self.now = time_of(page)
            fresh = [event for event in page["events"] if event["id"] > self._seen]
            found += fresh
            if len(fresh) < len(page["events"]):
                break
        return found[::-1]


def _plan_in(output: str) -> dict[str, Any] | None:
    """The function's plan, out of Lambda's answer."""
    told = json.loads(output)
    payload = told.get("Payload", told) if isinstance(told, dict) else {}
    plan = payload.get("plan", payload) if isinstance(payload, dict) else None
    return plan if isinstance(plan, dict) and "transfer" in plan else None
