"""State "Plan the restore": read the profile, and check everything that can be known before anything is made.

Two that want to bring a database up under one name at once are told apart by the turn at it.
"""

from dataclasses import asdict

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import turns
from snapferry.entry import Event, Result, entry_point
from snapferry.target import taking_back
from snapferry.target.restoring import plan_restore
from snapferry.target.target_stack import TargetStack, clients
from snapferry.transfers import Execution


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    plan = plan_restore(event["input"], Execution(**event["execution"]), TargetStack.of(context), clients())
    other = turns.of_stack().take(turns.name(plan.identifier), plan.execution_arn)
    if other:
        raise turns.name_refusal(plan.identifier, other)
    taking_back.books().note(taking_back.of_restore(plan, event["input"]))  # before anything is made
    return asdict(plan)
