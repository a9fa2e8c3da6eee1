"""A stack: made in the order of its dependencies, taken down in reverse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.accounts import PARTITION, Account
from sandbox.deploy.errors import InvalidTemplate, NotInSandbox, Refused
from sandbox.deploy.making import make, values_of
from sandbox.deploy.registry import MAKERS, Made
from sandbox.deploy.scope import Scope
from sandbox.deploy.site import Site, World
from sandbox.deploy.template import Resource, Template, order_of_creation
from sandbox.deploy.updating import Update
from sandbox.deploy.values import NO_VALUE, text

UPDATING, UPDATED, ROLLED_BACK = "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"
DELETING, DELETED, NOT_DELETED = "DELETE_IN_PROGRESS", "DELETE_COMPLETE", "DELETE_FAILED"


@dataclass(frozen=True)
class Plan:
    """What a stack shall become."""

    template: Template
    parameters: Mapping[str, str]
    """As given, defaults added."""
    scope: Scope


@dataclass
class Stack:
    """What one deployment made, and later ones changed."""

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
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Logical id -> the properties that it was made with, worked out."""
    status: str = "CREATE_COMPLETE"
    reason: str = ""
    """Why the last operation failed."""
    updated: float | None = None
    """Virtual epoch seconds of the last update."""

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
        resources = resources_of(self.template, self.scope)
        try:
            for resource in resources:
                self._make(resource)
            self.outputs = outputs_of(self.template, self.scope)
        except Refused:
            self._take_down(kept=("Retain",))
            raise

    def update(self, plan: Plan) -> None:
        """Change what differs, make what is new, take down what is no longer wanted.

        Raises:
            Refused: something could not be changed; everything is as it was.
        """
        if self.status.endswith("_IN_PROGRESS"):
            raise InvalidTemplate(f"Stack:{self.id} is in {self.status} state and can not be updated.")
        self.status, self.reason = UPDATING, ""
        try:
            update = Update(self.made, self.values, plan.scope)
            done = update.run(resources_of(plan.template, plan.scope), self._site)
            outputs = outputs_of(plan.template, plan.scope)
        except Refused as refusal:
            self.status, self.reason = ROLLED_BACK, str(refusal)
            raise
        self.made, self.values = done.made, done.values
        self.template, self.parameters, self.scope, self.outputs = plan.template, plan.parameters, plan.scope, outputs
        self.status, self.updated = UPDATED, self.world.clock.now
        for site in done.unwanted:
            if site.resource.deletion_policy == "Delete":
                site.take_down()

    def delete(self) -> None:
        """Take the stack down; resources with DeletionPolicy Retain stay.

        Raises:
            DeploymentFailed: a service refused to delete something; what was not deleted is still in `made`.
        """
        self.status, self.reason = DELETING, ""
        try:
            self._take_down(kept=("Retain", "RetainExceptOnCreate"))
        except Refused as refusal:
            self.status, self.reason = NOT_DELETED, str(refusal)
            raise
        self.status = DELETED
        self.world.stacks.pop((self.account.id, self.name), None)

    def _site(self, resource: Resource) -> Site:
        return Site(self.world, self.account, self.region, self.name, resource)

    def _make(self, resource: Resource) -> None:
        values = values_of(resource, self.scope)
        site = self._site(resource)
        made = make(site, values)
        self.made[resource.logical_id], self.values[resource.logical_id] = (site, made), values
        self.scope.references[resource.logical_id] = made.ref
        self.scope.attributes[resource.logical_id] = made.attributes

    def _take_down(self, kept: tuple[str, ...]) -> None:
        for logical_id, (site, _) in reversed(list(self.made.items())):
            if site.resource.deletion_policy not in kept:
                site.take_down()
            del self.made[logical_id]


def resources_of(template: Template, scope: Scope) -> list[Resource]:
    """The resources that are wanted, each after those that it names; NotInSandbox for a type that nobody makes."""
    resources = order_of_creation(template, scope)
    if unknown := [resource for resource in resources if resource.type not in MAKERS]:
        raise NotInSandbox("; ".join(f"the sandbox does not know {one.where}" for one in unknown))
    return resources


def outputs_of(template: Template, scope: Scope) -> dict[str, str]:
    """The outputs whose condition holds."""
    outputs = {}
    for name, output in template.outputs.items():
        if "Condition" in output and not scope.condition(output["Condition"]):
            continue
        value = scope.value(output["Value"])
        if value is NO_VALUE or isinstance(value, list | dict):
            raise InvalidTemplate(f"Template format error: Output {name} must be a string")
        outputs[name] = text(value)
    return outputs


def stack_id(account: Account, region: str, name: str) -> str:
    """A stack's ARN; AWS ends it with a random id, the sandbox with the name's own."""
    return f"arn:{PARTITION}:cloudformation:{region}:{account.id}:stack/{name}/{name}"
