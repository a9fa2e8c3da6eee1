"""What a resource's function works with: the account, names, API calls."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError

from sandbox.accounts import PARTITION, Account
from sandbox.deploy.errors import DeploymentFailed, InvalidTemplate
from sandbox.deploy.shapes import fit
from sandbox.deploy.template import Resource

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from sandbox.clock import Clock
    from sandbox.deploy.stack import Stack
    from sandbox.functions import Functions


class World(Protocol):
    """What a deployment asks of the sandbox."""

    clock: "Clock"
    functions: "Functions"
    stacks: "MutableMapping[tuple[str, str], Stack]"

    def client(self, service: str, account: Account) -> Any:
        """The account's administrator as a boto3 client."""


# Parts of the codes by which services say that something is not there.
GONE = ("NotFound", "NoSuchEntity", "NonExistentQueue", "DoesNotExist")


@dataclass(frozen=True)
class Site:
    """One resource's place in one stack of one account."""

    world: World
    account: Account
    region: str
    stack: str
    resource: Resource
    deletions: list[Callable[[], object]] = field(default_factory=list)
    """What takes the resource down again, to be called last first."""

    def name(self, longest: int, suffix: str = "") -> str:
        """The physical name where the template gives none: stack and logical id, the same at every deployment."""
        name = f"{self.stack}-{self.resource.logical_id}"
        room = longest - len(suffix)
        if len(name) > room:
            digest = hashlib.sha256(name.encode()).hexdigest()[:8]
            name = f"{name[: room - 9]}-{digest}"
        return name + suffix

    def arn(self, service: str, rest: str) -> str:
        """An ARN in this account and Region."""
        return f"arn:{PARTITION}:{service}:{self.region}:{self.account.id}:{rest}"

    def call(self, service: str, operation: str, /, **members: Any) -> dict[str, Any]:
        """Call AWS as the account's administrator; `members` may have a template's types and names.

        Raises:
            InvalidTemplate: a property's value cannot be right.
            DeploymentFailed: the service refused.
        """
        client = self.world.client(service, self.account)
        shape = client.meta.service_model.operation_model(operation).input_shape
        try:
            fitted = fit(shape, members, self.resource.where)
            result: dict[str, Any] = getattr(client, xform_name(operation))(**fitted)
        except ParamValidationError as error:
            raise InvalidTemplate(f"{self.resource.where}: {error}") from error
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise DeploymentFailed(f"{self.resource.where}: {error}", code) from error
        return result

    def on_delete(self, service: str, operation: str, /, **members: Any) -> None:
        """Note the call that undoes what was just made; a resource that fails half-way is undone too."""
        self.deletions.append(lambda: self._call_unless_gone(service, operation, members))

    def take_down(self) -> None:
        """Delete the resource.

        Raises:
            DeploymentFailed: a service refused; what is still to be done stays in `deletions`.
        """
        while self.deletions:
            self.deletions[-1]()
            self.deletions.pop()

    def _call_unless_gone(self, service: str, operation: str, members: dict[str, Any]) -> None:
        """As CloudFormation does: what somebody else has deleted is deleted."""
        try:
            self.call(service, operation, **members)
        except DeploymentFailed as error:
            if not any(word in error.code for word in GONE):
                raise
