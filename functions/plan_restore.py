"""State "Plan the restore": read the profile, and check everything that can be known before anything is made."""

from dataclasses import asdict

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry.entry import Event, Result, entry_point
from snapferry.restoring import plan_restore
from snapferry.target_stack import TargetStack, clients
from snapferry.transfers import Execution


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    plan = plan_restore(event["input"], Execution(**event["execution"]), TargetStack.of(context), clients())
    return asdict(plan)
