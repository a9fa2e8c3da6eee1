"""State "Strike it off": an execution of which nothing is left is no longer on the books."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry.entry import Event, Result, entry_point
from snapferry.state.begun import Begun
from snapferry.target import taking_back


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    taking_back.books().strike(Begun.read(event["plan"]).execution_arn)
    return {}
