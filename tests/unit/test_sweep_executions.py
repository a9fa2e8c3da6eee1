"""The target's books of what is under way, and its sweeper: who is taken back, who is struck off, who is left alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from botocore.exceptions import ClientError

import sweep_executions
from snapferry import aws, waits
from snapferry.state.begun import Begun, BegunWork
from snapferry.target import taking_back

if TYPE_CHECKING:
    from snapferry.state.table import Table

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
MACHINE = "arn:aws:states:eu-west-1:222222222222:stateMachine:snapferry-target-take-back"
CONTEXT: Any = SimpleNamespace(
    invoked_function_arn="arn:aws:lambda:eu-west-1:222222222222:function:sweep",
    function_name="sweep",
    aws_request_id="00000000-0000-4000-8000-000000000001",
)


def begun(name: str, age: timedelta = timedelta(hours=1), **more: Any) -> Begun:
    return Begun(
        execution_arn=f"arn:aws:states:eu-west-1:222222222222:execution:receive:{name}",
        transfer=name.rjust(16, "0"),
        work="receive",
        since=waits.show_time(NOW - age),
        family="instance",
        copy=f"sf-db-{name}",
        **more,
    )


class States:
    """Step Functions, which knows how some executions stand, and takes each name once."""

    def __init__(self, **ends: tuple[str, timedelta | None]) -> None:
        self.started: dict[str, dict[str, Any]] = {}
        self._ends = ends

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        name = executionArn.rpartition(":")[2]
        if name not in self._ends:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist", "Message": ""}}, "DescribeExecution")
        status, ago = self._ends[name]
        return {"status": status} | ({} if ago is None else {"stopDate": NOW - ago})

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:  # noqa: A002, N803 - boto3's
        assert stateMachineArn == MACHINE
        if name in self.started:
            raise ClientError({"Error": {"Code": "ExecutionAlreadyExists", "Message": ""}}, "StartExecution")
        self.started[name] = json.loads(input)


@pytest.fixture
def books(table: Table, monkeypatch: pytest.MonkeyPatch) -> BegunWork:
    books = BegunWork(table)
    monkeypatch.setattr(taking_back, "books", lambda: books)
    monkeypatch.setenv("SNAPFERRY_SIDE", "target")
    monkeypatch.setenv("TAKE_BACK_MACHINE_ARN", MACHINE)
    return books


def sweep(states: States, monkeypatch: pytest.MonkeyPatch, at: datetime = NOW) -> list[str]:
    monkeypatch.setattr(aws, "client", lambda _service: states)
    with time_machine.travel(at, tick=False):
        taken: list[str] = sweep_executions.handler({}, CONTEXT)["taking_back"]
    return taken


@time_machine.travel(NOW, tick=False)
def test_what_is_begun_stands_on_the_books_until_it_is_struck_off(books: BegunWork) -> None:
    naming = {"name": "staging", "aside": None}
    first, second = begun("1", identifier="db-2", naming=naming, question="Restore Requested"), begun("2")
    books.note(first)
    books.note(begun("2", question="Snapshot Shared"))
    books.note(second)  # over what was known before
    assert (books.find(first.execution_arn), books.find(second.execution_arn)) == (first, second)
    assert sorted(books.all(), key=lambda each: each.transfer) == [first, second]
    books.strike(first.execution_arn)
    books.strike(first.execution_arn)
    assert (books.find(first.execution_arn), books.all()) == (None, [second])


MINUTES = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("end", "taken"),
    [
        (("RUNNING", None), False),
        (("PENDING_REDRIVE", None), False),
        (("ABORTED", 9 * MINUTES), False),  # the event may still come
        (("ABORTED", 11 * MINUTES), True),
        (("TIMED_OUT", 11 * MINUTES), True),
        (("FAILED", 11 * MINUTES), True),  # it could not strike itself off
    ],
)
@time_machine.travel(NOW, tick=False)
def test_who_has_ended_badly_a_while_ago_is_taken_back(
    books: BegunWork, monkeypatch: pytest.MonkeyPatch, end: tuple[str, timedelta | None], *, taken: bool
) -> None:
    books.note(begun("1"))
    states = States(**{"1": end})
    assert sweep(states, monkeypatch) == (["0" * 15 + "1"] if taken else [])
    assert [each["copy"] for each in states.started.values()] == (["sf-db-1"] if taken else [])
    assert len(books.all()) == 1  # until it is gone


@pytest.mark.parametrize(("age", "taken"), [(9 * MINUTES, False), (11 * MINUTES, True)])
@time_machine.travel(NOW, tick=False)
def test_whom_step_functions_does_not_know_is_taken_back_unless_it_has_just_begun(
    books: BegunWork, monkeypatch: pytest.MonkeyPatch, age: timedelta, *, taken: bool
) -> None:
    books.note(begun("1", age))
    assert bool(sweep(States(), monkeypatch)) is taken


@time_machine.travel(NOW, tick=False)
def test_who_has_ended_well_is_struck_off(books: BegunWork, monkeypatch: pytest.MonkeyPatch) -> None:
    books.note(begun("1"))
    states = States(**{"1": ("SUCCEEDED", MINUTES)})
    assert (sweep(states, monkeypatch), books.all(), states.started) == ([], [], {})


@time_machine.travel(NOW, tick=False)
def test_it_is_tried_again_an_hour_later_and_not_before(books: BegunWork, monkeypatch: pytest.MonkeyPatch) -> None:
    books.note(begun("1"))
    states = States(**{"1": ("ABORTED", 11 * MINUTES)})
    for later in (0, 59, 60):
        sweep(states, monkeypatch, NOW + later * MINUTES)
    assert len(states.started) == 2
