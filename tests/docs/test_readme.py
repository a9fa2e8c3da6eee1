"""README says what is true: commands, parameters, states and files that are there."""

from __future__ import annotations

import re

import pytest
import yaml

from sandbox.stage import ROOT
from tests.statemachine import machines

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("template", ["template.yaml", "template-target.yaml"])
def test_every_parameter_of_both_stacks_is_explained(template: str) -> None:
    """And the two tables name no other."""
    text = (ROOT / template).read_text(encoding="utf-8")
    block = re.search(r"^Parameters:\n(.*?)^\S", text, re.MULTILINE | re.DOTALL)
    assert block is not None
    parameters = set(yaml.safe_load(block[1]))
    after = README.split(f"| Parameter of `{template}`", 1)[1]
    table = after.split("\n\n", 1)[0]
    told = set(re.findall(r"`([A-Z]\w+)`", table)) | {"Architecture", "LogRetentionDays"}
    assert told == parameters


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


def test_every_link_leads_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "sandbox" / "README.md", ROOT / "CHANGELOG.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


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
