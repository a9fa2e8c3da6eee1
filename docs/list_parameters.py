"""List every stack's parameters from its template: `make parameters` writes docs/parameters.md anew."""  # noqa: INP001 - docs is a folder of documents, no package

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sandbox.deploy.loading import load_template

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "parameters.md"
TEMPLATES: Final = ("template.yaml", "template-target.yaml", "template-hooks.yaml")
HEAD: Final = """\
# The stacks' parameters

Listed from the templates by `make parameters`. A parameter without a default has to be given. `sam deploy --guided`
asks for each of them, and keeps the answers in `samconfig.toml`.
"""
COLUMNS: Final = ("| Parameter | Default | May be | Meaning |", "| --- | --- | --- | --- |")

type Parameter = dict[str, Any]


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for name in TEMPLATES:
        template = load_template(ROOT / name)
        lines += [f"## {name}", "", template["Description"], ""]
        for label, parameters in groups(template):
            rows = [row(parameter, template["Parameters"][parameter]) for parameter in parameters]
            lines += [f"### {label}", "", *COLUMNS, *rows, ""]
    return "\n".join(lines)


def groups(template: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The groups in which CloudFormation's console shows a template's parameters: each with its label."""
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    for group in interface["ParameterGroups"]:
        yield group["Label"]["default"], group["Parameters"]


def row(name: str, parameter: Parameter) -> str:
    """One parameter's row."""
    default = f"`{parameter['Default']}`" if str(parameter.get("Default", "")) else ""
    if parameter.get("Default") == "":
        default = "empty"
    meaning = " ".join(parameter["Description"].split())
    return re.sub(r"\|  (?=\|)", "| ", f"| `{name}` | {default} | {_bounds(parameter)} | {meaning} |")


def _bounds(parameter: Parameter) -> str:
    """What a value may be, in words: the pattern itself where the template has no words for it."""
    if "AllowedValues" in parameter:
        return ", ".join(f"`{value}`" for value in parameter["AllowedValues"])
    if "MinValue" in parameter:
        return f"{parameter['MinValue']} to {parameter['MaxValue']}"
    if "ConstraintDescription" in parameter:
        return str(parameter["ConstraintDescription"])
    pattern = str(parameter.get("AllowedPattern", "")).replace("|", "\\|")
    return f"`{pattern}`" if pattern else ""


if __name__ == "__main__":
    main()
