"""State "Switch the connection": the database that served before serves again, in one write."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.entry import Event, Result, entry_point
from snapferry.target.connections import Connections, editing
from snapferry.target.switching_back import SwitchPlan, switch


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = SwitchPlan(**event["plan"])
    with editing(plan.parameter, plan.execution_arn):
        connection = switch(plan, Connections(aws.client("ssm")), aws.client("rds"))
    return {"parameter": plan.parameter, "replaced": plan.from_arn, **connection.facts()}
