"""On a schedule, in the target: take back what executions have left whose end nobody was told of.

A status event may be lost, and a deleted machine sends none. What runs, or has ended a moment ago, is left alone; what
has ended well is struck off the books. What cannot be taken back is found again, and tried again, next time.
"""

from datetime import datetime, timedelta
from typing import Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.entry import Event, Result, entry_point
from snapferry.executions import SUCCEEDED, Standing, standing
from snapferry.logs import logger
from snapferry.settings import Settings
from snapferry.state.begun import Begun
from snapferry.target import taking_back

_GRACE: Final = timedelta(minutes=10)  # DescribeExecution is eventually consistent, and the event comes first
_HOUR: Final = 3600


@entry_point
def handler(_event: Event, _context: LambdaContext) -> Result:
    states, now, books = aws.client("stepfunctions"), waits.now(), taking_back.books()
    machine = Settings().text("TAKE_BACK_MACHINE_ARN")
    left = []
    for begun in books.all():
        found = standing(states, begun.execution_arn)
        if found.status == SUCCEEDED:
            books.strike(begun.execution_arn)
        elif _is_over(begun, found, now):
            logger.warning("left behind", extra={"transfer": begun.transfer, "execution": begun.execution_arn})
            ended = taking_back.told(begun.execution_arn, found.status)
            # one attempt an hour has a name of its own
            taking_back.start(states, machine, begun, ended, int(now.timestamp()) // _HOUR)
            left.append(begun.transfer)
    return {"taking_back": left}


def _is_over(begun: Begun, found: Standing, now: datetime) -> bool:
    if found.status is None:
        return now - waits.parse_time(begun.since) > _GRACE  # its machine is deleted
    return found.stopped is not None and now - found.stopped > _GRACE
