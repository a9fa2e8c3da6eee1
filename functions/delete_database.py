"""State "Take the restore back": delete a database that this transfer has begun to restore, and no other."""

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.databases import family_of
from snapferry.databases.family import RestorePlan
from snapferry.entry import Event, Result, entry_point, logger
from snapferry.names import MANAGED_TAG, TRANSFER_TAG

_PAUSE_SECONDS = 30
_NOT_IN_THIS_STATE = frozenset({"InvalidDBInstanceState", "InvalidDBClusterStateFault"})


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    family = family_of(aws.client("rds"), plan.family)
    database = family.find(plan.identifier)
    if database is None:
        return {"done": True, "wait_seconds": 0}
    if database.tags.get(TRANSFER_TAG) != plan.transfer or MANAGED_TAG not in database.tags:
        logger.warning("not this transfer's database: it stays", extra={"arn": database.arn})
        return {"done": True, "wait_seconds": 0}
    if any(status != "deleting" for status in database.statuses):
        try:
            family.delete(plan.identifier)
        except ClientError as error:
            if aws.code(error) not in _NOT_IN_THIS_STATE:
                raise
    return {"done": False, "wait_seconds": _PAUSE_SECONDS}
