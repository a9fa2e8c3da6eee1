"""The comments beside each policy statement of a template, which say why it is there; YAML's parsers drop them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from tests.templates.stacks import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMENT = re.compile(r"(?:^|\s)#\s+(.*\S)")
UNTESTED = re.compile(r"no test:\s*(.*)")
"""A right that no test uses says so, and why it is there all the same."""


@dataclass(frozen=True)
class Reasons:
    """The comments of one statement: of the whole, and of single actions or resources by their place in the list."""

    of_all: tuple[str, ...]
    of_actions: dict[int, str]
    of_resources: dict[int, str]

    def of(self, action: int, resource: int) -> str:
        """What is said of one action on one resource."""
        own = [self.of_actions.get(action), self.of_resources.get(resource)]
        return "; ".join([*self.of_all, *(text for text in own if text)])


@cache
def reasons(template: str, logical_id: str) -> tuple[tuple[Reasons, ...], ...]:
    """For each policy of a function, machine or role, in the order of the template, those of its statements."""
    text = (ROOT / template).read_text(encoding="utf-8")
    document = yaml.compose(text, Loader=yaml.SafeLoader)
    properties = _at(document, "Resources", logical_id, "Properties")
    policies = _at(properties, "Policies")
    lines = text.splitlines()
    return tuple(
        tuple(_of_statement(lines, each) for each in _statements(policy))
        for policy in (policies.value if policies else [])
    )


def _statements(policy: yaml.MappingNode) -> Iterator[yaml.MappingNode]:
    listed = _at(policy, "Statement") or _at(policy, "PolicyDocument", "Statement")
    for each in listed.value if listed else []:
        yield each if isinstance(each, yaml.MappingNode) else each.value[1]  # [condition, statement, nothing] of an If


def _of_statement(lines: list[str], statement: yaml.MappingNode) -> Reasons:
    actions, resources = (_lines_of_items(_at(statement, key)) for key in ("Action", "Resource"))
    said = {number: found[1] for number in range(statement.start_mark.line, _last_line(statement) + 1)
            if (found := COMMENT.search(lines[number]))}  # fmt: skip
    own = set(actions.values()) | set(resources.values())
    return Reasons(
        of_all=tuple(text for number, text in said.items() if number not in own),
        of_actions={place: said[line] for place, line in actions.items() if line in said},
        of_resources={place: said[line] for place, line in resources.items() if line in said},
    )


def _lines_of_items(node: yaml.Node | None) -> dict[int, int]:
    """The lines of a list's items, if each has lines of its own."""
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or node.tag.startswith("!"):
        return {}
    return {place: item.start_mark.line for place, item in enumerate(node.value)}


def _last_line(node: yaml.Node) -> int:
    """The last line that holds something of it; a block's own end mark lies behind the comments that follow."""
    if isinstance(node, yaml.MappingNode):
        return max(_last_line(value) for _, value in node.value)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return max(_last_line(value) for value in node.value)
    return int(node.end_mark.line)


def _at(node: Any, *keys: str) -> Any:
    for key in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for name, value in pairs if name.value == key), None)
    return node
