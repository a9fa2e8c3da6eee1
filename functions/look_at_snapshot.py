"""States "Look at the snapshot", "Look at the copy": is RDS done?"""

from dataclasses import asdict

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, metrics
from snapferry.databases import Snapshots
from snapferry.databases.watch import look_at_snapshot
from snapferry.entry import Event, Result, entry_point
from snapferry.waits import Seen, Span


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    snapshots = Snapshots(aws.client("rds"), event["family"])
    span = Span.of(event["begun"], event["deadline"])
    before = event.get("seen")  # an execution that began before an upgrade of the stack does not pass it
    look = look_at_snapshot(snapshots, event["snapshot"], span, Seen(**before) if before else None)
    if look.ready and event.get("stage"):
        metrics.stage(event["stage"], (span.now - span.begun).total_seconds())
        metrics.gigabytes(_gigabytes(snapshots, event["snapshot"]))
    return asdict(look)


def _gigabytes(snapshots: Snapshots, name: str) -> int:
    """Return a finished snapshot's allocated storage; 0 for Aurora, where RDS does not tell it."""
    found = snapshots.find(name) if snapshots.family == "instance" else None
    return found.gigabytes if found else 0
