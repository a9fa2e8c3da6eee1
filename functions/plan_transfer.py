"""State "Plan the transfer": find out whether the transfer can be, before anything is made."""

from dataclasses import asdict, replace

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, managed_elsewhere
from snapferry.contracts import TransferRequest, parsed
from snapferry.entry import Event, Result, account_of, entry_point, partition_of
from snapferry.key_policy import read_policy
from snapferry.leasing import wanted_lease
from snapferry.planning import Route, plan_transfer
from snapferry.settings import Settings
from snapferry.transfers import Execution, TransferPlan


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    request = parsed(TransferRequest, event["input"], what="The execution's input")
    plan = plan_transfer(
        request, Execution(**event["execution"]), _route(context), rds=aws.client("rds"), kms=aws.client("kms")
    )
    if Settings().key_policy_is_elsewhere:
        plan = _with_key_policy(plan)
    return asdict(plan)


def _with_key_policy(plan: TransferPlan) -> TransferPlan:
    """Show what is wanted of a key policy that nobody here writes, and what is found; refuse what lets nobody in."""
    document = read_policy(aws.client("kms"), plan.key_arn)
    report = managed_elsewhere.require(document, wanted_lease(plan, Settings(), None), plan.key_arn)
    return replace(plan, key_policy=report)


def _route(context: LambdaContext) -> Route:
    settings = Settings()
    return Route(
        source_account=account_of(context),
        target_account=settings.target_account,
        region=settings.region,
        partition=partition_of(context),
        key=settings.key,
        stack=settings.stack,
        edits_key_policy=not settings.key_policy_is_elsewhere,
        deadline_hours=settings.deadline_hours,
    )
