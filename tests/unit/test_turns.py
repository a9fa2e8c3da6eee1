"""Turns: one execution at a time has a thing, for as long as it runs."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from snapferry.errors import AwsBusy
from snapferry.executions import Standing
from snapferry.state.table import Table
from snapferry.state.turns import Turns

START = datetime(2026, 1, 1, tzinfo=UTC)
DATABASE = "database#arn:aws:rds:eu-west-1:111111111111:db:example-db"


class Executions:
    """What became of each execution; one that is not named here is unknown to Step Functions."""

    def __init__(self, **statuses: str) -> None:
        self.statuses = statuses

    def __call__(self, arn: str) -> Standing:
        return Standing(self.statuses.get(arn), None)


def test_who_runs_keeps_its_turn_and_everybody_else_is_told_who_it_is(table: Table) -> None:
    turns = Turns(table, Executions(one="RUNNING", other="RUNNING"))
    assert turns.holder(DATABASE, besides="other") is None
    assert turns.take(DATABASE, "one") is None
    assert turns.take(DATABASE, "one") is None  # a retry of the same step
    assert turns.take(DATABASE, "other") == "one"
    assert turns.holder(DATABASE, besides="other") == "one"
    assert turns.holder(DATABASE, besides="one") is None


@pytest.mark.parametrize("end", ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
def test_a_turn_ends_with_its_execution(table: Table, end: str) -> None:
    executions = Executions(one="RUNNING", other="RUNNING")
    turns = Turns(table, executions)
    turns.take(DATABASE, "one")
    executions.statuses["one"] = end
    assert turns.holder(DATABASE, besides="other") is None
    assert turns.take(DATABASE, "other") is None
    assert turns.take(DATABASE, "one") == "other"


def test_what_was_done_once_stays_done_and_what_failed_may_be_done_again(table: Table) -> None:
    executions = Executions(one="SUCCEEDED", other="RUNNING")
    turns = Turns(table, executions)
    assert turns.claim(DATABASE, "one") is None
    assert turns.claim(DATABASE, "other") == "one"
    executions.statuses["one"] = "FAILED"
    assert turns.claim(DATABASE, "other") is None


def test_an_execution_that_nobody_knows_yet_keeps_its_turn_for_a_while(table: Table) -> None:
    """DescribeExecution is eventually consistent; later, its machine must have been deleted."""
    turns = Turns(table, Executions(other="RUNNING"))
    with time_machine.travel(START, tick=False):
        turns.take(DATABASE, "unknown")
    with time_machine.travel(START + timedelta(minutes=4), tick=False):
        assert turns.take(DATABASE, "other") == "unknown"
    with time_machine.travel(START + timedelta(minutes=6), tick=False):
        assert turns.take(DATABASE, "other") is None


def test_of_two_that_take_over_at_once_one_gets_it(table: Table) -> None:
    executions = Executions(dead="ABORTED", one="RUNNING", other="RUNNING")
    rival = Turns(table, executions)

    def overtaken(arn: str) -> Standing:
        """Between our look at the dead one and our write, another one takes over."""
        found = executions(arn)
        if arn == "dead":
            assert rival.take(DATABASE, "other") is None
        return found

    Turns(table, executions).take(DATABASE, "dead")
    assert Turns(table, overtaken).take(DATABASE, "one") == "other"
    assert rival.holder(DATABASE, besides="one") == "other"


def test_a_turn_that_nobody_is_seen_to_have_is_nobodys_and_asked_for_again(table: Table) -> None:
    """DynamoDB removes the row of a past turn between our write and our look, and another one writes its own, ..."""
    turns = Turns(table, Executions())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "put_if", lambda *_, **__: False)
        patch.setattr(table, "get", lambda _: None)
        with pytest.raises(AwsBusy, match="changed hands"):
            turns.take(DATABASE, "one")
        with pytest.raises(AwsBusy, match="changed hands"):
            turns.claim(DATABASE, "one")


def test_one_that_has_ended_is_never_said_to_have_it_however_often_it_changes_hands(table: Table) -> None:
    numbers = itertools.count()

    def overtaken(arn: str) -> Standing:
        """Whoever we look at has ended, and the next one has taken over before we write."""
        table.put(f"turn#{DATABASE}", {"execution_arn": f"rival-{next(numbers)}", "taken_at": arn}, lasts=3600)
        return Standing("FAILED", None)

    Turns(table, Executions()).take(DATABASE, "dead")
    with pytest.raises(AwsBusy, match="changed hands"):
        Turns(table, overtaken).claim(DATABASE, "one")
