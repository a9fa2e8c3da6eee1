"""States "Open the lease" and "Close the lease": the one function that writes key policies, holding the key's lock."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.entry import Event, Result, entry_point
from snapferry.leasing import ending, opening
from snapferry.settings import Settings
from snapferry.state import locks
from snapferry.state.leases import Leases
from snapferry.state.table import Table
from snapferry.transfers import Closing, TransferPlan


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    asked = Closing.read(event["plan"])
    table = Table(aws.client("dynamodb"), Settings().table)
    # a step that runs again gets its own lock; closing waits for an opening that still runs
    with locks.held(table, asked.key_arn, f"{asked.transfer} {event['action']}") as free:
        if event["action"] == "close":
            return ending.close_lease(Leases(table), asked) if free else ending.wait_for_lock(asked)
        plan = TransferPlan.read(event["plan"])
        if not free:
            return opening.wait_for_lock(plan, event["since"])
        return opening.open_lease(Leases(table), plan, event["role_arn"], event["since"])
