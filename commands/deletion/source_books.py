"""What a source's stack holds open, as its own sweeper would find it."""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from commands.account import Account
from commands.problems import Problem
from commands.stacks import DeployedStack
from snapferry.databases import Snapshots
from snapferry.leasing.closing import Open, of_kept, start_closing
from snapferry.leasing.left_open import Route, left_open
from snapferry.state.kept import KeptCopies, KeptCopy
from snapferry.state.table import Table


class Books:
    """One source stack's leases, shares and kept copies.

    Args:
        account: Where it is.
        stack: The stack.
    """

    def __init__(self, account: Account, stack: DeployedStack) -> None:
        self._account = account
        self._table = Table(account.client("dynamodb"), stack.outputs["StateTableName"])
        self._closer = stack.outputs["CloseAccessMachineArn"]
        self._target = stack.parameters["TargetAccountId"]
        self.route = Route(
            machine_arn=stack.outputs["FerrySnapshotMachineArn"],
            key_arn=stack.outputs["TransferKeyArn"],
            stack=stack.name,
        )

    def open(self) -> list[Open]:
        """Return what transfers hold open or have left behind: leases, statements in the key policy, snapshots."""
        kms, rds = self._account.client("kms"), self._account.client("rds")
        return left_open(kms, rds, self._table, self.route)

    def close(self, left: Open, attempt: int) -> None:
        """Start closing one of them."""
        start_closing(self._account.client("stepfunctions"), self._closer, left.closing, attempt)

    def kept(self) -> list[KeptCopy]:
        """Return the copies that are kept to start again from."""
        return KeptCopies(self._table).all()

    def delete_kept(self, copy: KeptCopy, attempt: int) -> None:
        """Start deleting one of them."""
        closing = of_kept(copy, self.route.key_arn)
        start_closing(self._account.client("stepfunctions"), self._closer, closing, attempt)

    def shared(self) -> Iterator[Problem]:
        """Yield the kept copies that somebody has shared with the target all the same."""
        for copy in self.kept():
            snapshots = Snapshots(self._account.client("rds"), copy.family)
            try:
                shared = self._target in snapshots.shared_with(copy.identifier)
            except ClientError:  # it is gone
                continue
            if shared:
                yield Problem(
                    f"{copy.identifier} is shared with account {self._target}",
                    "take that account out of its restore attribute in the console of RDS, or say KEPT=delete",
                )
