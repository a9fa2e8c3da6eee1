"""State "Restore the database": begin the restore, shut off from everybody; or find the one begun before."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.databases import family_of
from snapferry.databases.family import RestorePlan
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import NameTaken
from snapferry.names import TRANSFER_TAG


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    family = family_of(aws.client("rds"), plan.family)
    there = family.find(plan.identifier)
    if there is None:
        family.restore(plan)
    elif there.tags.get(TRANSFER_TAG) != plan.transfer:
        raise NameTaken(
            f"There is a database {plan.identifier} that this transfer did not make",
            resource=there.arn,
            remedy="change the profile's field identifier, and run again",
        )
    return {"begun": waits.show_time(waits.now())}
