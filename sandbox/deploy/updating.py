"""An update: what differs is changed in place, what is new is made; a failure takes everything back.

AWS replaces a resource of which a property cannot be changed in place: a new one, with another name, and the old one is
deleted afterwards. Names here are the same at every deployment, so the sandbox refuses that, by the property's name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.deploy.errors import NotInSandbox, Refused
from sandbox.deploy.making import make, values_of
from sandbox.deploy.properties import Properties
from sandbox.deploy.registry import UPDATERS, Before, Made
from sandbox.deploy.scope import Scope
from sandbox.deploy.site import Site
from sandbox.deploy.template import Resource

Resources = Mapping[str, tuple[Site, Made]]
Values = Mapping[str, dict[str, Any]]


@dataclass(frozen=True)
class Done:
    """What a stack is after its update."""

    made: dict[str, tuple[Site, Made]] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    unwanted: list[Site] = field(default_factory=list)
    """What is still there and no longer wanted, in the order in which it is to go."""


class Update:
    """One update of one stack."""

    def __init__(self, before: Resources, values: Values, scope: Scope) -> None:
        self._before = before
        self._values = values
        self._scope = scope
        self._undo: list[Callable[[], object]] = []

    def run(self, resources: list[Resource], new_site: Callable[[Resource], Site]) -> Done:
        """Change the resources, in this order; Refused if one cannot be changed, with everything as it was."""
        done = Done()
        try:
            for resource in resources:
                site, made, values = self._one(resource, new_site)
                name = resource.logical_id
                done.made[name], done.values[name] = (site, made), values
                self._scope.references[name], self._scope.attributes[name] = made.ref, made.attributes
        except Refused:
            for undo in reversed(self._undo):
                undo()
            raise
        gone = [site for name, (site, _) in self._before.items() if name not in done.made]
        done.unwanted.extend(reversed(gone))
        return done

    def _one(self, resource: Resource, new_site: Callable[[Resource], Site]) -> tuple[Site, Made, dict[str, Any]]:
        values = values_of(resource, self._scope)
        if resource.logical_id not in self._before:
            site = new_site(resource)
            made = make(site, values)
            self._undo.append(site.take_down)
            return site, made, values
        site, made = self._before[resource.logical_id]
        before = self._values[resource.logical_id]
        if site.resource.type != resource.type:
            raise NotInSandbox(f"{resource.where}: the sandbox cannot replace {site.resource.type} by another type")
        site = replace(site, resource=resource)  # its attributes may be others; what takes it down stays
        if values == before:
            return site, made, values
        after = _change(site, values, Before(made, before))
        self._undo.append(lambda: _change(site, before, Before(after, values)))
        return site, after, values


def _change(site: Site, values: dict[str, Any], before: Before) -> Made:
    names = {name for name in {*values, *before.values} if values.get(name) != before.values.get(name)}
    in_place, updater = UPDATERS.get(site.resource.type, (frozenset(), None))
    if updater is None or names - in_place:
        hard = ", ".join(sorted(names - in_place))
        raise NotInSandbox(f"{site.resource.where}: the sandbox cannot change {hard} of a resource that is there")
    properties = Properties(site.resource, values)
    made = updater(site, properties, before)
    properties.finish()
    return made
