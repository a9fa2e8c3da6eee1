"""One resource: its properties worked out, and made."""

from typing import Any

from sandbox.deploy.errors import InvalidTemplate, NotInSandbox, Refused
from sandbox.deploy.not_enacted import LEFT_OUT
from sandbox.deploy.properties import Properties
from sandbox.deploy.registry import MAKERS, Made
from sandbox.deploy.scope import Scope
from sandbox.deploy.site import Site
from sandbox.deploy.template import Resource


def values_of(resource: Resource, scope: Scope) -> dict[str, Any]:
    """What a resource's properties come to, without those that are not even handed on."""
    try:
        values = scope.value(resource.properties)
    except InvalidTemplate as error:
        raise InvalidTemplate(f"{resource.where}: {error}") from error
    except NotInSandbox as error:
        raise NotInSandbox(f"{resource.where}: {error}") from error
    return {name: value for name, value in values.items() if (resource.type, name) not in LEFT_OUT}


def make(site: Site, values: dict[str, Any]) -> Made:
    """Make the resource; if it is refused, nothing of it is left."""
    properties = Properties(site.resource, values)
    try:
        made = MAKERS[site.resource.type](site, properties)
        properties.finish()
    except Refused:
        site.take_down()
        raise
    return made
