"""README says what is true: commands, parameters and states that are there; and every page's links lead somewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from docs.list_parameters import TEMPLATES
from sandbox.deploy.loading import load_template
from sandbox.stage import ROOT
from tests.statemachine import machines

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("bench/*.md")]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_parameter_that_is_named_is_there() -> None:
    """docs/parameters.md has all of them."""
    there = {name for template in TEMPLATES for name in load_template(ROOT / template)["Parameters"]}
    named = {
        name for row in re.findall(r"^\| (`[A-Z].*?) \|", README, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    assert len(named) >= 5
    assert named <= there


def test_every_make_target_that_is_named_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", README)) | set(re.findall(r"\$ (?:\w+=\S+ )?make ([a-z-]+)", README))
    assert len(named) >= 6
    assert named <= targets


def test_the_demos_output_names_states_that_are_there() -> None:
    states = {state for name in machines.NAMES for state, _, _ in machines.states(name)}
    told = re.findall(r"^ +\d+:\d\d:\d\d +(?:source|target) \w+_\w+ +(.+?) {2,}\S+$", README, re.MULTILINE)
    assert len(told) > 30
    assert set(told) <= states


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link, anchor in re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]+))?\)", page.read_text(encoding="utf-8")):
        there = page.parent / link if link else page
        assert there.exists(), link
        assert not anchor or anchor in _anchors(there), f"{link}#{anchor}"


def test_every_number_of_aws_facts_that_is_cited_is_there() -> None:
    facts = (ROOT / "docs" / "aws-facts.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| ([0-9.]+) \|", facts, re.MULTILINE)) | {f"9.{part}" for part in range(1, 8)}
    cited = {
        number
        for folder in ("functions", "sandbox", "tests")
        for path in (ROOT / folder).rglob("*.py")
        for number in re.findall(r"(?:aws-)?facts ([0-9]+(?:\.[0-9]+)?)", path.read_text(encoding="utf-8"))
    }
    assert len(cited) > 20
    assert cited <= told


def _anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
