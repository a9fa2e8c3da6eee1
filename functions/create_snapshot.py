"""State "Create the snapshot": begin a fresh snapshot of the database, under the database's own key."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.databases import Snapshots
from snapferry.entry import Event, Result, entry_point
from snapferry.transfers import TransferPlan


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = TransferPlan.read(event["plan"])
    snapshots = Snapshots(aws.client("rds"), plan.family)
    snapshots.create(plan.database["identifier"], plan.snapshot, plan.tags)
    return {"begun": waits.show_time(waits.now())}
