"""On a schedule: close whatever transfers have left open whose execution runs no more, and delete outlived kept copies.

What an execution that runs, or has ended a moment ago, holds open is never touched. What cannot be closed is found
again, and tried again, next time.
"""

from datetime import datetime, timedelta
from typing import Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, metrics, turns, waits
from snapferry.entry import Event, Result, entry_point
from snapferry.executions import standing
from snapferry.leasing.closing import Open, of_kept, start_closing
from snapferry.leasing.left_open import Route, left_open
from snapferry.logs import logger
from snapferry.settings import Settings
from snapferry.state.kept import KeptCopies
from snapferry.state.leases import Leases
from snapferry.state.table import Table
from snapferry.transfers import Closing

_GRACE: Final = timedelta(minutes=5)  # DescribeExecution is eventually consistent, and the other closers come first


@entry_point
def handler(_event: Event, _context: LambdaContext) -> Result:
    settings, now = Settings(), waits.now()
    table = Table(aws.client("dynamodb"), settings.table)
    for lease in Leases(table).all():
        metrics.open_for((now - waits.parse_time(lease.opened_at)).total_seconds(), transfer=lease.transfer)
    left = [each for each in _found(settings, table) if _is_over(each, now)]
    for each in left:
        logger.warning("left open", extra={"transfer": each.closing.transfer, "execution": each.execution_arn})
    closings = [*(each.closing for each in left), *_outlived(settings, table, now)]
    for closing in closings:
        # one attempt a minute has a name of its own
        start_closing(
            aws.client("stepfunctions"), settings.text("CLOSE_MACHINE_ARN"), closing, int(now.timestamp()) // 60
        )
    return {"closing": [closing.transfer for closing in closings]}


def _outlived(settings: Settings, table: Table, now: datetime) -> list[Closing]:
    """Return the kept copies whose time is over, but for those that a transfer is about to share, or shares, again."""
    over = [each for each in KeptCopies(table).all() if each.until <= waits.show_time(now)]
    if not over:
        return []
    in_use = {each.copy_arn for each in Leases(table).all()}
    others = turns.of_stack()
    return [
        of_kept(each, settings.key)
        for each in over
        if each.arn not in in_use and others.holder(turns.database(each.database_arn), besides="") is None
    ]


def _found(settings: Settings, table: Table) -> list[Open]:
    route = Route(machine_arn=settings.text("MACHINE_ARN"), key_arn=settings.key, stack=settings.stack)
    return left_open(aws.client("kms"), aws.client("rds"), table, route)


def _is_over(each: Open, now: datetime) -> bool:
    if each.execution_arn is None:
        return True
    found = standing(aws.client("stepfunctions"), each.execution_arn)
    if found.status is None:
        return each.since is not None and now - each.since > _GRACE  # its machine is deleted
    return found.stopped is not None and now - found.stopped > _GRACE
