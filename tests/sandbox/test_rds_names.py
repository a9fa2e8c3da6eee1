"""What needs no clock: names, ARNs, passwords, durations, pages."""

from __future__ import annotations

import pytest

from sandbox.protocol import AwsError
from sandbox.rds.durations import Durations
from sandbox.rds.engines import ENGINES
from sandbox.rds.identifiers import LONGEST_INSTANCE_SNAPSHOT_NAME, LONGEST_NAME, Arn, new_name, resource_id
from sandbox.rds.models import Work
from sandbox.rds.passwords import check_password
from sandbox.rds.tags import read_tags


@pytest.mark.parametrize("name", ["1db", "-db", "db-", "d--b", "d_b", "rds:db", "d.b", "é", "", "d" * 64])
def test_a_malformed_name_is_refused(name: str) -> None:
    with pytest.raises(AwsError) as refusal:
        new_name("DBInstanceIdentifier", name)
    assert refusal.value.code == "InvalidParameterValue"


@pytest.mark.parametrize("name", ["d", "Example-DB-2", "d" * 63])
def test_a_name_is_kept_in_small_letters(name: str) -> None:
    assert new_name("DBInstanceIdentifier", name) == name.lower()


def test_the_longest_names() -> None:
    assert new_name("DBSnapshotIdentifier", "s" * 255, LONGEST_INSTANCE_SNAPSHOT_NAME) == "s" * 255
    for name, longest in (("s" * 256, LONGEST_INSTANCE_SNAPSHOT_NAME), ("s" * 64, LONGEST_NAME)):
        with pytest.raises(AwsError):
            new_name("DBSnapshotIdentifier", name, longest)


def test_the_name_of_an_automated_snapshot_survives_in_its_arn() -> None:
    arn = Arn.parse("arn:aws:rds:eu-west-1:111111111111:snapshot:rds:db-2026-01-01-00-01")
    assert arn.name == "rds:db-2026-01-01-00-01"
    assert str(arn).endswith(":snapshot:rds:db-2026-01-01-00-01")


def test_an_arn_of_another_service_is_refused() -> None:
    with pytest.raises(AwsError):
        Arn.parse("arn:aws:kms:eu-west-1:111111111111:key/1")


def test_resource_ids_differ_and_repeat_in_every_run() -> None:
    assert resource_id("db", 1) == resource_id("db", 1) != resource_id("db", 2)


@pytest.mark.parametrize(
    ("engine", "password", "good"),
    [
        ("postgres", "x" * 128, True),
        ("mysql", "x" * 41, True),
        ("mysql", "x" * 42, False),
        ("aurora-postgresql", "x" * 42, False),
        ("postgres", "short-7", False),
        ("postgres", 'with"quote', False),
        ("postgres", "with/slash", False),
        ("postgres", "with@sign", False),
        ("postgres", "with space", False),
        ("postgres", "with-ümlaut", False),
        ("postgres", "with'apostrophe", True),
        ("oracle-ee", "with'apostrophe", False),
    ],
)
def test_password_rules_by_engine(engine: str, password: str, good: bool) -> None:  # noqa: FBT001 - a table's column
    if good:
        check_password(ENGINES[engine], password)
        return
    with pytest.raises(AwsError) as refusal:
        check_password(ENGINES[engine], password)
    assert refusal.value.code == "InvalidParameterValue"
    assert password not in refusal.value.message


@pytest.mark.parametrize(
    ("engine", "version", "family"),
    [
        ("postgres", "16.8", "postgres16"),
        ("aurora-mysql", "8.0.mysql_aurora.3.08.2", "aurora-mysql8.0"),
        ("mariadb", "11.4.5", "mariadb11.4"),
        ("oracle-ee", "19.0.0.0.ru-2025-04.rur-2025-04.r1", "oracle-ee-19"),
    ],
)
def test_the_parameter_family_follows_from_the_version(engine: str, version: str, family: str) -> None:
    assert ENGINES[engine].parameter_family(version) == family


@pytest.mark.parametrize(
    "tags",
    [
        [{"Key": "aws:cloudformation:stack-name", "Value": "x"}],
        [{"Key": "AWS:x", "Value": "x"}],
        [{"Key": str(number), "Value": ""} for number in range(51)],
        [{"Key": "k" * 129, "Value": ""}],
        [{"Key": "k", "Value": "v" * 257}],
    ],
)
def test_tags_that_aws_does_not_take(tags: list[dict[str, str]]) -> None:
    with pytest.raises(AwsError) as refusal:
        read_tags(tags)
    assert refusal.value.code == "InvalidParameterValue"


def test_progress_grows_evenly_and_never_passes_a_hundred() -> None:
    work = Work(begun=1000.0, due=2000.0)
    assert [work.percent(now) for now in (1000, 1250, 1999, 2000, 9000)] == [0, 25, 99, 100, 100]


def test_a_copy_takes_longer_than_a_snapshot_and_a_large_one_longer_than_a_small_one() -> None:
    durations = Durations()
    assert durations.snapshot(100) < durations.copy(100)
    assert durations.copy(100) < durations.copy(1000)
    assert 10 * 60 <= durations.restore_of_instance(100) <= 20 * 60
