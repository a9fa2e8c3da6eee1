"""State "Create the snapshot": begin a fresh snapshot of the database, under the database's own key.

A database that RDS is busy with (a backup, a change) takes no snapshot for a while: that is waited for, within a bound.
"""

from datetime import timedelta
from typing import Final

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from snapferry import aws, waits
from snapferry.databases import Snapshots
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import DatabaseNotAvailable
from snapferry.transfers import TransferPlan

_BUSY: Final = frozenset({"InvalidDBInstanceState", "InvalidDBClusterStateFault"})
_PATIENCE: Final = timedelta(hours=3)  # longer than the backup of a large database
_PAUSE_SECONDS: Final = 60


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = TransferPlan.read(event["plan"])
    database = plan.database["identifier"]
    now = waits.now()
    try:
        Snapshots(aws.client("rds"), plan.family).create(database, plan.snapshot, plan.tags)
    except ClientError as error:
        if aws.code(error) not in _BUSY:
            raise
        if now - waits.parse_time(plan.started_at) >= _PATIENCE:
            raise DatabaseNotAvailable(
                f"RDS takes no snapshot of {database}: {error.response['Error']['Message'].rstrip('.')}",
                resource=plan.database["arn"],
                remedy="wait until its status is available, and run again",
            ) from error
        return {"begun": None, "wait_seconds": _PAUSE_SECONDS}
    return {"begun": waits.show_time(now), "wait_seconds": 0}
