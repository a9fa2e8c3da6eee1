"""Names: each one that we make has to please RDS, whatever the database is called."""

import random
import re
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from snapferry import names

DATABASES = st.from_regex(r"[a-zA-Z](-?[a-zA-Z0-9]){0,62}", fullmatch=True).filter(lambda name: len(name) <= 63)
TRANSFERS = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
ARN = "arn:aws:states:eu-west-1:111111111111:execution:ferry:first"


def pleases_rds(name: str) -> bool:
    """RDS's rule for a cluster's snapshot, the strictest of all (aws-facts 2.1)."""
    return (
        1 <= len(name) <= 63
        and re.fullmatch(r"[a-z][a-z0-9-]*", name) is not None
        and "--" not in name
        and not name.endswith("-")
    )


@given(DATABASES, TRANSFERS)
def test_both_snapshots_have_names_that_rds_takes_and_that_differ(database: str, transfer: str) -> None:
    snapshot, copy = names.snapshot_name(database, transfer), names.copy_name(database, transfer)
    assert pleases_rds(snapshot)
    assert pleases_rds(copy)
    assert snapshot != copy
    assert snapshot.startswith("sf-")  # the roles may touch nothing else
    assert copy.startswith("sf-")


def test_ten_thousand_databases_and_transfers_get_names_that_please_rds_and_meet_never() -> None:
    chance = random.Random(2026)  # noqa: S311 - nothing secret
    seen: dict[str, tuple[str, str]] = {}
    for _ in range(10_000):
        database, transfer = a_database(chance), f"{chance.getrandbits(64):016x}"
        for name in (names.snapshot_name(database, transfer), names.copy_name(database, transfer)):
            assert pleases_rds(name), (database, transfer)
            assert names.is_of(name, transfer)
            assert seen.setdefault(name, (database, transfer)) == (database, transfer)
        assert names.snapshot_name(database, transfer) == names.snapshot_name(database.swapcase(), transfer)
    assert len(seen) == 2 * 10_000


def a_database(chance: random.Random) -> str:
    """A name that RDS takes, with hyphens wherever they may stand: most of all around where long names are cut."""
    letters = [chance.choice(string.ascii_letters)]
    length = chance.choice([1, 2, chance.randint(3, 63), chance.randint(38, 43), 63])
    while len(letters) < length:
        hyphen = letters[-1] != "-" and len(letters) < length - 1 and chance.random() < chance.choice([0.1, 0.9])
        letters.append("-" if hyphen else chance.choice(string.ascii_letters + string.digits))
    name = "".join(letters)
    assert names.is_database_name(name)
    return name


@pytest.mark.parametrize(
    ("snapshot", "transfer", "ours"),
    [
        ("sf-orders-0123456789abcdef", "0123456789abcdef", True),
        ("sf-orders-0123456789abcdef-c", "0123456789abcdef", True),
        ("sf-orders-0123456789abcdef-d", "0123456789abcdef", False),
        ("sf-orders-0123456789abcdef", "fedcba9876543210", False),
        ("sf-orders", "", False),
        ("orders-0123456789abcdef", "0123456789abcdef", False),
        ("rds:sf-orders-0123456789abcdef", "0123456789abcdef", False),
    ],
)
def test_whose_a_snapshot_is_by_its_name(snapshot: str, transfer: str, ours: object) -> None:
    assert names.is_of(snapshot, transfer) is ours


@given(DATABASES, TRANSFERS, TRANSFERS)
def test_a_name_follows_from_its_transfer_alone(database: str, one: str, other: str) -> None:
    assert names.copy_name(database, one) == names.copy_name(database.upper(), one)
    assume(one != other)
    assert names.snapshot_name(database, one) != names.snapshot_name(database, other)
    assert names.copy_name(database, one) != names.copy_name(database, other)


def test_the_longest_name_is_cut_where_no_two_hyphens_meet() -> None:
    database = "a" * 39 + "-" + "b" * 20
    assert names.snapshot_name(database, "0" * 16) == f"sf-{'a' * 39}-{'0' * 16}"


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_transfers_id_is_16_hex_digits_and_the_same_every_time(arn: str, started_at: str) -> None:
    transfer = names.transfer_id(arn, started_at)
    assert re.fullmatch(r"[0-9a-f]{16}", transfer)
    assert transfer == names.transfer_id(arn, started_at)


def test_an_executions_name_that_is_used_again_makes_another_transfer() -> None:
    assert names.transfer_id(ARN, "2026-01-01T00:00:00Z") != names.transfer_id(ARN, "2026-04-01T00:00:00Z")


@given(DATABASES)
def test_every_name_that_rds_takes_is_a_databases_name(name: str) -> None:
    assert names.is_database_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "1db", "-db", "db-", "d--b", "a" * 64, "my_db", "my db", "db\n", "datenbänke", "\u017fales", "\u212aey"],
)
def test_what_rds_refuses_is_no_databases_name(name: str) -> None:
    assert not names.is_database_name(name)


@pytest.mark.parametrize("name", ["first", "A_b-9", "a" * 80])
def test_names_of_executions_that_the_other_account_takes(name: str) -> None:
    assert names.can_be_carried(name)


@pytest.mark.parametrize("name", ["", "a" * 81, "a.b", "a b", "é", "first\n"])
def test_names_of_executions_that_cannot_cross(name: str) -> None:
    assert not names.can_be_carried(name)
