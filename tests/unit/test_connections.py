"""The published connection: what serves, what did, and that nothing of it is lost on the way."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapferry.target.connections import Connection, Replaced, Serving

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEEP = timedelta(hours=72)


def serving(number: int) -> Serving:
    return Serving(
        identifier=f"example-db-{number}",
        arn=f"arn:aws:rds:eu-west-1:222222222222:cluster:example-db-{number}",
        resource_id=f"cluster-{number}",
        family="cluster",
        endpoint="127.0.0.1",
        port=3306,
        engine="aurora-mysql",
        master_username="master",
        secret_arn=f"arn:aws:secretsmanager:eu-west-1:222222222222:secret:rds!cluster-{number}",
        since="2025-12-31T00:00:00Z",
    )


def after(numbers: list[int]) -> Connection:
    """A connection under which these databases have served, one after the other."""
    connection = Connection(serving(numbers[0]))
    for number in numbers[1:]:
        connection = connection.switched(serving(number), keep=KEEP, now=NOW)
    return connection


HISTORIES = st.lists(st.integers(1, 5), min_size=1, max_size=8).map(after)


@given(HISTORIES, st.integers(1, 5))
def test_a_switch_loses_no_database_and_names_each_once(connection: Connection, number: int) -> None:
    switched = connection.switched(serving(number), keep=KEEP, now=NOW)
    assert switched.now.identifier == f"example-db-{number}"
    known = [switched.now.arn, *(each.serving.arn for each in switched.previous)]
    assert len(known) == len(set(known))
    before = {connection.now.arn, *(each.serving.arn for each in connection.previous)}
    assert set(known) == before | {switched.now.arn}


@given(HISTORIES, st.integers(1, 5))
def test_a_switch_that_is_repeated_changes_nothing_more(connection: Connection, number: int) -> None:
    switched = connection.switched(serving(number), keep=KEEP, now=NOW)
    assert switched.switched(serving(number), keep=KEEP, now=NOW + KEEP) == switched


@given(HISTORIES)
def test_going_back_twice_is_where_one_was(connection: Connection) -> None:
    if not connection.previous:
        return
    back = connection.switched(connection.previous[0].serving, keep=KEEP, now=NOW)
    assert back.previous[0] == Replaced(connection.now, "2026-01-04T00:00:00Z")
    forth = back.switched(back.previous[0].serving, keep=KEEP, now=NOW)
    assert forth.now == connection.now
    assert [each.serving for each in forth.previous] == [each.serving for each in connection.previous]


@given(HISTORIES)
def test_it_is_read_as_it_was_written(connection: Connection) -> None:
    assert Connection.read(connection.as_json()) == connection


@given(HISTORIES)
def test_what_is_gone_is_forgotten_and_nothing_else(connection: Connection) -> None:
    gone = [each.serving.resource_id for each in connection.previous[::2]]
    left = connection.without(gone)
    assert left.now == connection.now
    assert left.previous == connection.previous[1::2]


@pytest.mark.parametrize("text", ["{}", "[]", "postgres://somewhere", '{"identifier": "x", "previous": []}'])
def test_what_is_no_connection_is_not_taken_for_one(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Connection.read(text)
