"""What names stand for while a template is worked out, and what a written value comes to."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.deploy.errors import InvalidTemplate, NotInSandbox
from sandbox.deploy.intrinsics import FUNCTIONS
from sandbox.deploy.values import NO_VALUE, is_true, plain


@dataclass
class Scope:
    """What names stand for; grows with every resource that is made."""

    references: dict[str, Any]
    """Parameters, pseudo parameters and the resources made so far: what Ref gives."""
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Logical id -> attribute -> value: what GetAtt gives."""
    mappings: dict[str, Any] = field(default_factory=dict)
    conditions: dict[str, Any] = field(default_factory=dict)
    """The Conditions section, as written."""
    _underway: list[str] = field(default_factory=list)

    def value(self, written: Any) -> Any:
        """What the template's value comes to; NO_VALUE where it is to be left out."""
        if isinstance(written, list):
            return [value for value in map(self.value, written) if value is not NO_VALUE]
        if not isinstance(written, dict):
            return plain(written)
        name = _function_name(written)
        if name is None:
            pairs = ((key, self.value(inner)) for key, inner in written.items())
            return {key: value for key, value in pairs if value is not NO_VALUE}
        if name not in FUNCTIONS:
            raise NotInSandbox(f"the sandbox does not know {name}")
        return FUNCTIONS[name](self, written[name])

    def condition(self, name: str) -> bool:
        """Whether a named condition holds."""
        if name not in self.conditions:
            raise InvalidTemplate(f"Template format error: Unresolved condition dependency {name}")
        if name in self._underway:
            raise InvalidTemplate(f"Circular dependency between conditions: {[*self._underway, name]}")
        self._underway.append(name)
        try:
            return is_true(self.value(self.conditions[name]))
        finally:
            self._underway.remove(name)


def _function_name(written: dict[str, Any]) -> str | None:
    """The intrinsic function that a dict stands for; a plain dict has none."""
    names = [key for key in written if isinstance(key, str) and (key.startswith("Fn::") or key == "Ref")]
    if names and len(written) != 1:
        raise InvalidTemplate(f"Template error: {names[0]} must stand alone, not beside {sorted(written)}")
    if list(written) == ["Condition"] and isinstance(written["Condition"], str):
        return "Condition"
    return names[0] if names else None
