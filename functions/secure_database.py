"""State "Replace the master password": production's came with the data; and what no restore takes is set with it."""

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from snapferry import aws, waits
from snapferry.databases import NOT_IN_THIS_STATE, Database, DatabaseFamily, family_of
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
        password = passwords.new_password(aws.client("secretsmanager"), plan, there) if plan.secret else None
        _secure(family, plan, password)
    return {"begun": waits.show_time(waits.now())}


def _secure(family: DatabaseFamily, plan: RestorePlan, password: str | None) -> None:
    """Ask for it; a refusal because it is being done is this very call's, whose first answer was lost."""
    try:
        family.secure(plan, password)
    except ClientError as error:
        if aws.code(error) not in NOT_IN_THIS_STATE:
            raise
        found = family.find(plan.identifier)
        if found is None or not _is_done(found, plan):
            raise


def _is_done(there: Database, plan: RestorePlan) -> bool:
    """Tell whether an earlier attempt came through; another password may be set, but not while one is being set."""
    return there.status == _BEING_SET if plan.secret else there.secret is not None
