"""State "Publish the connection": where applications look the database up, with the secret's ARN, no password."""

import json

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.databases import family_of
from snapferry.databases.family import RestorePlan
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import DatabaseFailed


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    database = family_of(aws.client("rds"), plan.family).find(plan.identifier)
    if database is None or database.secret is None:
        raise DatabaseFailed(
            f"Database {plan.identifier} is gone, or has no managed password", resource=plan.identifier
        )
    connection = {
        "identifier": database.identifier,
        "endpoint": database.endpoint,
        "port": database.port,
        "engine": database.engine,
        "master_username": database.master_username,
        "secret_arn": database.secret.arn,
    }
    aws.client("ssm").put_parameter(
        Name=plan.connection,
        Value=json.dumps(connection),
        Type="String",
        Overwrite=True,
        Description="Where Snapferry's restored database is; switched in one write",
    )
    return {
        **connection,
        "arn": database.arn,
        "key_arn": database.key_arn,
        "parameter": plan.connection,
        "hooks": event["hooks"],
    }
