"""Which function makes which type of resource, and which changes one that is there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.deploy.properties import Properties
from sandbox.deploy.site import Site


@dataclass(frozen=True)
class Made:
    """A resource that exists."""

    ref: str
    """What Ref gives."""
    attributes: dict[str, Any] = field(default_factory=dict)
    """What GetAtt gives."""
    physical_id: str | None = None
    """What CloudFormation calls it, where that is not what Ref gives."""


Maker = Callable[[Site, Properties], Made]
MAKERS: dict[str, Maker] = {}


@dataclass(frozen=True)
class Before:
    """A resource as it stands, to be changed."""

    made: Made
    values: dict[str, Any]
    """Its properties, worked out."""


Updater = Callable[[Site, Properties, Before], Made]
UPDATERS: dict[str, tuple[frozenset[str], Updater]] = {}
"""Type -> the properties that can be changed in place, and the function that does."""


def makes(resource_type: str) -> Callable[[Maker], Maker]:
    """Register a function for a resource type."""

    def register(maker: Maker) -> Maker:
        MAKERS[resource_type] = maker
        return maker

    return register


def updates(resource_type: str, *names: str) -> Callable[[Updater], Updater]:
    """Register a function that changes these properties of a resource in place ("no interruption", says AWS)."""

    def register(updater: Updater) -> Updater:
        UPDATERS[resource_type] = (frozenset(names), updater)
        return updater

    return register
