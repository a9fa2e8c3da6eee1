"""State "Plan the transfer": find out whether the transfer can be, before anything is made."""

from dataclasses import asdict

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.contracts import TransferRequest, parsed
from snapferry.entry import Event, Result, account_of, entry_point, partition_of
from snapferry.planning import Route, plan_transfer
from snapferry.settings import Settings
from snapferry.transfers import Execution


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    request = parsed(TransferRequest, event["input"], what="The execution's input")
    plan = plan_transfer(
        request, Execution(**event["execution"]), _route(context), rds=aws.client("rds"), kms=aws.client("kms")
    )
    return asdict(plan)


def _route(context: LambdaContext) -> Route:
    settings = Settings()
    return Route(
        source_account=account_of(context),
        target_account=settings.target_account,
        region=settings.region,
        partition=partition_of(context),
        key=settings.key,
        stack=settings.stack,
        deadline_hours=settings.deadline_hours,
    )
