"""Where a restore is taken back: delete a database that this transfer has begun to restore, and no other.

One that was published serves, whatever broke after that: it stays.
"""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.databases import family_of
from snapferry.entry import Event, Result, entry_point
from snapferry.logs import logger
from snapferry.names import TRANSFER_TAG
from snapferry.target.connections import Connections
from snapferry.target.deleting import delete_managed


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = event["plan"]  # of a restore, or what is on the books of one
    family, transfer, naming = family_of(aws.client("rds"), plan["family"]), plan["transfer"], plan["naming"]
    published = Connections(aws.client("ssm")).told(plan["connection"])
    for identifier in (plan["identifier"], *([naming["name"]] if naming else [])):
        tidy = delete_managed(
            family,
            identifier,
            is_meant=lambda found: found.tags.get(TRANSFER_TAG) == transfer and found.resource_id not in published,
        )
        if tidy["kept"]:
            logger.warning("published, or not this transfer's database: it stays", extra={"identifier": identifier})
        if not tidy["done"]:
            return tidy
    return {"done": True, "wait_seconds": 0}
