"""The route of a source stack, and what its deployer allows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from snapferry.contracts.incoming import AccountId
from snapferry.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a source stack's transfers go: one target account, one Region, one key.

    Attributes:
        key: The transfer key as the deployer named it: id, ARN, alias name or alias ARN.
        stack: The stack's name, for which a key may be tagged.
        edits_key_policy: False where the deployer manages the key's policy.
        deadline_hours: How long a whole transfer may take.
        database_keys: ARNs of the databases' customer managed keys, which the stack's roles may use.
        plan_role: ARN of the role that looks at a database's key.
        snapshot_role: ARN of the role that takes snapshots, and so uses a database's key.
        copy_role: ARN of the role that copies snapshots, and so uses a database's key.
        shares_originals: A snapshot that is under the transfer key already may be shared as it is.
    """

    source_account: AccountId
    target_account: AccountId
    region: str
    partition: str
    key: str
    stack: str
    edits_key_policy: bool
    deadline_hours: float
    database_keys: frozenset[str] = frozenset()
    plan_role: str = ""
    snapshot_role: str = ""
    copy_role: str = ""
    shares_originals: bool = False

    @classmethod
    def of(cls, context: "LambdaContext") -> Self:
        """Return the route of the stack that a function belongs to."""
        settings = Settings()
        _, partition, _, _, account, *_ = settings.own_arn(context.invoked_function_arn).split(":")
        return cls(
            source_account=account,
            target_account=settings.target_account,
            region=settings.region,
            partition=partition,
            key=settings.key,
            stack=settings.stack,
            edits_key_policy=not settings.key_policy_is_elsewhere,
            deadline_hours=settings.deadline_hours,
            database_keys=settings.database_keys,
            plan_role=settings.text("PLAN_ROLE_ARN"),
            snapshot_role=settings.text("SNAPSHOT_ROLE_ARN"),
            copy_role=settings.text("COPY_ROLE_ARN"),
            shares_originals=settings.shares_originals,
        )
