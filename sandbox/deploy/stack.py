"""A stack: made in the order of its dependencies, taken down in reverse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.accounts import PARTITION, Account
from sandbox.deploy.errors import InvalidTemplate, NotInSandbox, Refused
from sandbox.deploy.not_enacted import LEFT_OUT
from sandbox.deploy.properties import Properties
from sandbox.deploy.registry import MAKERS, Made
from sandbox.deploy.scope import Scope
from sandbox.deploy.site import Site, World
from sandbox.deploy.template import Resource, Template, order_of_creation
from sandbox.deploy.values import NO_VALUE, text


@dataclass
class Stack:
    """What one deployment made."""

    world: World
    account: Account
    region: str
    name: str
    template: Template
    parameters: Mapping[str, str]
    """As given, defaults added."""
    scope: Scope
    created: float
    """Virtual epoch seconds."""
    outputs: dict[str, str] = field(default_factory=dict)
    made: dict[str, tuple[Site, Made]] = field(default_factory=dict)
    """By logical id, in the order of creation."""

    @property
    def id(self) -> str:
        """AWS::StackId."""
        return stack_id(self.account, self.region, self.name)

    @property
    def resources(self) -> dict[str, str]:
        """Logical id -> what Ref gives."""
        return {logical_id: made.ref for logical_id, (_, made) in self.made.items()}

    @property
    def attributes(self) -> dict[str, dict[str, Any]]:
        """Logical id -> what GetAtt gives."""
        return {logical_id: made.attributes for logical_id, (_, made) in self.made.items()}

    def create(self) -> None:
        """Make every resource and work out the outputs. If one is refused, what was made is taken down again."""
        resources = order_of_creation(self.template, self.scope)
        if unknown := [resource for resource in resources if resource.type not in MAKERS]:
            raise NotInSandbox("; ".join(f"the sandbox does not know {one.where}" for one in unknown))
        try:
            for resource in resources:
                self._make(resource)
            self._work_out_outputs()
        except Refused:
            self._take_down(kept=("Retain",))
            raise

    def delete(self) -> None:
        """Take the stack down; resources with DeletionPolicy Retain stay.

        Raises:
            DeploymentFailed: a service refused to delete something; what was not deleted is still in `made`.
        """
        self._take_down(kept=("Retain", "RetainExceptOnCreate"))
        self.world.stacks.pop((self.account.id, self.name), None)

    def _make(self, resource: Resource) -> None:
        try:
            values = self.scope.value(resource.properties)
        except InvalidTemplate as error:
            raise InvalidTemplate(f"{resource.where}: {error}") from error
        except NotInSandbox as error:
            raise NotInSandbox(f"{resource.where}: {error}") from error
        enacted = {name: value for name, value in values.items() if (resource.type, name) not in LEFT_OUT}
        properties = Properties(resource, enacted)
        site = Site(self.world, self.account, self.region, self.name, resource)
        try:
            made = MAKERS[resource.type](site, properties)
            properties.finish()
        except Refused:
            site.take_down()
            raise
        self.made[resource.logical_id] = (site, made)
        self.scope.references[resource.logical_id] = made.ref
        self.scope.attributes[resource.logical_id] = made.attributes

    def _work_out_outputs(self) -> None:
        for name, output in self.template.outputs.items():
            if "Condition" in output and not self.scope.condition(output["Condition"]):
                continue
            value = self.scope.value(output["Value"])
            if value is NO_VALUE or isinstance(value, list | dict):
                raise InvalidTemplate(f"Template format error: Output {name} must be a string")
            self.outputs[name] = text(value)

    def _take_down(self, kept: tuple[str, ...]) -> None:
        for logical_id, (site, _) in reversed(list(self.made.items())):
            if site.resource.deletion_policy not in kept:
                site.take_down()
            del self.made[logical_id]


def stack_id(account: Account, region: str, name: str) -> str:
    """A stack's ARN; AWS ends it with a random id, the sandbox with the name's own."""
    return f"arn:{PARTITION}:cloudformation:{region}:{account.id}:stack/{name}/{name}"
