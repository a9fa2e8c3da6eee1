"""State "Replace the master password": RDS makes a new one and keeps it in Secrets Manager."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.databases import family_of
from snapferry.databases.family import RestorePlan
from snapferry.entry import Event, Result, entry_point


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    family = family_of(aws.client("rds"), plan.family)
    there = family.find(plan.identifier)
    if there is None or there.secret is None:
        family.manage_password(plan)
    return {"begun": waits.show_time(waits.now())}
