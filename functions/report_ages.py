"""On a schedule, in both accounts: tell how old the newest data is that has got across, of each database.

A database that nothing has ever come of has no age: then the alarm goes by the data that is missing.
"""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, metrics, waits
from snapferry.entry import Event, Result, entry_point
from snapferry.settings import Settings
from snapferry.state.good_copies import GoodCopies
from snapferry.state.table import Table


@entry_point
def handler(_event: Event, _context: LambdaContext) -> Result:
    now = waits.now()
    copies = GoodCopies(Table(aws.client("dynamodb"), Settings().table)).all()
    for copy in copies:
        age = (now - waits.parse_time(copy.data_time)).total_seconds()
        metrics.age(_named(copy.database), age, transfer=copy.transfer)
    return {"databases": len(copies)}


def _named(database_arn: str) -> str:
    """Return account and name: a target may have databases of the same name from several accounts."""
    parts = database_arn.split(":")
    return f"{parts[4]}/{parts[-1]}"
