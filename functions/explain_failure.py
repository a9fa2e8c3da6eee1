"""State "Explain the failure": turn whatever a Catch was given into a name and a cause that a person can act on."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, metrics
from snapferry.entry import Event, Result, account_of, entry_point
from snapferry.errors import AccessNotClosed, NobodyAnswered
from snapferry.failures import explained, not_closed, with_way_on
from snapferry.messaging.silence import explanation
from snapferry.settings import Settings


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    failure, closing = event["failure"], event.get("closing_failure")
    if failure and failure["Error"] == NobodyAnswered.__name__:
        failure = _silence(event, context)
    name, cause = not_closed(closing, failure) if closing else explained(failure, event["step"])
    if event["kept"]:
        cause = with_way_on(cause, event["kept"], event["plan"])
    if name == AccessNotClosed.__name__:
        metrics.count(metrics.ACCESS_NOT_CLOSED)  # raises the alarm; the sweeper tries again
    return {"error": name, "cause": cause}


def _silence(event: Event, context: LambdaContext) -> dict[str, str]:
    settings = Settings()
    error = explanation(
        aws.client("sqs"),
        settings.text("DEAD_LETTER_QUEUE_URL"),
        transfer=event["plan"]["transfer"],
        question=event["failure"]["Cause"],
        target_account=settings.target_account,
    )
    error.side = f"{settings.side} account {account_of(context)}"
    return {"Error": type(error).__name__, "Cause": str(error)}
