"""State "Plan the copy": what the target's own copy will be called, and under which key."""

from dataclasses import asdict

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry.entry import Event, Result, entry_point
from snapferry.target import taking_back
from snapferry.target.receiving import plan_receive
from snapferry.target.target_stack import TargetStack, clients
from snapferry.transfers import Execution


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    plan = plan_receive(event["input"], Execution(**event["execution"]), TargetStack.of(context), clients())
    taking_back.books().note(taking_back.of_receive(plan, event["input"]))  # before anything is made
    return asdict(plan)
