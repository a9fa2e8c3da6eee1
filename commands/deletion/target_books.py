"""What a target's stack has half done, as its own sweeper would find it, and who uses its security groups."""

from collections.abc import Iterator
from typing import Any

from commands.account import Account
from commands.problems import Problem
from commands.stacks import DeployedStack
from snapferry.executions import SUCCEEDED, standing
from snapferry.state.begun import Begun, BegunWork
from snapferry.state.table import Table
from snapferry.target import taking_back

_FAMILIES = (
    ("describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
    ("describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
)


class Books:
    """One target stack's work that has not been seen to end well.

    Args:
        account: Where it is.
        stack: The stack.
    """

    def __init__(self, account: Account, stack: DeployedStack) -> None:
        self._account = account
        self._stack = stack
        self._begun = BegunWork(Table(account.client("dynamodb"), stack.outputs["StateTableName"]))

    def left_behind(self) -> list[Begun]:
        """Return what executions have begun that did not end well."""
        states = self._account.client("stepfunctions")
        return [one for one in self._begun.all() if standing(states, one.execution_arn).status != SUCCEEDED]

    def take_back(self, begun: Begun, attempt: int) -> None:
        """Start taking one of them back."""
        states = self._account.client("stepfunctions")
        told = taking_back.told(begun.execution_arn, standing(states, begun.execution_arn).status)
        taking_back.start(states, self._stack.outputs["TakeBackMachineArn"], begun, told, attempt)

    def in_quarantine(self) -> Iterator[Problem]:
        """Yield the databases that are in the quarantine group: half restored, by whatever went wrong."""
        for row, name in databases(self._account):
            groups = {each["VpcSecurityGroupId"] for each in row.get("VpcSecurityGroups", [])}
            if self._stack.outputs["QuarantineGroupId"] in groups:
                yield Problem(
                    f"database {name} is in quarantine: it was never opened",
                    "delete it, or give it other security groups and a new password, and run the command again",
                )

    def in_hook_group(self) -> Iterator[Problem]:
        """Yield the functions that stand in the hooks' group, which cannot be deleted before them."""
        for function in self._account.pages("lambda", "list_functions", "Functions"):
            if self._stack.outputs["HookSecurityGroupId"] in function.get("VpcConfig", {}).get("SecurityGroupIds", []):
                yield Problem(
                    f"function {function['FunctionName']} stands in the hooks' security group",
                    "delete its stack first (sam delete --config-env hooks), and run the command again",
                )


def databases(account: Account) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the account's clusters and instances, with their names."""
    for operation, member, name in _FAMILIES:
        for row in account.pages("rds", operation, member):
            yield row, row[name]
