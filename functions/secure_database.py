"""State "Replace the master password": production's came with the data; and what no restore takes is set with it."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.databases import Database, family_of
from snapferry.databases.family import RestorePlan
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import DatabaseFailed
from snapferry.target import passwords

_BEING_SET = "resetting-master-credentials"


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    family = family_of(aws.client("rds"), plan.family)
    there = family.find(plan.identifier)
    if there is None:
        raise DatabaseFailed(
            f"Database {plan.identifier} is gone",
            resource=plan.identifier,
            remedy="find out in CloudTrail who deleted it, and run again",
        )
    if not _is_done(there, plan):
        family.secure(plan, passwords.new_password(aws.client("secretsmanager"), plan, there) if plan.secret else None)
    return {"begun": waits.show_time(waits.now())}


def _is_done(there: Database, plan: RestorePlan) -> bool:
    """Tell whether an earlier attempt came through; another password may be set, but not while one is being set."""
    return there.status == _BEING_SET if plan.secret else there.secret is not None
