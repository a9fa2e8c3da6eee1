"""A restore profile by itself: every mistake at once, each with its field and what to do; and the table of settings."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from docs.validate_profile import main
from snapferry.contracts import examples
from snapferry.contracts.profile_contract import DatabaseSettings, Profile
from snapferry.databases.restore_settings import TABLE, Step, applying, parameters
from snapferry.target.profile_checks import foreign_fields, read_profile
from snapferry.vocabulary import FAMILIES

SMALLEST: dict[str, Any] = {"subnet_group": "databases", "security_groups": ["sg-1"]}
OPERATIONS = {
    Step.RESTORE_INSTANCE: "RestoreDBInstanceFromDBSnapshot",
    Step.RESTORE_CLUSTER: "RestoreDBClusterFromSnapshot",
    Step.CREATE_MEMBER: "CreateDBInstance",
    Step.CHANGE_INSTANCE: "ModifyDBInstance",
    Step.CHANGE_CLUSTER: "ModifyDBCluster",
    Step.OPEN_INSTANCE: "ModifyDBInstance",
    Step.OPEN_CLUSTER: "ModifyDBCluster",
}


def wrong(**more: Any) -> list[str]:
    return read_profile({**SMALLEST, **more})[1]


@pytest.mark.parametrize("example", examples.PROFILES)
def test_the_examples_are_valid(example: Any) -> None:
    profile, found = read_profile(example)
    assert (profile, found) == (Profile.model_validate(example), [])


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("iops", {"storage_type": "io2"}),
        ("iops", {"iops": 3000}),
        ("iops", {"iops": 3000, "storage_type": "gp2"}),
        ("storage_throughput", {"storage_throughput": 500, "storage_type": "io1", "iops": 3000}),
        ("scaling", {"scaling": {"least": 1, "most": 2}, "instance_class": "db.r6g.large"}),
        ("scaling", {"scaling": {"least": 8, "most": 2}}),
        ("scaling.least", {"scaling": {"least": 0.7, "most": 2}}),
        ("scaling.most", {"scaling": {"least": 0, "most": 0.5}}),
        ("performance_insights_days", {"performance_insights": True, "performance_insights_days": 30}),
        ("performance_insights_days", {"performance_insights_days": 31}),
        ("database_insights", {"database_insights": "advanced"}),
        ("database_insights", {"database_insights": "advanced", "performance_insights": True}),
        ("backup_window", {"backup_window": "01:00-01:20"}),
        ("maintenance_window", {"maintenance_window": "mon:23:50-tue:00:10"}),
        ("maintenance_window", {"backup_window": "23:30-00:30", "maintenance_window": "tue:00:00-tue:01:00"}),
        ("multi_az", {"multi_az": True, "instances": 2}),
        ("option_group", {"option_group": "o", "cluster_parameter_group": "c"}),
        ("identifier", {"identifier": "{databse}-2"}),
        ("tags.aws:x", {"tags": {"aws:x": "1"}}),
        ("tags.Snapferry:managed", {"tags": {"Snapferry:managed": "false"}}),
        ("tags", {"tags": {str(number): "" for number in range(47)}}),
    ],
)
def test_fields_that_do_not_go_together(field: str, more: dict[str, Any]) -> None:
    (mistake,) = wrong(**more)
    assert mistake.startswith((f"{field}: ", f"{field}, "))


@pytest.mark.parametrize(
    "more",
    [
        {"storage_type": "io2", "iops": 3000, "multi_az": True},
        {"instance_class": "db.serverless", "scaling": {"least": 0.5, "most": 8}, "instances": 2},
        {"multi_az": False, "instances": 2},
        {"performance_insights": True, "performance_insights_days": 465, "database_insights": "advanced"},
        {"backup_window": "23:30-00:30", "maintenance_window": "tue:00:30-tue:01:00"},
        {"maintenance_window": "sun:23:30-mon:00:30"},
    ],
)
def test_fields_that_go_together(more: dict[str, Any]) -> None:
    assert wrong(**more) == []


def test_a_field_that_is_malformed_hides_no_mistake_in_the_others() -> None:
    _, found = read_profile({"security_groups": [], "instances": 0, "iops": 3000, "tags": {"aws:x": "1"}, "colour": 1})
    fields = [mistake.partition(":")[0] for mistake in found]
    assert sorted(fields) == ["colour", "instances", "iops", "security_groups", "subnet_group", "tags.aws"]


def test_what_a_family_does_not_have_is_told_of_what_the_profile_sets() -> None:
    of_instance = Profile.model_validate({**SMALLEST, "multi_az": True, "iops": 3000, "storage_type": "gp3"})
    assert foreign_fields(of_instance, "instance") == []
    assert set(foreign_fields(of_instance, "cluster")) == {"multi_az", "iops", "storage_type"}
    of_cluster = Profile.model_validate({**SMALLEST, "instances": 2, "instance_class": "db.serverless"})
    assert foreign_fields(of_cluster, "cluster") == []
    assert set(foreign_fields(of_cluster, "instance")) == {"instances", "instance_class"}
    assert [foreign_fields(Profile.model_validate(SMALLEST), family) for family in FAMILIES] == [[], []]


def test_every_setting_of_a_profile_is_in_the_table_and_every_member_in_the_calls_that_take_it() -> None:
    fields = [each.field for each in TABLE]
    assert len(set(fields)) == len(fields)
    assert set(fields) == set(DatabaseSettings.model_fields) | {"monitoring_role", "performance_insights_key"}
    rds = get_session().get_service_model("rds")
    for each in TABLE:
        for step in each.steps:
            taken = rds.operation_model(OPERATIONS[step]).input_shape
            assert taken is not None
            assert each.member in taken.members, (each.field, step)


def test_the_fee_for_extended_support_is_refused_where_it_is_taken_unless_the_profile_wants_it() -> None:
    support = "open-source-rds-extended-support"
    for engine in ("mysql", "postgres", "aurora-mysql", "aurora-postgresql"):
        for wish, said in ((False, f"{support}-disabled"), (True, support)):
            settings = applying({"extended_support": wish}, "instance", engine)
            assert parameters(Step.RESTORE_INSTANCE, settings) == {"EngineLifecycleSupport": said}
    assert applying({"extended_support": False}, "instance", "oracle-ee") == {}


@given(st.dictionaries(st.sampled_from([each.field for each in TABLE]), st.integers(1, 9) | st.none()))
def test_no_call_is_told_what_the_profile_does_not_say(settings: dict[str, Any]) -> None:
    plain = {field: value for field, value in settings.items() if field not in {"scaling", "extended_support"}}
    said = {field for field, value in plain.items() if value is not None}
    for step in Step:
        members = {each.member for each in TABLE if each.field in said and step in each.steps}
        assert set(parameters(step, plain)) == members


def test_validate_profile_tells_all_and_ends_with_a_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps({**SMALLEST, "iops": 3000, "instances": 0}), encoding="utf-8")
    assert main([str(path)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{path}: instances: write 1 or more",
        f"{path}: iops: name storage_type io1, io2 or gp3 with it",
    ]
    path.write_text(json.dumps(SMALLEST), encoding="utf-8")
    assert main([str(path)]) == 0
    assert "is a valid profile" in capsys.readouterr().out
    path.write_text("{", encoding="utf-8")
    assert main([str(path)]) == 1
    assert main([]) == main([str(tmp_path / "nowhere.json")]) == 2
