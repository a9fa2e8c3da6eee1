"""States that tidy snapshots up, in both accounts: delete what this transfer made, by name and tag.

In the source the finished copy of a transfer that failed is kept for a while, to start again from; and a transfer that
has started from such a copy deletes it once it is across.
"""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.databases import Snapshots
from snapferry.entry import Event, Result, entry_point
from snapferry.settings import Settings
from snapferry.state.kept import KeptCopies
from snapferry.state.table import Table
from snapferry.tidying import Tidying

_PAUSE_SECONDS = 30


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    settings = Settings()
    books = KeptCopies(Table(aws.client("dynamodb"), settings.table)) if settings.side == "source" else None
    tidying = Tidying(Snapshots(aws.client("rds"), event["family"]), books, event["transfer"])
    keep = event["keep"]
    kept = tidying.keep(keep, settings.keep_copy_hours) if keep else None
    # closing may have found only one of them, or none
    made = {name for name in event["snapshots"] if name} - ({kept.identifier} if kept else set())
    left = [name for name in sorted(made) if not tidying.delete(name)]
    return {
        "done": not left,
        "left": left,
        "wait_seconds": _PAUSE_SECONDS,
        "kept": kept and {"database": kept.database, "snapshot": kept.identifier, "until": kept.until},
    }
