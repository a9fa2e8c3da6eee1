"""State "Publish the connection": where applications look the database up, with the secret's ARN, no password."""

from datetime import timedelta

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.connections import Connection, Connections, Serving, editing
from snapferry.databases import family_of
from snapferry.databases.family import RestorePlan
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import DatabaseFailed


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    database = family_of(aws.client("rds"), plan.family).find(plan.identifier)
    if database is None:
        raise DatabaseFailed(f"Database {plan.identifier} is gone", resource=plan.identifier)
    serving = Serving.of(database, now=waits.now())
    with editing(plan.connection, plan.execution_arn):
        connection = _publish(plan, serving)
    return {
        **connection.facts(),
        "key_arn": database.key_arn,
        "parameter": plan.connection,
        "hooks": event["hooks"],
    }


def _publish(plan: RestorePlan, serving: Serving) -> Connection:
    connections = Connections(aws.client("ssm"))
    found = connections.find(plan.connection)
    keep = timedelta(hours=plan.keep_previous_hours)
    switched = found.switched(serving, keep=keep, now=waits.now()) if found else Connection(serving)
    connections.publish(plan.connection, switched)
    return switched
