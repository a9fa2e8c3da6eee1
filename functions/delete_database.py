"""State "Take the restore back": delete a database that this transfer has begun to restore, and no other."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.databases import family_of
from snapferry.databases.family import RestorePlan
from snapferry.deleting import delete_managed
from snapferry.entry import Event, Result, entry_point, logger
from snapferry.names import TRANSFER_TAG


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    family = family_of(aws.client("rds"), plan.family)
    tidy = delete_managed(family, plan.identifier, is_meant=lambda found: found.tags.get(TRANSFER_TAG) == plan.transfer)
    if tidy["kept"]:
        logger.warning("not this transfer's database: it stays", extra={"identifier": plan.identifier})
    return tidy
