"""Settings: the environment of a function, and nothing guessed."""

import pytest

from snapferry.settings import MissingSetting, Settings


def test_what_the_template_sets_is_read() -> None:
    settings = Settings(
        {
            "SNAPFERRY_SIDE": "source",
            "AWS_REGION": "eu-west-1",
            "TABLE_NAME": "table",
            "EVENT_BUS_NAME": "bus",
            "TARGET_ACCOUNT_ID": "222222222222",
            "KEY_ARN": "key",
            "DEADLINE_HOURS": "1.5",
        }
    )
    assert (settings.side, settings.region, settings.table, settings.bus) == ("source", "eu-west-1", "table", "bus")
    assert (settings.target_account, settings.key, settings.deadline_hours) == ("222222222222", "key", 1.5)


@pytest.mark.parametrize("environment", [{}, {"TABLE_NAME": ""}])
def test_what_is_missing_or_empty_is_told_by_name(environment: dict[str, str]) -> None:
    with pytest.raises(MissingSetting, match="TABLE_NAME"):
        _ = Settings(environment).table


def test_a_default_stands_in_for_an_empty_value() -> None:
    assert Settings({"X": ""}).text("X", "role") == "role"
    assert Settings({}).deadline_hours == 48


def test_the_processs_environment_is_the_one_that_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "this one")
    assert Settings().table == "this one"


@pytest.mark.parametrize(
    ("listed", "keys"),
    [("", set()), ("none", set()), ("arn:1", {"arn:1"}), ("arn:1, arn:2", {"arn:1", "arn:2"})],
)
def test_the_databases_keys_are_a_list_that_may_be_empty(listed: str, keys: set[str]) -> None:
    assert Settings({"DATABASE_KEY_ARNS": listed}).database_keys == keys
