"""A template's sections, checked for everything that can be known before anything is made."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sandbox.deploy.dependencies import conditions_in, names_in
from sandbox.deploy.errors import InvalidTemplate, NotInSandbox
from sandbox.deploy.scope import Scope

SECTIONS = {
    "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions",
    "Resources", "Outputs",
}  # fmt: skip
RESOURCE_MEMBERS = {
    "Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "Metadata",
}  # fmt: skip
DELETION_POLICIES = ("Delete", "Retain", "RetainExceptOnCreate")


@dataclass(frozen=True)
class Resource:
    """One resource as written."""

    logical_id: str
    type: str
    properties: dict[str, Any]
    depends_on: tuple[str, ...] = ()
    condition: str | None = None
    deletion_policy: str = "Delete"

    @property
    def where(self) -> str:
        """How errors name it."""
        return f"{self.logical_id} ({self.type})"


@dataclass(frozen=True)
class Template:
    """A CloudFormation template (SAM already translated)."""

    resources: dict[str, Resource]
    parameters: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    mappings: dict[str, Any] = field(default_factory=dict)
    conditions: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    description: str = ""


def read_template(document: dict[str, Any], pseudo_parameters: set[str]) -> Template:
    """Check the document's form and names.

    Raises:
        InvalidTemplate: an unknown section, a name that nobody declares.
        NotInSandbox: a resource attribute that the sandbox does not enact (CreationPolicy …).
    """
    if unknown := sorted(set(document) - SECTIONS):
        raise InvalidTemplate(f"Template format error: Invalid template property or properties {unknown}")
    written = document.get("Resources", {})
    if not written:
        raise InvalidTemplate("Template format error: At least one Resources member must be defined.")
    template = Template(
        resources={name: _read_resource(name, resource) for name, resource in written.items()},
        parameters=document.get("Parameters", {}),
        rules=document.get("Rules", {}),
        mappings=document.get("Mappings", {}),
        conditions=document.get("Conditions", {}),
        outputs=document.get("Outputs", {}),
        description=document.get("Description", ""),
    )
    _check_names(template, pseudo_parameters)
    return template


def order_of_creation(template: Template, scope: Scope) -> list[Resource]:
    """The resources whose condition holds, each after those that it names."""
    wanted = {
        name: resource
        for name, resource in template.resources.items()
        if resource.condition is None or scope.condition(resource.condition)
    }
    graph = {
        name: {needed for needed in names_in(resource.properties) if needed in wanted}
        | {needed for needed in resource.depends_on if needed in wanted}
        for name, resource in wanted.items()
    }
    try:
        return [wanted[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        circle = ", ".join(dict.fromkeys(error.args[1]))
        raise InvalidTemplate(f"Circular dependency between resources: [{circle}]") from error


def _read_resource(name: str, written: dict[str, Any]) -> Resource:
    kind = written.get("Type")
    if not name.isalnum() or not isinstance(kind, str):
        raise InvalidTemplate(f"Template format error: resource {name} wants an alphanumeric name and a Type")
    if unknown := sorted(set(written) - RESOURCE_MEMBERS):
        raise NotInSandbox(f"{name} ({kind}): the sandbox does not know the resource attributes {unknown}")
    policy = written.get("DeletionPolicy", "Delete")
    if policy not in DELETION_POLICIES:
        raise NotInSandbox(f"{name} ({kind}): the sandbox does not know DeletionPolicy {policy}")
    depends_on = written.get("DependsOn", [])
    return Resource(
        logical_id=name,
        type=kind,
        properties=written.get("Properties", {}),
        depends_on=tuple([depends_on] if isinstance(depends_on, str) else depends_on),
        condition=written.get("Condition"),
        deletion_policy=policy,
    )


def _check_names(template: Template, pseudo_parameters: set[str]) -> None:
    """Every Ref, GetAtt, Sub, DependsOn, If and Condition must name something that is declared."""
    parameters = set(template.parameters) | pseudo_parameters
    everything = parameters | set(template.resources)
    _require(names_in(template.conditions), parameters, "the Conditions block")
    _require(names_in(template.rules), parameters, "the Rules block")
    for name, resource in template.resources.items():
        _require(names_in(resource.properties), everything, f"resource {name}")
        _require(resource.depends_on, set(template.resources), f"DependsOn of resource {name}")
        _require([resource.condition or ""], {"", *template.conditions}, f"Condition of resource {name}")
    for name, output in template.outputs.items():
        _require(names_in(output), everything, f"output {name}")
        _require([output.get("Condition", "")], {"", *template.conditions}, f"Condition of output {name}")
    bodies = [template.conditions, template.outputs, [one.properties for one in template.resources.values()]]
    _require(conditions_in(bodies), set(template.conditions), "the Fn::If blocks")


def _require(names: Iterable[str], known: set[str], place: str) -> None:
    if unresolved := sorted(set(names) - known):
        raise InvalidTemplate(f"Template format error: Unresolved dependencies {unresolved} in {place}")
