"""State "Retire the database": delete a database that served before, once more making sure that it is one."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.databases import family_of
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import NotOurs
from snapferry.names import MANAGED_TAG
from snapferry.target.connections import Connections
from snapferry.target.deleting import delete_managed
from snapferry.waits import parse_time


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    _check_had_its_time(event)
    family = family_of(aws.client("rds"), event["family"])
    tidy = delete_managed(family, event["identifier"], is_meant=lambda found: found.resource_id == event["resource_id"])
    if tidy["kept"]:
        raise NotOurs(
            f"Database {event['arn']} lacks the tag {MANAGED_TAG}, so it stays",
            resource=event["arn"],
            remedy="tag it so if it shall go, or let it be",
        )
    return tidy


def _check_had_its_time(event: Event) -> None:
    """Somebody may have gone back to it in the meantime."""
    arn, parameter = event["arn"], event["connection"]
    connection = Connections(aws.client("ssm")).find(parameter)
    previous = connection.previous if connection else ()
    if not any(
        each.serving.resource_id == event["resource_id"] and parse_time(each.until) <= waits.now() for each in previous
    ):
        raise NotOurs(
            f"{parameter} does not list {arn} as a database that has had its time, so it stays",
            resource=arn,
            remedy="nothing, if somebody has just gone back to it",
        )
