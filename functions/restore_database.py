"""State "Restore the database": begin the restore, shut off from everybody; or find the one begun before."""

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from snapferry import aws, waits
from snapferry.databases import NAME_IS_THERE, Database, DatabaseFamily, family_of
from snapferry.databases.family import RestorePlan
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import NameTaken
from snapferry.names import TRANSFER_TAG


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    family = family_of(aws.client("rds"), plan.family)
    there = family.find(plan.identifier) or _begin(family, plan)
    if there is not None and there.tags.get(TRANSFER_TAG) != plan.transfer:
        raise NameTaken(
            f"There is a database {plan.identifier} that this transfer did not make",
            resource=there.arn,
            remedy="change the profile's field identifier, and run again",
        )
    return {"begun": waits.show_time(waits.now())}


def _begin(family: DatabaseFamily, plan: RestorePlan) -> Database | None:
    """Begin it; or return who has the name meanwhile: somebody, or this very restore, if its first answer was lost."""
    try:
        family.restore(plan)
    except ClientError as error:
        if aws.code(error) not in NAME_IS_THERE:
            raise
        return family.find(plan.identifier)
    return None
