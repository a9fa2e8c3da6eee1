"""The page of alarms, and the saved query, hold what the templates say."""

import pytest

from docs import list_alarms
from tests.templates.stacks import ROOT, TEMPLATES, resources

OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_page_lists_the_templates_alarms() -> None:
    assert list_alarms.PAGE.read_text(encoding="utf-8") == list_alarms.page(), "run `make alarms`"


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_saved_query_is_the_one_that_is_described(template: str) -> None:
    query = resources(template)["FollowTransferQuery"]["Properties"]["QueryString"]
    asked = [line for line in query.splitlines() if not line.startswith("#")]
    assert "\n".join(asked) in OPERATIONS
