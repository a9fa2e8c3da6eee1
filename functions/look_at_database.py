"""State "Look at the database": is RDS done with what it was last asked?

A change that RDS has just accepted may not show yet, so ready means: twice in a row.
"""

from dataclasses import asdict, replace

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.databases import family_of
from snapferry.databases.family import RestorePlan
from snapferry.databases.watch import look_at_database
from snapferry.entry import Event, Result, entry_point
from snapferry.waits import Span


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    family = family_of(aws.client("rds"), plan.family)
    span = Span.of(event["begun"], plan.deadline)
    seen = look_at_database(family, plan.identifier, span, secured=event["secured"])
    if seen.ready and not event["seen_ready"]:
        return {**asdict(replace(seen, ready=False, wait_seconds=waits.SOONEST)), "seen_ready": True}
    return {**asdict(seen), "seen_ready": seen.ready}
