"""States "Copy under the transfer key" (source) and "Copy under the own key" (target): begin the copy.

KMS shows a new key policy elsewhere only after a while, so in the target a refused key is waited for, within a bound.
RDS makes so many copies at once, and an account may have so many snapshots: both are waited for until the deadline.
"""

from datetime import timedelta
from typing import Final

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from snapferry import aws, names, waits
from snapferry.databases import Snapshots, quotas
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import GiveUp, SourceKeyNotAccessible, TransferKeyNotUsable
from snapferry.logs import logger
from snapferry.settings import Settings

_KEY_REFUSED: Final = "KMSKeyNotAccessibleFault"
_PATIENCE: Final = {"source": timedelta(0), "target": timedelta(minutes=10)}  # KMS: "usually less than five minutes"
_PAUSE_SECONDS: Final = 30


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    rds, now = aws.client("rds"), waits.now()
    tags = {**event["tags"], **names.tags(event["transfer"], event["execution_arn"])}
    try:
        Snapshots(rds, event["family"]).copy(
            event["source_arn"], event["copy"], event["key_arn"], tags, with_options=event["with_options"]
        )
    except ClientError as error:
        if aws.code(error) == quotas.EXCEEDED:
            span = waits.Span.of(event["since"], event["deadline"])
            return _later(*quotas.wait_for_room(rds, event["family"], span))
        if aws.code(error) != _KEY_REFUSED:
            raise
        if now - waits.parse_time(event["since"]) >= _PATIENCE[Settings().side]:
            raise _refusal(event, error) from error
        return _later("the source's key does not let this account in yet", _PAUSE_SECONDS)
    return {"begun": waits.show_time(now), "wait_seconds": 0, "reason": None}


def _later(reason: str, seconds: int) -> Result:
    logger.info(f"waiting: {reason}")
    return {"begun": None, "wait_seconds": seconds, "reason": reason}


def _refusal(event: Event, error: ClientError) -> GiveUp:
    said = error.response["Error"]["Message"].rstrip(".")
    if Settings().side == "source":
        return TransferKeyNotUsable(
            f"RDS cannot copy under {event['key_arn']}: {said}",
            resource=event["key_arn"],
            remedy="see the key's state, and whether its policy leaves its use to the account's roles",
        )
    return SourceKeyNotAccessible(
        f"RDS cannot copy {event['source_arn']}: {_KEY_REFUSED}: {said}",
        resource=event["source_arn"],
        remedy="look for the lease's statements in the source's key policy, and for the key in this function's role",
    )
