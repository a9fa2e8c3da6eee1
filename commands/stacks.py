"""A deployed stack, as CloudFormation tells of it."""

from dataclasses import dataclass
from typing import Any, Final, Self

from botocore.exceptions import ClientError

from commands.account import Account
from commands.problems import Problem, Refused

_NONE_THERE: Final = "ValidationError"  # CloudFormation's code for a stack that does not exist
_MACHINE: Final = "AWS::StepFunctions::StateMachine"
_SCHEDULE: Final = "AWS::Scheduler::Schedule"


@dataclass(frozen=True)
class DeployedStack:
    """One stack of Snapferry's.

    Attributes:
        id: Its ARN, by which it is known when it is gone, too.
        resources: Logical id -> type and physical id.
    """

    name: str
    id: str
    status: str
    outputs: dict[str, str]
    parameters: dict[str, str]
    resources: dict[str, tuple[str, str]]

    @classmethod
    def find(cls, account: Account, name: str, *, having: str) -> Self:
        """Return a stack.

        Args:
            account: Where it is.
            name: Its name.
            having: A resource by which it is known as the one that is meant.

        Raises:
            Refused: There is none, or it is no stack of that kind.
        """
        described = describe(account, name)
        if described is None:
            there = f"in account {account.id}, Region {account.region}"
            raise Refused(f"There is no stack {name} {there}", [Problem(_WHERE, _WHICH)])
        listed = account.pages("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=name)
        resources = {
            one["LogicalResourceId"]: (one["ResourceType"], one.get("PhysicalResourceId", "")) for one in listed
        }
        if having not in resources:
            raise Refused(f"Stack {name} has no {having}: it is not the one that is meant", [Problem(_WHERE, _WHICH)])
        return cls(
            name,
            described["StackId"],
            described["StackStatus"],
            {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])},
            {one["ParameterKey"]: one["ParameterValue"] for one in described.get("Parameters", [])},
            resources,
        )

    def physical(self, logical_id: str) -> str:
        """Return what AWS calls a resource; empty if the stack has none."""
        return self.resources.get(logical_id, ("", ""))[1]

    @property
    def machines(self) -> dict[str, str]:
        """The state machines: logical id -> ARN."""
        return self._of(_MACHINE)

    def machines_but(self, logical_id: str) -> dict[str, str]:
        """The state machines without one of them."""
        return {each: arn for each, arn in self.machines.items() if each != logical_id}

    @property
    def schedules(self) -> dict[str, str]:
        """The schedules: logical id -> name."""
        return self._of(_SCHEDULE)

    def _of(self, kind: str) -> dict[str, str]:
        return {logical_id: physical for logical_id, (type_, physical) in self.resources.items() if type_ == kind}


_WHERE: Final = "Stacks are looked for in the account and Region of AWS_PROFILE"
_WHICH: Final = "say which: AWS_PROFILE=..., REGION=..., STACK=..."


def describe(account: Account, name: str) -> dict[str, Any] | None:
    """Return CloudFormation's description of a stack, by its name or ARN; None if there is none."""
    try:
        stacks = account.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == _NONE_THERE:
            return None
        raise
    return dict(stacks[0])
