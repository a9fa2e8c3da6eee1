"""State "Prepare the hooks": what each of them is sent, now that the database has an endpoint and a secret."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.databases import family_of
from snapferry.databases.family import RestorePlan
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import DatabaseFailed
from snapferry.target import hooks


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    database = family_of(aws.client("rds"), plan.family).find(plan.identifier)
    if database is None or database.secret is None:
        raise DatabaseFailed(
            f"Database {plan.identifier} is gone, or has no managed password",
            resource=plan.identifier,
            remedy="find out in CloudTrail who deleted or changed it, and run again",
        )
    return {
        "hooks": [
            {**hook, "number": number, "payload": hooks.input_of(hook, plan, database)}
            for number, hook in enumerate(plan.hooks, start=1)
        ]
    }
