"""On a schedule: close whatever transfers have left open whose execution runs no more, and delete outlived kept copies.

What an execution that runs, or has ended a moment ago, holds open is never touched. What cannot be closed is found
again, and tried again, next time.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, turns, waits
from snapferry.databases import Snapshots
from snapferry.entry import Event, Result, entry_point
from snapferry.executions import standing
from snapferry.leasing.closing import Open, find_open, of_kept, start_closing, strays, tagged_snapshots
from snapferry.leasing.key_policy import read_policy
from snapferry.leasing.transfer_keys import STACK_TAG, tags_of
from snapferry.logs import logger
from snapferry.settings import Settings
from snapferry.state.kept import KeptCopies
from snapferry.state.leases import LeaseRecord, Leases
from snapferry.state.table import Table
from snapferry.transfers import Closing

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_GRACE: Final = timedelta(minutes=5)  # DescribeExecution is eventually consistent, and the other closers come first


@entry_point
def handler(_event: Event, _context: LambdaContext) -> Result:
    settings, now = Settings(), waits.now()
    table = Table(aws.client("dynamodb"), settings.table)
    left = [each for each in _found(settings, table, now) if _is_over(each, now)]
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


def _found(settings: Settings, table: Table, now: datetime) -> list[Open]:
    kms, rds = aws.client("kms"), aws.client("rds")
    # the policy first: a statement that is in it has been on the books before
    policy = read_policy(kms, settings.key)
    known: list[LeaseRecord] = Leases(table).all()
    found = find_open(
        known,
        tagged_snapshots([Snapshots(rds, "instance"), Snapshots(rds, "cluster")]),
        KeptCopies(table).all(),  # after the snapshots: one that is kept is on the books before its transfer is over
        machine_arn=settings.text("MACHINE_ARN"),
        key_arn=settings.key,
    )
    unknown = strays(
        {settings.key: policy},
        [*(each.transfer for each in known), *found],
        now=waits.show_time(now),
        owned=_owned(kms, settings),
    )
    return [*found.values(), *unknown]


def _owned(kms: "KMSClient", settings: Settings) -> list[str]:
    return [settings.key] if tags_of(kms, settings.key).get(STACK_TAG) == settings.stack else []


def _is_over(each: Open, now: datetime) -> bool:
    if each.execution_arn is None:
        return True
    found = standing(aws.client("stepfunctions"), each.execution_arn)
    if found.status is None:
        return each.since is not None and now - each.since > _GRACE  # its machine is deleted
    return found.stopped is not None and now - found.stopped > _GRACE
