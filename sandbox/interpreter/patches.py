"""Replacing parts of somebody else's modules, and putting them back."""

from __future__ import annotations

from typing import Any

_MISSING = object()


class Patches:
    """What was replaced, so that it can be put back in reverse order."""

    def __init__(self) -> None:
        self._replaced: list[tuple[Any, str, Any]] = []

    def replace(self, owner: Any, name: str, value: Any) -> None:
        """Set an attribute of a module or class, from now until `remove`."""
        if not hasattr(owner, name):
            raise AttributeError(f"{owner!r} has no {name}: moto has changed, look at this mending again")
        self._replaced.append((owner, name, vars(owner).get(name, _MISSING)))
        setattr(owner, name, value)

    def remove(self) -> None:
        """Put everything back."""
        while self._replaced:
            owner, name, original = self._replaced.pop()
            if original is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, original)
