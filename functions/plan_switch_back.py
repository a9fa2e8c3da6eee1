"""State "Find the way back": the database that served before, if it still can.

What would be left half done if somebody stopped the execution is written down first.
"""

from dataclasses import asdict

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.entry import Event, Result, entry_point
from snapferry.settings import Settings
from snapferry.target import taking_back
from snapferry.target.connections import Connections
from snapferry.target.switching_back import plan_switch_back


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = plan_switch_back(
        event["input"],
        event["execution_arn"],
        Settings().text("CONNECTION_PREFIX"),
        connections=Connections(aws.client("ssm")),
        rds=aws.client("rds"),
    )
    if plan.naming:
        taking_back.books().note(taking_back.of_switch(plan))  # before any name changes
    return asdict(plan)
