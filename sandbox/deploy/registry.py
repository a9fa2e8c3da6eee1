"""Which function makes which type of resource."""

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


def makes(resource_type: str) -> Callable[[Maker], Maker]:
    """Register a function for a resource type."""

    def register(maker: Maker) -> Maker:
        MAKERS[resource_type] = maker
        return maker

    return register
