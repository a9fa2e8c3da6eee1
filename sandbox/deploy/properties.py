"""A resource's properties: whatever its function does not take is refused by name."""

from typing import Any

from sandbox.deploy.errors import InvalidTemplate, NotInSandbox
from sandbox.deploy.template import Resource
from sandbox.deploy.values import is_true, text


class Properties:
    """Properties to be taken one by one."""

    def __init__(self, resource: Resource, values: dict[str, Any]) -> None:
        self.where = resource.where
        self._values = dict(values)

    def take(self, name: str, default: Any = None) -> Any:
        """The property, or the default where the template is silent."""
        return self._values.pop(name, default)

    def want(self, name: str) -> Any:
        """A property that the type requires."""
        if name not in self._values:
            raise InvalidTemplate(f"{self.where}: Model validation failed: required key [{name}] not found")
        return self._values.pop(name)

    def text(self, name: str, default: str) -> str:
        """A property as a string."""
        return text(self._values.pop(name, default))

    def number(self, name: str, default: int) -> int:
        """A property as a whole number."""
        value = text(self._values.pop(name, default))
        try:
            return int(value)
        except ValueError as error:
            raise InvalidTemplate(f"{self.where}: {name} must be a whole number, not {value}") from error

    def flag(self, name: str, *, default: bool) -> bool:
        """A property as a boolean."""
        return is_true(self._values.pop(name, default))

    def some(self, *names: str) -> dict[str, Any]:
        """Those of the named properties that the template gives, as they stand."""
        return {name: self._values.pop(name) for name in names if name in self._values}

    def tags(self) -> dict[str, str]:
        """The tags, whether written as a list of Key and Value or as a map."""
        written = self._values.pop("Tags", {})
        pairs = written.items() if isinstance(written, dict) else ((tag["Key"], tag["Value"]) for tag in written)
        return {text(key): text(value) for key, value in pairs}

    def finish(self) -> None:
        """Refuse what nobody has taken."""
        if self._values:
            raise NotInSandbox(f"{self.where}: nothing honours {', '.join(sorted(self._values))}")


def tag_list(tags: dict[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as most APIs want them."""
    return [{key: name, value: content} for name, content in tags.items()]


def renamed(properties: dict[str, Any], **names: str) -> dict[str, Any]:
    """Properties under the names that the API has for them."""
    return {names.get(name, name): value for name, value in properties.items()}
