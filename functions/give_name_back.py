"""State "Give the name back": after a failure, the previous database has its name again, and is found under it.

A database that was published under the name keeps it. Renaming the previous one there and back has given it another
secret, which the connection has to name.
"""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.databases import family_of
from snapferry.databases.family import DatabaseFamily
from snapferry.entry import Event, Result, entry_point
from snapferry.target.connections import Connections, editing
from snapferry.target.renaming import Naming, give_name_back


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    naming = Naming(**event["naming"])
    family = family_of(aws.client("rds"), naming.family)
    if _serves(event["connection"], family, naming):
        return {"done": True, "wait_seconds": 0}
    step = give_name_back(family, naming)
    if step["done"]:
        with editing(event["connection"], event["execution_arn"]):
            _refresh(event["connection"], family, naming)
    return step


def _serves(parameter: str, family: DatabaseFamily, naming: Naming) -> bool:
    """Tell whether the new database was published under the name, whatever broke after that."""
    found, holder = Connections(aws.client("ssm")).find(parameter), family.find(naming.name)
    if found is None or holder is None or not naming.is_meant(holder):
        return False
    return found.now.resource_id == holder.resource_id


def _refresh(parameter: str, family: DatabaseFamily, naming: Naming) -> None:
    connections = Connections(aws.client("ssm"))
    found = connections.find(parameter)
    if found is None:
        return
    refreshed = found
    for identifier in (naming.name, naming.identifier):
        database = family.find(identifier)
        if database is not None and database.endpoint and database.secret:
            refreshed = refreshed.refreshed(database)
    if refreshed != found:
        connections.publish(parameter, refreshed)
