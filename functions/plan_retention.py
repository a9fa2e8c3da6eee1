"""State "Find what has had its time": previous databases and copies of snapshots, each by its exact ARN. Reads only."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.databases import Snapshots, family_of
from snapferry.databases.watch import READY
from snapferry.entry import Event, Result, entry_point
from snapferry.names import TRANSFER_TAG
from snapferry.settings import Settings
from snapferry.target.connections import Connection, Connections
from snapferry.target.retention import CopyRules, outdated_copies, outdated_databases
from snapferry.vocabulary import FAMILIES

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient


@entry_point
def handler(_event: Event, _context: LambdaContext) -> Result:
    rds = aws.client("rds")
    return {"items": [*_databases(rds), *_copies(rds)]}


def _databases(rds: "RDSClient") -> Iterator[Result]:
    connections = Connections(aws.client("ssm")).all(Settings().text("CONNECTION_PREFIX"))
    well = frozenset(one.now.resource_id for one in connections.values() if _serves_well(rds, one))
    for outdated in outdated_databases(connections, well, now=waits.now()):
        serving = outdated.serving
        yield {
            "kind": "database",
            "arn": serving.arn,
            "resource_id": serving.resource_id,
            "identifier": serving.identifier,
            "family": serving.family,
            "connection": outdated.parameter,
        }


def _serves_well(rds: "RDSClient", connection: Connection) -> bool:
    found = family_of(rds, connection.now.family).find(connection.now.identifier)
    return found is not None and all(status in READY for status in found.statuses)


def _copies(rds: "RDSClient") -> Iterator[Result]:
    settings = Settings()
    rules = CopyRules(int(settings.text("KEEP_COPIES")), timedelta(days=int(settings.text("KEEP_COPIES_DAYS"))))
    there = [snapshot for family in FAMILIES for snapshot in Snapshots(rds, family).manual()]
    for copy in outdated_copies(there, rules, now=waits.now()):
        yield {
            "kind": "copy",
            "arn": copy.arn,
            "identifier": copy.identifier,
            "family": copy.family,
            "transfer": copy.tags[TRANSFER_TAG],
        }
