"""What was left open: which statements of ours nobody stands for, and starting to close once for each attempt."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from snapferry import names
from snapferry.databases.records import Snapshot
from snapferry.leasing import lease
from snapferry.leasing.closing import Open, find_open, start_closing, strays
from snapferry.state.kept import KeptCopy
from snapferry.state.leases import LeaseRecord
from snapferry.transfers import Closing
from tests.unit import policies

if TYPE_CHECKING:
    from snapferry.vocabulary import Family

KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_KEY = KEY.replace("1234abcd", "5678abcd")
OURS, THEIRS = "0123456789abcdef", "fedcba9876543210"
LEASE = policies.lease(THEIRS)
MACHINE = "arn:aws:states:eu-west-1:111111111111:stateMachine:snapferry-source-close-access"
FERRY = "arn:aws:states:eu-west-1:111111111111:stateMachine:snapferry-source-ferry-snapshot"
EXECUTION = f"{FERRY.replace(':stateMachine:', ':execution:')}:first"
LEASED, TAKEN = datetime(2026, 1, 1, 3, tzinfo=UTC), datetime(2026, 1, 1, 1, tzinfo=UTC)
CLOSING = Closing(transfer=OURS, key_arn=KEY, family="cluster", snapshot=None, copy=f"sf-example-db-{OURS}-c")


class States:
    """Step Functions, which knows the names of executions for 90 days."""

    def __init__(self, refusal: str = "ExecutionAlreadyExists") -> None:
        self.started: dict[str, Any] = {}
        self.refusal = refusal

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:  # noqa: A002, N803 - boto3's names
        assert stateMachineArn == MACHINE
        if name in self.started or self.refusal != "ExecutionAlreadyExists":
            raise ClientError({"Error": {"Code": self.refusal, "Message": "No."}}, "StartExecution")
        self.started[name] = json.loads(input)


def policy() -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Sid": "Theirs", "Effect": "Allow"}, *lease.statements(LEASE)]}


def stray_transfers(*, known: list[str], now: str, owned: list[str]) -> list[tuple[str, str]]:
    found = strays({KEY: policy(), OTHER_KEY: {"Statement": []}}, known, now=now, owned=owned)
    return [(each.closing.key_arn, each.closing.transfer) for each in found]


def test_a_statement_that_no_lease_stands_for_is_a_stray() -> None:
    assert stray_transfers(known=[OURS], now="2000-01-01T00:00:00Z", owned=[KEY]) == [(KEY, THEIRS)]


def test_one_that_the_books_know_is_none() -> None:
    assert stray_transfers(known=[THEIRS], now="2000-01-01T00:00:00Z", owned=[KEY]) == []


def test_on_a_key_of_several_stacks_another_ones_lease_stands_until_it_has_ended() -> None:
    assert stray_transfers(known=[], now="2000-01-01T00:00:00Z", owned=[]) == []
    assert stray_transfers(known=[], now=LEASE.ends, owned=[]) == [(KEY, THEIRS)]


def test_an_attempt_is_started_once_however_often_it_is_asked_for() -> None:
    states = States()
    assert [start_closing(cast("Any", states), MACHINE, CLOSING, 0) for _ in range(2)] == [True, False]
    assert start_closing(cast("Any", states), MACHINE, CLOSING, 7)
    assert sorted(states.started) == [f"{OURS}-close-0", f"{OURS}-close-7"]
    assert states.started[f"{OURS}-close-0"]["copy"] == CLOSING.copy


def test_that_it_cannot_be_started_is_told() -> None:
    """The event is then tried again, and the sweeper's alarm goes off."""
    with pytest.raises(ClientError, match="AccessDeniedException"):
        start_closing(cast("Any", States("AccessDeniedException")), MACHINE, CLOSING, 0)


def left_open(
    *,
    leases: list[LeaseRecord] | None = None,
    snapshots: list[Snapshot] | None = None,
    kept: list[KeptCopy] | None = None,
) -> dict[str, Open]:
    return find_open(leases or [], snapshots or [], kept or [], machine_arn=FERRY, key_arn=OTHER_KEY)


def leased(transfer: str = OURS, *, copy: str = CLOSING.copy or "", family: "Family" = "cluster") -> LeaseRecord:
    return LeaseRecord(
        transfer=transfer,
        execution_arn=EXECUTION,
        key_arn=KEY,
        copy_arn=arn_of(copy, family),
        target_account="222222222222",
        ends="2026-01-03T00:00:00Z",
        opened_at="2026-01-01T03:00:00Z",
        fingerprint="f",
    )


def snapshot(name: str, *, transfer: str = OURS, execution: str = EXECUTION) -> Snapshot:
    """A cluster's, with these tags."""
    return Snapshot(
        identifier=name,
        arn=arn_of(name, "cluster"),
        family="cluster",
        status="available",
        percent=100,
        kind="manual",
        engine="aurora-mysql",
        engine_version="8.0",
        gigabytes=1,
        encryption="sse-kms",
        key_arn=KEY,
        port=3306,
        master_username="master",
        tags=names.tags(transfer, execution),
        created=TAKEN,
    )


def arn_of(name: str, family: str) -> str:
    return f"arn:aws:rds:eu-west-1:111111111111:{'cluster-snapshot' if family == 'cluster' else 'snapshot'}:{name}"


FRESH, COPY = f"sf-example-db-{OURS}", f"sf-example-db-{OURS}-c"


@pytest.mark.parametrize("family", ["cluster", "instance"])
def test_a_lease_is_open_and_so_is_the_copy_that_it_is_for(family: "Family") -> None:
    """Even with no snapshot to be seen: somebody may have deleted it."""
    found = left_open(leases=[leased(family=family)])
    closing = Closing(transfer=OURS, key_arn=KEY, family=family, snapshot=None, copy=COPY)
    assert found == {OURS: Open(closing=closing, execution_arn=EXECUTION, since=LEASED)}


def test_snapshots_of_ours_are_open_without_a_lease_too() -> None:
    """The transfer has died before its lease, which would have been on the stack's key."""
    found = left_open(snapshots=[snapshot(FRESH), snapshot(COPY)])
    closing = Closing(transfer=OURS, key_arn=OTHER_KEY, family="cluster", snapshot=FRESH, copy=COPY)
    assert found == {OURS: Open(closing=closing, execution_arn=EXECUTION, since=TAKEN)}


@pytest.mark.parametrize("snapshots", [[FRESH, COPY], [COPY, FRESH]])
def test_a_lease_and_its_snapshots_are_one_transfer_on_the_leases_key(snapshots: list[str]) -> None:
    found = left_open(leases=[leased()], snapshots=[snapshot(name) for name in snapshots])
    closing = Closing(transfer=OURS, key_arn=KEY, family="cluster", snapshot=FRESH, copy=COPY)
    assert found == {OURS: Open(closing=closing, execution_arn=EXECUTION, since=TAKEN)}


def test_each_transfer_is_closed_by_itself() -> None:
    theirs = f"sf-example-db-{THEIRS}"
    other = snapshot(theirs, transfer=THEIRS)
    found = left_open(leases=[leased()], snapshots=[snapshot(COPY), other])
    assert {transfer: (each.closing.snapshot, each.closing.copy) for transfer, each in found.items()} == {
        OURS: (None, COPY),
        THEIRS: (theirs, None),
    }


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(snapshot("before-the-migration"), id="another name"),
        pytest.param(snapshot(f"sf-example-db-{THEIRS}"), id="another transfer's name"),
        pytest.param(snapshot(f"copy-of-sf-example-db-{OURS}"), id="our name within another"),
        pytest.param(snapshot(FRESH, transfer=""), id="no transfer's tag"),
        pytest.param(snapshot(FRESH, execution=""), id="no execution's tag"),
        pytest.param(snapshot(FRESH, execution=f"{EXECUTION.replace('-source-', '-other-')}"), id="another stack's"),
        pytest.param(
            snapshot(FRESH, execution=EXECUTION.replace("ferry-snapshot", "ferry-snapshot-2")), id="a longer name"
        ),
    ],
)
def test_what_is_not_provably_ours_is_not_touched(other: Snapshot) -> None:
    assert left_open(snapshots=[other]) == {}
    assert left_open(leases=[leased()], snapshots=[other]) == left_open(leases=[leased()])


def test_a_kept_copy_stays_and_the_fresh_snapshot_of_its_transfer_goes() -> None:
    copy = KeptCopy(
        transfer=OURS,
        identifier=COPY,
        arn=arn_of(COPY, "cluster"),
        family="cluster",
        database="example-db",
        until="2026-01-02T00:00:00Z",
    )
    found = left_open(snapshots=[snapshot(FRESH), snapshot(COPY)], kept=[copy])
    assert (found[OURS].closing.snapshot, found[OURS].closing.copy) == (FRESH, None)
    assert left_open(snapshots=[snapshot(COPY)], kept=[copy]) == {}


def test_a_copy_that_another_transfer_has_started_from_is_that_ones_to_close() -> None:
    """It carries the tags of the one that made it; the lease says who holds it now."""
    found = left_open(leases=[leased(THEIRS)], snapshots=[snapshot(COPY)])
    assert list(found) == [THEIRS]
    assert found[THEIRS].closing.copy == COPY
