"""State "Explain the failure": turn whatever a Catch was given into a name and a cause that a person can act on."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, metrics
from snapferry.entry import Event, Result, account_of, entry_point
from snapferry.errors import AccessNotClosed, NobodyAnswered
from snapferry.failures import cause, explained, not_closed, way_on
from snapferry.messaging.silence import explanation
from snapferry.settings import Settings


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    failure, closing = event["failure"], event.get("closing_failure")
    if failure and failure["Error"] == NobodyAnswered.__name__:
        failure = _silence(event, context)
    name, said = not_closed(closing, failure) if closing else explained(failure, event["step"])
    if name == AccessNotClosed.__name__:
        metrics.count(metrics.ACCESS_NOT_CLOSED)  # raises the alarm; the sweeper tries again
    return {"error": name, "cause": cause(name, said, side=_side(context), way_on=_way_on(name, event))}


def _way_on(name: str, event: Event) -> str:
    kept_by = (event.get("plan") or {}).get("kept_by")
    return way_on(
        name, event.get("input"), kept=event["kept"], start_is_gone=bool(kept_by) and event.get("tidied", False)
    )


def _side(context: LambdaContext) -> str:
    return f"{Settings().side} account {account_of(context)}"


def _silence(event: Event, context: LambdaContext) -> dict[str, str]:
    settings = Settings()
    error = explanation(
        aws.client("sqs"),
        settings.text("DEAD_LETTER_QUEUE_URL"),
        transfer=event["plan"]["transfer"],
        question=event["failure"]["Cause"],
        target_account=settings.target_account,
    )
    error.side = _side(context)
    return {"Error": type(error).__name__, "Cause": str(error)}
