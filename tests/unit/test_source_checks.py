"""What keeps a database from being carried: AWS's rules about kinds, options and keys, one by one."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from snapferry.databases import Database, Snapshot, source_checks
from snapferry.databases.source_checks import Subject

if TYPE_CHECKING:
    from snapferry.errors import GiveUp

ARN = "arn:aws:rds:eu-west-1:111111111111"
INSTANCE = Database(
    identifier="orders",
    arn=f"{ARN}:db:orders",
    family="instance",
    status="available",
    engine="postgres",
    engine_version="16.8",
    gigabytes=100,
    encryption="sse-kms",
    key_arn="arn:aws:kms:eu-west-1:111111111111:key/1",
    port=5432,
    endpoint=None,
    master_username="master",
)
CLUSTER = replace(
    INSTANCE, arn=f"{ARN}:cluster:orders", family="cluster", engine="aurora-mysql", engine_mode="provisioned"
)
SNAPSHOT = Snapshot(
    identifier="before-the-move",
    arn=f"{ARN}:snapshot:before-the-move",
    family="instance",
    status="available",
    percent=100,
    kind="manual",
    engine="oracle-ee",
    engine_version="19",
    gigabytes=100,
    encryption="sse-kms",
    key_arn=None,
    port=1521,
    master_username="master",
    tags={},
    option_group="with-options",
)


class FakeOptionGroups:
    """DescribeOptionGroups, which is all that is asked for."""

    def __init__(self, *options: dict[str, Any]) -> None:
        self.options = options
        self.asked: list[str] = []

    def describe_option_groups(self, *, OptionGroupName: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        self.asked.append(OptionGroupName)
        return {"OptionGroupsList": [{"OptionGroupName": OptionGroupName, "Options": list(self.options)}]}


def option(name: str, *, persistent: bool = False, permanent: bool = False) -> dict[str, Any]:
    return {"OptionName": name, "Persistent": persistent, "Permanent": permanent}


def names(refusals: Any) -> list[str]:
    return [type(each).__name__ for each in refusals]


@pytest.mark.parametrize(
    ("subject", "refused"),
    [
        (INSTANCE, []),
        (CLUSTER, []),
        (replace(INSTANCE, engine="sqlserver-se"), []),
        (replace(CLUSTER, scaling=(0.5, 8.0)), []),
        (replace(CLUSTER, engine="docdb"), ["EngineNotSupported"]),
        (replace(CLUSTER, engine="neptune"), ["EngineNotSupported"]),
        (replace(INSTANCE, engine="custom-oracle-ee"), ["EngineNotSupported"]),
        (replace(INSTANCE, engine="custom-sqlserver-se"), ["EngineNotSupported"]),
        (replace(CLUSTER, engine="postgres"), ["MultiAzCluster"]),
        (replace(CLUSTER, engine="mysql"), ["MultiAzCluster"]),
        (replace(CLUSTER, engine_mode="serverless"), ["ServerlessV1"]),
        (replace(SNAPSHOT, family="cluster", engine="mysql"), ["MultiAzCluster"]),
    ],
)
def test_which_kinds_aws_lets_nobody_share(subject: Subject, refused: list[str]) -> None:
    assert names(source_checks.against_kind(subject)) == refused


@pytest.mark.parametrize(
    ("subject", "encryption", "refusals"),
    [
        (INSTANCE, "sse-kms", 0),
        (INSTANCE, "none", 0),  # its copy is encrypted
        (INSTANCE, "sse-rds", 1),
        (CLUSTER, "sse-kms", 0),
        (CLUSTER, "none", 1),
        (CLUSTER, "sse-rds", 1),
    ],
)
def test_what_has_no_kms_key_gets_one_only_where_aws_says_so(subject: Database, encryption: Any, refusals: int) -> None:
    found = list(source_checks.against_no_key(replace(subject, encryption=encryption)))
    assert names(found) == ["EncryptionNotSupported"] * refusals


@pytest.mark.parametrize(
    ("engine", "options", "carried", "refused"),
    [
        ("oracle-ee", [option("Timezone", persistent=True, permanent=True)], ["Timezone"], 0),
        ("oracle-ee", [option("OLS", persistent=True, permanent=True)], ["OLS"], 0),
        ("oracle-ee", [option("TDE", persistent=True, permanent=True)], [], 1),
        ("oracle-ee", [option("TDE", persistent=True), option("Timezone", persistent=True)], ["Timezone"], 1),
        ("oracle-se2", [option("NATIVE_NETWORK_ENCRYPTION")], [], 0),
        ("oracle-se2", [option("SOMETHING_NEW", permanent=True)], [], 1),
        ("sqlserver-ee", [option("TRANSPARENT_DATA_ENCRYPTION", persistent=True)], [], 1),
        ("sqlserver-ee", [option("TDE")], [], 1),  # whatever its flags say
        ("sqlserver-ee", [option("Timezone", persistent=True)], [], 1),  # the exception is Oracle's
        ("sqlserver-se", [option("SQLSERVER_BACKUP_RESTORE")], [], 0),
        ("oracle-ee", [], [], 0),
    ],
)
def test_options_that_last_keep_a_snapshot_from_being_shared(
    engine: str, options: list[dict[str, Any]], carried: list[str], refused: int
) -> None:
    found, refusals = source_checks.options_of(replace(SNAPSHOT, engine=engine), FakeOptionGroups(*options))  # type: ignore[arg-type]
    assert found == carried
    assert names(refusals) == ["OptionsNotShareable"] * refused


@pytest.mark.parametrize(
    "subject",
    [
        replace(SNAPSHOT, engine="mysql"),
        replace(SNAPSHOT, option_group=None),
        replace(SNAPSHOT, option_group="default:oracle-ee-19"),
    ],
)
def test_no_option_group_is_asked_for_where_none_can_hold_anything(subject: Subject) -> None:
    groups = FakeOptionGroups(option("TDE", permanent=True))
    assert source_checks.options_of(subject, groups) == ([], [])  # type: ignore[arg-type]
    assert groups.asked == []


@pytest.mark.parametrize(
    ("status", "refusals"),
    [("available", 0), ("backing-up", 0), ("storage-optimization", 0), ("stopped", 1), ("failed", 1)],
)
def test_a_status_that_lets_no_snapshot_be_taken_is_told(status: str, refusals: int) -> None:
    found = list(source_checks.against_status(replace(INSTANCE, status=status)))
    assert names(found) == ["DatabaseNotAvailable"] * refusals
    assert all('"snapshot": "latest"' in each.remedy for each in found)


def test_every_refusal_says_to_what_and_what_to_do() -> None:
    groups = FakeOptionGroups(option("TDE", permanent=True))
    refusals: list[GiveUp] = [
        *source_checks.against_kind(replace(CLUSTER, engine="docdb")),
        *source_checks.against_kind(replace(CLUSTER, engine="mysql")),
        *source_checks.against_kind(replace(CLUSTER, engine_mode="serverless")),
        *source_checks.against_no_key(replace(CLUSTER, encryption="none")),
        *source_checks.against_status(replace(INSTANCE, status="stopped")),
        *source_checks.options_of(SNAPSHOT, groups)[1],  # type: ignore[arg-type]
    ]
    assert len(refusals) == 6
    for each in refusals:
        assert each.resource.startswith("arn:aws:rds:")
        assert each.remedy
