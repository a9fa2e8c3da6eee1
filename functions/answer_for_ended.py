"""State "Answer in its place": tell the source that an execution has ended, unless it did so itself, and what goes.

What it made goes, but for two things: a copy that the source was told of is an ordinary copy from then on, and a
database that was published serves, or has served: it stays.
"""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.databases import Database, Snapshots, family_of
from snapferry.entry import Event, Result, account_of, entry_point
from snapferry.logs import logger
from snapferry.messaging import answering
from snapferry.names import TRANSFER_TAG
from snapferry.state.begun import Begun
from snapferry.target.connections import Connections
from snapferry.target.taking_back import failed_answer
from snapferry.vocabulary import Question, Reply


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    begun = Begun.read(event["plan"])
    answered = answering.given(begun.transfer, Question(begun.question)) if begun.question else None
    if answered is not None and answered.reply is not Reply.FAILED:
        return {"names": False, "database": False, "copies": []}
    database = _database(begun)
    published = database is not None and database.resource_id in Connections(aws.client("ssm")).told(begun.connection)
    if begun.question and answered is None:
        ended = f"In the target account {account_of(context)}: {event['plan']['ended']}."
        remark = f" Database {begun.identifier} had been published before: it serves, and stays." if published else ""
        answering.give(failed_answer(begun, ended + remark))
    return {
        "names": _names(begun, published=published),
        "database": database is not None and not published,
        "copies": _copies(begun),
    }


def _database(begun: Begun) -> Database | None:
    """Return the database that this execution made, if it is there."""
    family = family_of(aws.client("rds"), begun.family)
    for identifier in filter(None, (begun.identifier, begun.naming and begun.naming["name"])):
        found = family.find(identifier)
        if found and found.managed and found.tags.get(TRANSFER_TAG) == begun.transfer:
            return found
    return None


def _names(begun: Begun, *, published: bool) -> bool:
    """Tell whether names are to be given back: of a restore that published nothing, of going back that did not."""
    if begun.naming is None or begun.work != "switch":
        return begun.naming is not None and not published
    found = Connections(aws.client("ssm")).find(begun.connection or "")
    return found is not None and found.now.resource_id != begun.naming["resource_id"]


def _copies(begun: Begun) -> list[str]:
    if begun.copy is None:
        return []
    found = Snapshots(aws.client("rds"), begun.family).find(begun.copy)
    if found is not None and found.tags.get(TRANSFER_TAG) != begun.transfer:
        logger.warning("not this transfer's snapshot: it stays", extra={"snapshot": found.arn})
        return []
    return [begun.copy]
