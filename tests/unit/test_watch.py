"""Looking at RDS's work: ready, broken, too slow, cannot look; and everything else is a wait."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import look_at_database as handler_module
from snapferry.databases import Database, Member, Secret, Snapshot, Snapshots
from snapferry.databases.family import RestorePlan
from snapferry.databases.watch import READY, look_at_database, look_at_snapshot
from snapferry.errors import (
    DatabaseFailed,
    DatabaseTooSlow,
    GiveUp,
    SnapshotFailed,
    SnapshotNotFound,
    SnapshotTooSlow,
)
from snapferry.waits import Span

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
DEADLINE = BEGUN + timedelta(hours=48)
IN_TIME = Span(BEGUN, DEADLINE, BEGUN + timedelta(hours=1))
TOO_LATE = Span(BEGUN, DEADLINE, DEADLINE)
ARN = "arn:aws:rds:eu-west-1:111111111111:snapshot:sf-1"
BROKEN_SNAPSHOT = ["failed", "deleting", "deleted", "incompatible-restore"]
BROKEN_DATABASE = [
    "failed",
    "restore-error",
    "storage-full",
    "deleting",
    "incompatible-network",
    "inaccessible-encryption-credentials-recoverable",
]
UNKNOWN = st.text().filter(lambda word: word not in READY | {*BROKEN_SNAPSHOT, *BROKEN_DATABASE})


def snapshots(status: str | None, percent: int | None = 40) -> Snapshots:
    """One snapshot of this status; None for none at all."""
    found = status and Snapshot(
        identifier="sf-1",
        arn=ARN,
        family="instance",
        status=status,
        percent=percent,
        kind="manual",
        engine="postgres",
        engine_version="17.4",
        gigabytes=20,
        encryption="sse-kms",
        key_arn="key",
        port=5432,
        master_username="admin",
        tags={},
    )
    return cast("Snapshots", SimpleNamespace(find=lambda _name: found))


def database(status: str = "available", **more: Any) -> Database:
    known: dict[str, Any] = {
        "identifier": "example-db-2",
        "arn": "arn:aws:rds:eu-west-1:222222222222:cluster:example-db-2",
        "family": "cluster",
        "engine": "aurora-mysql",
        "engine_version": "8.0",
        "gigabytes": 0,
        "encryption": "sse-kms",
        "key_arn": "key",
        "port": 3306,
        "endpoint": None,
        "master_username": "admin",
    }
    return Database(**known | {"status": status} | more)


def family(*found: Database | None) -> Any:
    """A family that shows one of these after the other."""
    rest = list(found)
    return SimpleNamespace(find=lambda _name: rest.pop(0) if len(rest) > 1 else rest[0])


def test_a_snapshot_that_is_ready_ends_the_wait_however_late() -> None:
    assert look_at_snapshot(snapshots("available"), "sf-1", TOO_LATE).ready


@pytest.mark.parametrize("status", BROKEN_SNAPSHOT)
def test_a_broken_snapshot_is_no_wait(status: str) -> None:
    with pytest.raises(SnapshotFailed, match=f"RDS reports {status}"):
        look_at_snapshot(snapshots(status), "sf-1", IN_TIME)


def test_a_snapshot_that_is_too_slow_tells_how_far_it_came() -> None:
    with pytest.raises(SnapshotTooSlow, match="still copying at 40%"):
        look_at_snapshot(snapshots("copying"), "sf-1", TOO_LATE)


def test_a_snapshot_that_vanished_is_told_but_not_in_its_first_minute() -> None:
    young = Span(BEGUN, DEADLINE, BEGUN + timedelta(seconds=30))
    assert not look_at_snapshot(snapshots(None), "sf-1", young).ready
    with pytest.raises(SnapshotNotFound):
        look_at_snapshot(snapshots(None), "sf-1", IN_TIME)


@given(UNKNOWN)
def test_a_status_that_nobody_knows_is_waited_for_until_the_deadline(status: str) -> None:
    look = look_at_snapshot(snapshots(status or "x"), "sf-1", IN_TIME)
    assert not look.ready
    assert look.wait_seconds >= 20
    with pytest.raises(SnapshotTooSlow):
        look_at_snapshot(snapshots(status or "x"), "sf-1", TOO_LATE)


@pytest.mark.parametrize("status", sorted(READY))
def test_a_database_that_can_be_used_is_ready(status: str) -> None:
    assert look_at_database(family(database(status)), "example-db-2", TOO_LATE, secured=False).ready


@pytest.mark.parametrize("status", BROKEN_DATABASE)
def test_a_broken_database_or_member_is_no_wait(status: str) -> None:
    broken_member = (Member(identifier="example-db-2-1", status=status, instance_class="db.r6g.large"),)
    for found in (database(status), database(members=broken_member)):
        with pytest.raises(DatabaseFailed, match=f"RDS reports {status}"):
            look_at_database(family(found), "example-db-2", IN_TIME, secured=False)


@given(UNKNOWN.filter(lambda status: not status.startswith(("incompatible-", "inaccessible-"))))
def test_a_databases_unknown_status_is_waited_for_until_the_deadline(status: str) -> None:
    statuses = {"cloning-failed", "insufficient-capacity", "migration-failed", "stopped", "upgrade_failed"}
    found = family(database(status if status not in statuses else "creating"))
    assert not look_at_database(found, "example-db-2", IN_TIME, secured=False).ready
    with pytest.raises(DatabaseTooSlow):
        look_at_database(found, "example-db-2", TOO_LATE, secured=False)


def test_a_database_that_vanished_is_told_but_not_in_its_first_minute() -> None:
    young = Span(BEGUN, DEADLINE, BEGUN + timedelta(seconds=30))
    assert not look_at_database(family(None), "example-db-2", young, secured=False).ready
    with pytest.raises(DatabaseFailed, match="gone"):
        look_at_database(family(None), "example-db-2", IN_TIME, secured=False)


@pytest.mark.parametrize(
    ("change", "busy_with"),
    [
        ({"members": (Member(identifier="m", status="creating", instance_class="c"),)}, "creating"),
        ({"pending": True}, "applying changes"),
        ({"secret": None}, "secret missing"),
        ({"secret": Secret(arn="arn", status="creating", key_arn=None)}, "secret creating"),
    ],
)
def test_available_is_not_ready_while_something_of_it_is_under_way(change: dict[str, Any], busy_with: str) -> None:
    whole: dict[str, Any] = {"secret": Secret(arn="arn", status="active", key_arn="key")}
    look = look_at_database(family(database(**whole | change)), "example-db-2", IN_TIME, secured=True)
    assert (look.ready, look.status) == (False, busy_with)
    assert look_at_database(family(database(**whole)), "example-db-2", IN_TIME, secured=True).ready


def test_the_secret_counts_only_once_it_was_asked_for() -> None:
    assert look_at_database(family(database()), "example-db-2", IN_TIME, secured=False).ready


@pytest.mark.parametrize("error", [SnapshotFailed, SnapshotTooSlow, SnapshotNotFound, DatabaseFailed, DatabaseTooSlow])
def test_no_retry_follows_an_end(error: type[Exception]) -> None:
    assert issubclass(error, GiveUp)


CONTEXT: Any = SimpleNamespace(
    function_name="look-at-database",
    invoked_function_arn="arn:aws:lambda:eu-west-1:222222222222:function:look-at-database",
    aws_request_id="00000000-0000-4000-8000-000000000001",
)


def looks(monkeypatch: pytest.MonkeyPatch, *found: Database) -> list[bool]:
    """Whether each of a row of looks by the function says ready, as the machine would have them."""
    known = family(*found)
    monkeypatch.setattr(handler_module, "family_of", lambda _rds, _family: known)
    monkeypatch.setattr("snapferry.aws.client", lambda _service: None)
    monkeypatch.setenv("SNAPFERRY_SIDE", "target")
    plan = dict.fromkeys(RestorePlan.__dataclass_fields__, "") | {"deadline": "2999-01-01T00:00:00Z"}
    event = {"plan": plan, "begun": "2026-01-01T00:00:00Z", "secured": False, "seen_ready": False}
    seen = []
    for _ in found:
        result = handler_module.handler(event, CONTEXT)
        event["seen_ready"] = result["seen_ready"]
        assert result["ready"] or result["wait_seconds"] >= 20
        seen.append(result["ready"])
    return seen


def test_ready_means_twice_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    up, busy = database(), database("modifying")
    assert looks(monkeypatch, up, up) == [False, True]
    assert looks(monkeypatch, busy, up, busy, up, up) == [False, False, False, False, True]
