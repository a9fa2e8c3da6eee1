"""Behind the rule for executions that ended badly: close what they left open.

StopExecution, the machine's own time-out and an expression that cannot be evaluated run no Catch. A transfer that
closed its own access has nothing open any more, so there is nothing to start; a repeated event starts nothing twice.
A function of it may still be at work and open the lease later: it is told first that all is over.
"""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.databases import Snapshots
from snapferry.entry import Event, Result, entry_point
from snapferry.leasing.closing import find_open, start_closing, tagged_snapshots
from snapferry.settings import Settings
from snapferry.state.kept import KeptCopies
from snapferry.state.leases import Leases
from snapferry.state.table import Table

_FIRST_ATTEMPT = 0


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    settings, rds = Settings(), aws.client("rds")
    table = Table(aws.client("dynamodb"), settings.table)
    execution_arn, leases = event["detail"]["executionArn"], Leases(table)
    leases.close_for_good(execution_arn)
    found = find_open(
        leases.all(),
        tagged_snapshots([Snapshots(rds, "instance"), Snapshots(rds, "cluster")]),
        KeptCopies(table).all(),
        machine_arn=event["detail"]["stateMachineArn"],
        key_arn=settings.key,
    )
    left = [each.closing for each in found.values() if each.execution_arn == execution_arn]
    for closing in left:
        start_closing(aws.client("stepfunctions"), settings.text("CLOSE_MACHINE_ARN"), closing, _FIRST_ATTEMPT)
    return {"closing": [closing.transfer for closing in left]}
