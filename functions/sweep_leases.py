"""On a schedule: close whatever transfers have left open whose execution runs no more.

What an execution that runs, or has ended a moment ago, holds open is never touched. What cannot be closed is found
again, and tried again, next time.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from snapferry import aws, waits
from snapferry.closing import Open, find_open, start_closing, strays, tagged_snapshots
from snapferry.databases import Snapshots
from snapferry.entry import Event, Result, entry_point, logger
from snapferry.key_policy import read_policy
from snapferry.settings import Settings
from snapferry.state.leases import LeaseRecord, Leases
from snapferry.state.table import Table
from snapferry.transfer_keys import STACK_TAG, tags_of

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_GRACE: Final = timedelta(minutes=5)  # DescribeExecution is eventually consistent, and the other closers come first
_RUNNING: Final = frozenset({"RUNNING", "PENDING_REDRIVE"})
_GONE: Final = frozenset({"ExecutionDoesNotExist", "StateMachineDoesNotExist"})


@entry_point
def handler(_event: Event, _context: LambdaContext) -> Result:
    settings, now = Settings(), waits.now()
    left = [each for each in _found(settings, now) if _is_over(each, now)]
    for each in left:
        logger.warning("left open", extra={"transfer": each.closing.transfer, "execution": each.execution_arn})
        # one attempt a minute has a name of its own
        start_closing(
            aws.client("stepfunctions"), settings.text("CLOSE_MACHINE_ARN"), each.closing, int(now.timestamp()) // 60
        )
    return {"closing": [each.closing.transfer for each in left]}


def _found(settings: Settings, now: datetime) -> list[Open]:
    kms, rds = aws.client("kms"), aws.client("rds")
    leases = Leases(Table(aws.client("dynamodb"), settings.table))
    # the policy first: a statement that is in it has been on the books before
    policy = read_policy(kms, settings.key)
    known: list[LeaseRecord] = leases.all()
    snapshots = tagged_snapshots([Snapshots(rds, "instance"), Snapshots(rds, "cluster")])
    found = find_open(known, snapshots, machine_arn=settings.text("MACHINE_ARN"), key_arn=settings.key)
    unknown = strays(
        {settings.key: policy},
        [*(each.transfer for each in known), *found],
        now=waits.show_time(now),
        owned=_owned(kms, settings),
    )
    return [*found.values(), *unknown]


def _owned(kms: "KMSClient", settings: Settings) -> list[str]:
    return [settings.key] if tags_of(kms, settings.key).get(STACK_TAG) == settings.stack else []


def _is_over(each: Open, now: datetime) -> bool:
    if each.execution_arn is None:
        return True
    try:
        execution = aws.client("stepfunctions").describe_execution(executionArn=each.execution_arn)
    except ClientError as error:
        if aws.code(error) not in _GONE:
            raise
        return each.since is not None and now - each.since > _GRACE  # its machine is deleted
    if execution["status"] in _RUNNING:
        return False
    return bool(now - execution["stopDate"] > _GRACE)
