"""Retention: what may be deleted, and above all what never."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from snapferry.databases.records import Snapshot
from snapferry.names import DATABASE_TAG, TRANSFER_TAG
from snapferry.target.connections import Connection, Replaced, Serving
from snapferry.target.retention import CopyRules, outdated_copies, outdated_databases
from snapferry.waits import show_time

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ARNS = [f"arn:aws:rds:eu-west-1:222222222222:cluster:example-db-{number}" for number in range(6)]

DATABASES = st.sampled_from(["arn:aws:rds:eu-west-1:111111111111:cluster:one", "arn:aws:rds:eu-west-1:333:cluster:one"])


@st.composite
def copies(draw: st.DrawFn) -> list[Snapshot]:
    return [
        Snapshot(
            identifier=f"sf-one-{number}",
            arn=f"arn:aws:rds:eu-west-1:222222222222:cluster-snapshot:sf-one-{number}",
            family="cluster",
            status=draw(st.sampled_from(["available", "available", "copying", "failed"])),
            percent=None,
            kind="manual",
            engine="aurora-mysql",
            engine_version="8.0",
            gigabytes=1,
            encryption="sse-kms",
            key_arn=None,
            port=3306,
            master_username="master",
            tags=draw(st.just({}) | DATABASES.map(lambda arn: {TRANSFER_TAG: "0" * 16, DATABASE_TAG: arn})),
            created=draw(st.none() | st.integers(0, 100).map(lambda days: NOW - timedelta(days=days))),
            database="one",
        )
        for number in range(draw(st.integers(0, 8)))
    ]


RULES = st.builds(CopyRules, st.integers(0, 4), st.integers(0, 60).map(lambda days: timedelta(days=days)))


@given(copies(), RULES)
def test_of_each_database_the_newest_good_copies_stay(there: list[Snapshot], rules: CopyRules) -> None:
    gone = {each.arn for each in outdated_copies(there, rules, now=NOW)}
    for database in {each.tags.get(DATABASE_TAG) for each in there} - {None}:
        good = [each for each in there if each.tags.get(DATABASE_TAG) == database and each.status == "available"]
        dated = sorted((each.created for each in good if each.created), reverse=True)
        left = sorted((each.created for each in good if each.created and each.arn not in gone), reverse=True)
        newest = max(1, rules.count)
        assert left[:newest] == dated[:newest]


@given(copies(), RULES)
def test_only_tagged_copies_beyond_their_age_go_and_all_of_these(there: list[Snapshot], rules: CopyRules) -> None:
    gone = list(outdated_copies(there, rules, now=NOW))
    for each in gone:
        assert TRANSFER_TAG in each.tags
        assert each.created is not None
        assert NOW - each.created > rules.age
    again = [each for each in there if each not in gone]
    assert not list(outdated_copies(again, rules, now=NOW))


def serving(arn: str) -> Serving:
    return Serving(
        identifier=arn.rsplit(":", 1)[1],
        arn=arn,
        resource_id=arn,
        family="cluster",
        endpoint="127.0.0.1",
        port=3306,
        engine="aurora-mysql",
        master_username="master",
        secret_arn="arn",
        since=show_time(NOW),
    )


REPLACED = st.builds(
    Replaced,
    st.sampled_from(ARNS).map(serving),
    st.integers(-50, 50).map(lambda hours: show_time(NOW + timedelta(hours=hours))),
)
CONNECTIONS = st.dictionaries(
    st.sampled_from(["/snapferry/a/connection", "/snapferry/b/connection"]),
    st.builds(Connection, st.sampled_from(ARNS).map(serving), st.lists(REPLACED, max_size=4).map(tuple)),
)


@given(CONNECTIONS, st.frozensets(st.sampled_from(ARNS)))
def test_no_database_goes_that_serves_or_is_still_kept(
    connections: dict[str, Connection], well: frozenset[str]
) -> None:
    serve = {connection.now.arn for connection in connections.values()}
    for outdated in outdated_databases(connections, well, now=NOW):
        connection = connections[outdated.parameter]
        assert outdated.serving.arn not in serve
        assert connection.now.arn in well
        assert any(each.serving == outdated.serving and each.until <= show_time(NOW) for each in connection.previous)


@given(CONNECTIONS)
def test_nothing_goes_while_what_serves_is_not_well(connections: dict[str, Connection]) -> None:
    assert not list(outdated_databases(connections, frozenset(), now=NOW))
