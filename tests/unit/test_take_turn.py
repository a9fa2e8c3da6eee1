"""The state that takes a database's turn: who waits does so until its deadline, and looks more and more rarely."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import time_machine

import take_turn
from snapferry import turns
from snapferry.errors import AnotherTransferRuns
from snapferry.waits import parse_time

BODY = json.loads((Path(__file__).parents[2] / "events" / "take_turn.json").read_text(encoding="utf-8"))
CONTEXT: Any = SimpleNamespace(
    invoked_function_arn="arn:aws:lambda:eu-west-1:111111111111:function:take-turn",
    function_name="take-turn",
    aws_request_id="00000000-0000-4000-8000-000000000001",
)
STARTED = parse_time(BODY["plan"]["started_at"])
DEADLINE = parse_time(BODY["plan"]["deadline"])


class Taken:
    """Somebody else has the turn."""

    def take(self, _thing: str, _execution: str) -> str:
        return "another-execution"


@pytest.fixture(autouse=True)
def taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "of_stack", lambda: cast("Any", Taken()))
    monkeypatch.setenv("SNAPFERRY_SIDE", "source")


def asked(overlap: str, at: datetime) -> dict[str, Any]:
    with time_machine.travel(at.astimezone(UTC), tick=False):
        return take_turn.handler({"plan": {**BODY["plan"], "overlap": overlap}}, CONTEXT)


def test_who_does_not_wait_is_refused() -> None:
    with pytest.raises(AnotherTransferRuns, match="another-execution carries example-db already"):
        asked("refuse", STARTED)


def test_who_waits_looks_more_and_more_rarely_and_soon_after_the_deadline() -> None:
    pauses = [asked("wait", STARTED + timedelta(hours=hours))["wait_seconds"] for hours in (0, 2, 40, 47.9)]
    assert pauses == [60, 213, 4317, 360]


def test_who_waits_is_told_why_and_at_the_deadline_no_more() -> None:
    assert asked("wait", DEADLINE - timedelta(seconds=1))["reason"] == "execution another-execution carries it"
    with pytest.raises(AnotherTransferRuns, match="when this transfer's deadline had passed"):
        asked("wait", DEADLINE)
