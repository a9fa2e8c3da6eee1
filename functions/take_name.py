"""State "Take the name": the new database is given the profile's name; the one that has it is moved away."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.databases import family_of
from snapferry.entry import Event, Result, entry_point
from snapferry.target.renaming import Naming, take_name


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    naming = Naming(**event["naming"])
    return take_name(family_of(aws.client("rds"), naming.family), naming)
