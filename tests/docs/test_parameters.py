"""docs/parameters.md is current, and whoever deploys finds every parameter in it, and in the console's groups."""

import pytest

from docs.list_parameters import PAGE, TEMPLATES, groups, page
from sandbox.deploy.loading import load_template
from sandbox.stage import ROOT


def test_the_page_is_what_the_templates_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make parameters`"


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_parameter_has_a_place_in_one_group(name: str) -> None:
    template = load_template(ROOT / name)
    grouped = [parameter for _, parameters in groups(template) for parameter in parameters]
    assert sorted(grouped) == sorted(template["Parameters"])


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_parameter_is_described(name: str) -> None:
    for parameter, facts in load_template(ROOT / name)["Parameters"].items():
        assert facts.get("Description", "").endswith((".", ")")), parameter
