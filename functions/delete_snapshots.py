"""States that tidy snapshots up, in both accounts: delete what this transfer made, by name and tag."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.databases import Snapshots
from snapferry.entry import Event, Result, entry_point

_PAUSE_SECONDS = 30


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    made = [name for name in event["snapshots"] if name]  # closing may have found only one of them, or none
    snapshots = Snapshots(aws.client("rds"), event["family"])
    left = [name for name in made if not snapshots.delete(name, event["transfer"])]
    return {"done": not left, "left": left, "wait_seconds": _PAUSE_SECONDS}
