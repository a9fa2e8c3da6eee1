"""Behind the rule for executions that ended badly: tell people, in words that they can act on, and count it.

An event may come twice; a person hears of one end once. Where one is lost, the machine's alarm shows it all the same.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, metrics, names
from snapferry.entry import Event, Result, entry_point
from snapferry.executions import described
from snapferry.messaging.notices import Ended, notice
from snapferry.settings import Settings
from snapferry.state.table import Table
from snapferry.state.told import ToldEnds

if TYPE_CHECKING:
    from collections.abc import Mapping


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    settings, execution_arn = Settings(), event["detail"]["executionArn"]
    told = ToldEnds(Table(aws.client("dynamodb"), settings.table))
    if told.has(execution_arn):
        return {"told": False}
    ended = _ended(execution_arn, event["detail"])
    written = notice(ended, stack=settings.stack, side=settings.side)
    topic = settings.text("TOPIC_ARN")
    aws.client("sns").publish(TopicArn=topic, Subject=written.subject, Message=written.text)
    told.note(execution_arn)
    if ended.machine_arn.endswith(f":{settings.stack}-ferry-snapshot"):
        metrics.count(metrics.TRANSFER_FAILED)
    return {"told": True}


def _ended(execution_arn: str, detail: dict[str, Any]) -> Ended:
    """Return what became of it: the event leaves out what is long, Step Functions may not show the end yet."""
    found: Mapping[str, Any] = described(aws.client("stepfunctions"), execution_arn) or {}

    def said(name: str) -> str:
        return str(found.get(name) or detail.get(name) or "")

    return Ended(
        arn=execution_arn,
        machine_arn=detail["stateMachineArn"],
        status=detail["status"],
        started=names.moment(datetime.fromtimestamp(detail["startDate"] / 1000, UTC)),
        given=said("input"),
        error=said("error"),
        cause=said("cause"),
    )
