"""Whether an execution runs, as Step Functions tells it; that is eventually consistent."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from snapferry import aws

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

RUNNING: Final = frozenset({"RUNNING", "PENDING_REDRIVE"})
SUCCEEDED: Final = "SUCCEEDED"
_GONE: Final = frozenset({"ExecutionDoesNotExist", "StateMachineDoesNotExist"})


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of an execution.

    Attributes:
        status: Step Functions' own word; None if it does not know the execution: its machine is deleted, it is older
            than 90 days, or it has begun a moment ago.
        stopped: When it ended; None while it runs.
    """

    status: str | None
    stopped: datetime | None

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.status in RUNNING


def standing(states: "SFNClient", execution_arn: str) -> Standing:
    """Ask what became of an execution."""
    execution = described(states, execution_arn)
    return Standing(execution["status"], execution.get("stopDate")) if execution else Standing(None, None)


def described(states: "SFNClient", execution_arn: str) -> "DescribeExecutionOutputTypeDef | None":
    """Return what Step Functions tells of an execution; None if it does not know it."""
    try:
        return states.describe_execution(executionArn=execution_arn)
    except ClientError as error:
        if aws.code(error) in _GONE:
            return None
        raise
