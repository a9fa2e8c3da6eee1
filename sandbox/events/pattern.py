"""Which events a rule takes. The matching is moto's, who knows all of EventBridge's filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.events.models import Rule

FILTERS = frozenset({"prefix", "suffix", "equals-ignore-case", "anything-but", "numeric", "exists", "cidr", "wildcard"})


def matches(rule: Rule, event: dict[str, Any]) -> bool:
    """Whether an enabled rule takes the event. A rule without a pattern takes none; moto's would take all."""
    message: Any = event  # moto's type for it knows only what moto puts in
    pattern = rule.event_pattern
    return rule.state == "ENABLED" and bool(pattern.get_pattern()) and bool(pattern.matches_event(message))


def unknown_filters(pattern: Any) -> list[str]:
    """Names in a pattern that are no filter; moto would let any value pass them."""
    return [name for name in _filters(pattern) if name not in FILTERS]


def _filters(node: Any) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _filters(value)
        elif key == "$or" and isinstance(value, list):
            for one in value:
                yield from _filters(one)
        elif isinstance(value, list):
            for one in value:
                yield from one if isinstance(one, dict) else ()
