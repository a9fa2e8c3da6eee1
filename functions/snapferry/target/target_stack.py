"""The target stack: who it is, and what its functions plan with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from snapferry import aws
from snapferry.settings import Settings
from snapferry.target.profiles import Profiles

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_rds import RDSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetStack:
    """Where the target is, and how its deployer has set it up.

    Attributes:
        key: The own key: of the copies, of the databases, and of their secrets.
        deadline_hours: How long a run that a person starts may take; the source's questions bring their own deadline.
        quarantine_group: The security group that lets nobody in.
        connection_prefix: Below it, every finished restore publishes its connection.
        monitoring_role: ARN of the only role that may be handed to Enhanced Monitoring.
        users_by_rds: ARNs of the roles that have RDS use the own key.
        secure_role: ARN of the role that has Secrets Manager use it.
    """

    account: str
    region: str
    partition: str
    key: str
    deadline_hours: float
    quarantine_group: str
    connection_prefix: str
    users_by_rds: list[str]
    secure_role: str
    monitoring_role: str | None = None

    def connection(self, name: str) -> str:
        """Return the parameter under which the connection of that name is published."""
        return f"{self.connection_prefix}/{name}/connection"

    @classmethod
    def of(cls, context: "LambdaContext") -> Self:
        """Return the stack that a function belongs to."""
        settings = Settings()
        _, partition, _, region, account, *_ = settings.own_arn(context.invoked_function_arn).split(":")
        return cls(
            account=account,
            region=region,
            partition=partition,
            key=settings.key,
            deadline_hours=settings.deadline_hours,
            quarantine_group=settings.text("QUARANTINE_GROUP_ID"),
            connection_prefix=settings.text("CONNECTION_PREFIX"),
            users_by_rds=[settings.text(f"{use}_ROLE_ARN") for use in ("COPY", "RESTORE", "INSTANCES")],
            secure_role=settings.text("SECURE_ROLE_ARN"),
            monitoring_role=settings.text("MONITORING_ROLE_ARN", "none").removeprefix("none") or None,
        )

    def secret_arn(self, name: str) -> str:
        """Return the ARN of a secret of ours, without the six letters that Secrets Manager adds: it takes both."""
        return f"arn:{self.partition}:secretsmanager:{self.region}:{self.account}:secret:{name}"


@dataclass(frozen=True, slots=True)
class Clients:
    """What a copy and a restore are planned with."""

    rds: "RDSClient"
    ec2: "EC2Client"
    kms: "KMSClient"
    profiles: Profiles


def clients() -> Clients:
    """Return this process's clients."""
    return Clients(
        rds=aws.client("rds"),
        ec2=aws.client("ec2"),
        kms=aws.client("kms"),
        profiles=Profiles(aws.client("ssm"), Settings().text("PROFILE_PREFIX")),
    )
