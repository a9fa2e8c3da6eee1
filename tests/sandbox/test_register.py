"""The register of rules: complete, current in the README, and each rule both kept and shown."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sandbox.events.settings import Unconfirmed as UnconfirmedEvents
from sandbox.protocol import AwsError
from sandbox.rds.settings import Unconfirmed
from sandbox.register import ROOMS, RULES, Rule, switched_off
from sandbox.register.table import README, with_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SANDBOX = README.parent
ROOT = SANDBOX.parent
FORM = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+){2}")


def test_the_readme_shows_the_register() -> None:
    page = README.read_text(encoding="utf-8")
    assert page == with_table(page), "run: make rules"


def test_each_rule_stands_once_and_says_what_it_is() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert [rule.id for rule in RULES if not FORM.fullmatch(rule.id)] == []
    assert [rule.id for rule in RULES if not (rule.says.endswith(".") and rule.source)] == []
    assert [rule.id for rule in RULES if rule.message and not rule.code] == []


def test_each_rule_is_kept_somewhere() -> None:
    used = set(_names_used())
    assert [
        name for room in ROOMS for name, it in vars(room).items() if isinstance(it, Rule) and name not in used
    ] == []


def test_each_rule_has_a_test() -> None:
    tests = {node for path in (ROOT / "tests" / "sandbox").glob("test_*.py") for node in _tests_in(path)}
    assert [rule.id for rule in RULES if rule.node.partition("[")[0] not in tests] == []


def test_each_setting_belongs_to_a_rule() -> None:
    settings = {field.name for kind in (Unconfirmed, UnconfirmedEvents) for field in dataclasses.fields(kind)}
    linked = {rule.setting for rule in RULES if rule.setting}
    assert linked <= settings
    assert settings - linked == {"default_key_share_code"}  # the second setting of rds.share.default-key


def test_a_rule_can_be_switched_off_and_comes_back() -> None:
    rule = Rule("a.b.c", "So it is.", source="nowhere", test="x::y", code="Refused", message="{name} is refused.")
    rule.refuse_if(False, name="nobody")
    with switched_off("a.b.c"):
        with switched_off("a.b.c"):
            assert not rule.holds
        rule.refuse_if("broken", name="db")
    with pytest.raises(AwsError, match="db is refused") as refusal:
        rule.refuse_if("broken", name="db")
    assert refusal.value.code == "Refused"


def test_rules_that_are_switched_off_are_missed() -> None:
    """A sample; `make mutate-sandbox` does all."""
    command = [sys.executable, "-m", "tests.sandbox.mutation", "rds.name", "rds.tags"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "8 of 8 rules are missed" in run.stdout


def _names_used() -> Iterator[str]:
    for path in SANDBOX.rglob("*.py"):
        if path.parent.name != "register":
            yield from (node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name))


def _tests_in(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            yield f"tests/sandbox/{path.name}::{node.name}"
