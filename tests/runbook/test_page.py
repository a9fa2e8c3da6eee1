"""The runbook is complete: an entry for each error and none without; its links lead somewhere, its commands exist."""

from __future__ import annotations

import ast
import inspect
import re
from typing import TYPE_CHECKING

import botocore.session
import pytest
from botocore import xform_name

from sandbox.stage import ROOT
from snapferry import errors
from tests.end_to_end.sources.cases import CASES as SOURCES
from tests.end_to_end.wrong_setups.page import CASES as WRONG_SET_UPS
from tests.runbook import page
from tests.runbook.cases import CASES, SAMPLE, STARTED_AGAIN
from tests.templates.stacks import TEMPLATES, of_type

if TYPE_CHECKING:
    from botocore.model import OperationModel

ABSTRACT = {"SnapferryError", "RetryLater", "GiveUp"}
"""What the others have in common; nobody raises them."""
END_NOTHING = {"AwsBusy", "SourceNotSupported"}
"""One is retried (`test_again.py` sees it), the other stands in a fleet's summary (tests/unit/test_fleet.py)."""
NOT_OURS = {"ABORTED", "TIMED_OUT", "States.Timeout", "Lambda.Unknown", "Lambda.TooManyRequestsException"}
"""`test_not_ours.py` sees them."""
WHO = {"source", "target", "who starts it", "who stopped it", "the side it names", "nobody"}
GLOBAL_OPTIONS = {"profile", "query", "output", "region"}

SESSION = botocore.session.get_session()


def test_each_error_has_an_entry_and_no_entry_is_of_anything_else() -> None:
    assert set(page.entries()) == (errors.NAMES - ABSTRACT) | NOT_OURS


def test_what_has_no_entry_is_never_raised() -> None:
    names = {each for path in ROOT.glob("functions/**/*.py") for each in called(path.read_text(encoding="utf-8"))}
    assert names & ABSTRACT == set()
    assert {name for name in ABSTRACT if getattr(errors, name).__subclasses__()} == ABSTRACT


def test_each_error_is_produced_by_a_test() -> None:
    """Each of these cases is played, and its execution ends with that very error, or the test is red."""
    produced = (
        {each.error for each in CASES} | {each.error for each in WRONG_SET_UPS} | {each.outcome for each in SOURCES}
    )
    assert produced >= errors.NAMES - ABSTRACT - END_NOTHING
    assert len({case.title for case in CASES}) == len(CASES)
    assert {case.situation for case in SAMPLE} == STARTED_AGAIN


@pytest.mark.parametrize("entry", page.entries().values(), ids=lambda entry: entry.name)
def test_an_entry_says_what_happened_what_is_left_and_what_to_do(entry: page.Entry) -> None:
    assert list(entry.fields)[:3] == ["Happened", "Left", "Do"]
    assert set(entry.fields) <= {"Happened", "Left", "Do", "Again"}
    assert entry.may_leave or re.match(r"Nothing|As ", entry.fields["Left"])


def test_the_table_lists_every_entry_in_the_alphabets_order() -> None:
    rows = page.rows()
    assert [row.name for row in rows] == sorted(page.entries(), key=str.lower)
    assert {row.who for row in rows} <= WHO


@pytest.mark.parametrize("row", page.rows(), ids=lambda row: row.name)
def test_a_row_says_what_the_error_itself_says(row: page.Row) -> None:
    if row.name not in NOT_OURS:
        said = inspect.getdoc(getattr(errors, row.name)) or ""
        assert row.meaning == " ".join(said.split("\n\n")[0].split()).replace("``", "`")


def test_each_link_leads_to_a_heading_or_a_file() -> None:
    links = re.findall(r"\]\(([^)]+)\)", page.text())
    assert {link[1:] for link in links if link.startswith("#")} <= page.anchors()
    assert [link for link in links if not link.startswith("#") and not (page.PAGE.parent / link).exists()] == []


@pytest.mark.parametrize("name", sorted(errors.NAMES - ABSTRACT))
def test_what_a_cause_points_to_is_there(name: str) -> None:
    assert name.lower() in page.anchors()


def test_each_alarm_of_the_stacks_has_an_entry_and_no_entry_is_of_anything_else() -> None:
    there = {name for template in TEMPLATES for name in of_type(template, "AWS::CloudWatch::Alarm")}
    assert set(page.alarms()) == there
    assert all(list(entry.fields) == ["Happened", "State", "Do"] for entry in page.alarms().values())
    assert next(iter(page.alarms())) == "AccessNotClosedAlarm"  # the only one that cannot wait


@pytest.mark.parametrize("command", page.commands(), ids=" ".join)
def test_each_command_is_one_of_the_aws_cli(command: list[str]) -> None:
    _, *words = command
    options = {word[2:] for word in words if word.startswith("--")}
    service, operation = (word for word in without_values(words) if not word.startswith("--"))
    model = operation_of(service, operation)
    known = {xform_name(member, "-") for member in (model.input_shape.members if model.input_shape else {})}
    required = {xform_name(member, "-") for member in (model.input_shape.required_members if model.input_shape else [])}
    assert options - GLOBAL_OPTIONS - known - {f"no-{option}" for option in known} == set()
    assert required <= options


def operation_of(service: str, operation: str) -> OperationModel:
    model = SESSION.get_service_model(service)
    return next(model.operation_model(name) for name in model.operation_names if xform_name(name, "-") == operation)


def without_values(words: list[str]) -> list[str]:
    """Leave out what follows an option."""
    return [word for before, word in zip(["", *words], words, strict=False) if not before.startswith("--")]


def called(code: str) -> set[str]:
    """The names that are called in a module."""
    calls = (each.func for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Call))
    return {func.id for func in calls if isinstance(func, ast.Name)}
