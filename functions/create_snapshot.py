"""State "Create the snapshot": begin a fresh snapshot of the database, under the database's own key.

A database that RDS is busy with (a backup, a change) takes no snapshot for a while, and an account that has as many as
it may have takes no further one: both are waited for, within a bound.
"""

from datetime import timedelta
from typing import Final

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from snapferry import aws, waits
from snapferry.databases import NOT_IN_THIS_STATE, Snapshots, quotas
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import DatabaseNotAvailable
from snapferry.logs import logger
from snapferry.transfers import TransferPlan

_PATIENCE: Final = timedelta(hours=3)  # longer than the backup of a large database
_PAUSE_SECONDS: Final = 60


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = TransferPlan.read(event["plan"])
    rds, now = aws.client("rds"), waits.now()
    try:
        Snapshots(rds, plan.family).create(plan.database["identifier"], plan.snapshot, plan.tags)
    except ClientError as error:
        if aws.code(error) == quotas.EXCEEDED:
            return _later(*quotas.wait_for_room(rds, plan.family, waits.Span.of(plan.planned_at, plan.deadline)))
        if aws.code(error) not in NOT_IN_THIS_STATE:
            raise
        if now - waits.parse_time(plan.planned_at) >= _PATIENCE:
            raise _too_busy(plan, error) from error
        return _later("RDS is busy with the database", _PAUSE_SECONDS)
    return {"begun": waits.show_time(now), "wait_seconds": 0, "reason": None}


def _later(reason: str, seconds: int) -> Result:
    logger.info(f"waiting: {reason}")
    return {"begun": None, "wait_seconds": seconds, "reason": reason}


def _too_busy(plan: TransferPlan, error: ClientError) -> DatabaseNotAvailable:
    return DatabaseNotAvailable(
        f"RDS takes no snapshot of {plan.database['identifier']}: {error.response['Error']['Message'].rstrip('.')}",
        resource=plan.database["arn"],
        remedy="wait until its status is available, and run again",
    )
