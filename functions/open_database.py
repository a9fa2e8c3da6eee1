"""State "Open the network": out of quarantine, into the profile's security groups."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.databases import family_of
from snapferry.databases.family import RestorePlan
from snapferry.entry import Event, Result, entry_point


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    family_of(aws.client("rds"), plan.family).open(plan)
    return {"begun": waits.show_time(waits.now())}
