"""States "Look at the snapshot", "Look at the copy": is RDS done?"""

from dataclasses import asdict

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.databases import Snapshots
from snapferry.databases.watch import look_at_snapshot
from snapferry.entry import Event, Result, entry_point
from snapferry.waits import Seen, Span


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    snapshots = Snapshots(aws.client("rds"), event["family"])
    span = Span.of(event["begun"], event["deadline"])
    before = event.get("seen")  # an execution that began before an upgrade of the stack does not pass it
    return asdict(look_at_snapshot(snapshots, event["snapshot"], span, Seen(**before) if before else None))
