"""State "Publish the connection": where applications look the database up, with the secret's ARN, no password."""

from dataclasses import replace
from datetime import timedelta

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, metrics, waits
from snapferry.databases import Database, family_of
from snapferry.databases.family import DatabaseFamily, RestorePlan
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import DatabaseFailed
from snapferry.target.connections import Connection, Connections, Serving, editing
from snapferry.target.stages import stages


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    family, naming = family_of(aws.client("rds"), plan.family), plan.naming
    identifier = naming["name"] if naming else plan.identifier
    database, moved = family.find(identifier), family.find(naming["away"]) if naming else None
    if database is None:
        raise DatabaseFailed(
            f"Database {identifier} is gone",
            resource=identifier,
            remedy="find out in CloudTrail who deleted or renamed it, and run again",
        )
    serving = Serving.of(database, now=waits.now())
    with editing(plan.connection, plan.execution_arn):
        connection = _publish(plan, family, serving, moved)
    for stage, seconds in stages(event.get("marks", []), serving.since):
        metrics.stage(stage, seconds)
    return {
        **connection.facts(),
        "key_arn": database.key_arn,
        "parameter": plan.connection,
        "hooks": event["hooks"],
    }


def _publish(plan: RestorePlan, family: DatabaseFamily, serving: Serving, moved: Database | None) -> Connection:
    connections = Connections(aws.client("ssm"))
    found = _there(connections.find(plan.connection) or Connection(serving), family)
    if moved is not None:
        found = found.refreshed(moved)
    switched = found.switched(serving, keep=timedelta(hours=plan.keep_previous_hours), now=waits.now())
    published = replace(switched, renamed_to=plan.naming["name"] if plan.naming else None)
    connections.publish(plan.connection, published)
    return published


def _there(connection: Connection, family: DatabaseFamily) -> Connection:
    """Forget previous databases that somebody has deleted: one that is moved away just now is still there."""
    return connection.without(
        each.serving.resource_id for each in connection.previous if _is_gone(each.serving, family)
    )


def _is_gone(serving: Serving, family: DatabaseFamily) -> bool:
    found = family.find(serving.identifier)
    return found is None or found.resource_id != serving.resource_id
