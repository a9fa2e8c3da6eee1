"""The page of alarms, and the saved query, hold what the templates say."""

import pytest

from docs import list_alarms
from tests.templates.stacks import ROOT, TEMPLATES, of_type, resources

OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_page_lists_the_templates_alarms() -> None:
    assert list_alarms.PAGE.read_text(encoding="utf-8") == list_alarms.page(), "run `make alarms`"


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_saved_query_is_the_one_that_is_described(template: str) -> None:
    query = resources(template)["FollowTransferQuery"]["Properties"]["QueryString"]
    asked = [line for line in query.splitlines() if not line.startswith("#")]
    assert "\n".join(asked) in OPERATIONS


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_runbook_has_an_entry_for_every_alarm(template: str) -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    for name in of_type(template, "AWS::CloudWatch::Alarm"):
        assert f"\n### {name}\n" in runbook, name
