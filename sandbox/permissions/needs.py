"""What a call needs: the words of the table in `actions.py` and `actions_rds.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.accounts import PARTITION

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.permissions.simulator import Context


@dataclass(frozen=True)
class Need:
    """One decision that a call depends on."""

    action: str
    resource: str
    """ARN, or `*` for an action that knows no resources."""
    context: Context = field(default_factory=dict)
    new: bool = False
    """The call makes the resource: it has no tags yet."""


Row = Callable[["Call"], Iterable[Need]]


def arn(call: Call, service: str, resource: str) -> str:
    """A resource of the caller's account in the call's Region; an ARN stays as it is."""
    if resource.startswith("arn:"):
        return resource
    return f"arn:{PARTITION}:{service}:{call.region}:{call.caller.account}:{resource}"


def anywhere(action: str) -> Row:
    """An action for which AWS knows no resource level: only `*` allows it."""
    return lambda _call: [Need(action, "*")]


def on(action: str, service: str, parameter: str, *, prefix: str = "", default: str = "*") -> Row:
    """An action on the one resource that a parameter names, by name or ARN."""

    def needs(call: Call) -> list[Need]:
        name = str(call.parameters.get(parameter) or default)
        return [Need(action, arn(call, service, name if name.startswith("arn:") else prefix + name))]

    return needs


def request_tags(tags: Iterable[Mapping[str, Any]] | None) -> Context:
    """`aws:RequestTag/...` and `aws:TagKeys` of tags in a request, however the service spells Key and Value."""
    found = {}
    for tag in tags or ():
        lower = {name.lower(): value for name, value in tag.items()}
        found[str(lower.get("key", lower.get("tagkey")))] = str(lower.get("value", lower.get("tagvalue", "")))
    if not found:
        return {}
    return {"aws:TagKeys": list(found)} | {f"aws:RequestTag/{key}": value for key, value in found.items()}
