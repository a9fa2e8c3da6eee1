"""What the SQL hook takes as its input, and holds the data against."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from snapferry.contracts import hook_examples
from sql_hook import sources
from sql_hook.errors import ExpectationNotMet, InvalidHookInput, ScriptNotReadable, SecretNotReadable
from sql_hook.request import Expectation, Request, Script
from sql_hook.settings import Settings

EVENT: dict[str, Any] = hook_examples.INPUTS[0]
SETTINGS = Settings(bucket="scripts", prefix="sql/", ca_bundle_key="ca.pem")


def asked(**given: Any) -> dict[str, Any]:
    return {**EVENT, "input": {"database": "example", "scripts": ["a.sql"], **given}}


def test_the_contract_s_own_example_is_read() -> None:
    read = Request.read(EVENT)
    assert (read.database, read.scripts) == ("example", (Script("mask_users.sql"),))
    assert read.expectations == (Expectation("SELECT count(*) FROM users", "equals", 2),)
    assert (read.host, read.port) == (EVENT["database"]["endpoint"], 3306)


def test_a_script_may_run_outside_of_a_transaction() -> None:
    read = Request.read(asked(scripts=["a.sql", {"script": "b/c.sql", "transaction": False}]))
    assert read.scripts == (Script("a.sql"), Script("b/c.sql", transaction=False))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"database": ""}, "database: the name"),
        ({"databse": "x"}, "databse: no such field"),
        ({"scripts": []}, "scripts: neither"),
        ({"scripts": "a.sql"}, "scripts: it must be a list"),
        ({"scripts": ["../a.sql"]}, "scripts.0"),
        ({"scripts": ["a.sql", "/etc/passwd"]}, "scripts.1"),
        ({"scripts": [{"script": "a.sql", "transactions": False}]}, "scripts.0"),
        ({"expect": [{"query": "SELECT 1"}]}, "expect.0"),
        ({"expect": [{"query": "SELECT 1", "equals": 1, "at_most": 2}]}, "expect.0"),
        ({"expect": ["SELECT 1"]}, "expect.0"),
    ],
)
def test_a_mistake_is_told_by_its_field(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidHookInput, match=words):
        Request.read(asked(**given))


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(InvalidHookInput) as told:
        Request.read(asked(database=None, scripts=["../x"], expect=[{}], other=1))
    assert str(told.value).count(";") == 3


@given(st.integers(), st.integers())
def test_numbers_are_compared_as_numbers(found: int, wanted: int) -> None:
    for comparison, true in (("equals", found == wanted), ("at_least", found >= wanted), ("at_most", found <= wanted)):
        expectation = Expectation("SELECT 1", comparison, wanted)
        if true:
            expectation.hold_against(found)
        else:
            with pytest.raises(ExpectationNotMet, match="SELECT 1 gives"):
                expectation.hold_against(found)


@pytest.mark.parametrize("found", [None, "words"])
def test_what_cannot_be_compared_is_not_as_expected(found: Any) -> None:
    with pytest.raises(ExpectationNotMet):
        Expectation("SELECT 1", "at_least", 1).hold_against(found)


class Refusing:
    """Of any service: it refuses every call."""

    def __getattr__(self, operation: str) -> Any:
        def refuse(**_: Any) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, operation)

        return refuse


def test_what_cannot_be_read_is_told_by_its_place() -> None:
    with pytest.raises(ScriptNotReadable, match=r"s3://scripts/sql/a\.sql: AccessDenied"):
        sources.script(Refusing(), SETTINGS, "a.sql")
    with pytest.raises(ScriptNotReadable, match=r"s3://scripts/ca\.pem: AccessDenied"):
        sources.trust(Refusing(), SETTINGS)
    with pytest.raises(SecretNotReadable, match="arn:secret: AccessDenied"):
        sources.login(Refusing(), "arn:secret")
    assert sources.trust(Refusing(), Settings(bucket="b", prefix="", ca_bundle_key="")) is None
