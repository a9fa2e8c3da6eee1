"""States "Tell the source …": the answer to the question that started the machine."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry.contracts.incoming import Answer
from snapferry.entry import Event, Result, account_of, entry_point
from snapferry.messaging import answering


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    asked, failure = event["asked"], event.get("failure")
    answer = Answer(
        transfer=asked["transfer"],
        question=asked["question"],
        source_account=asked["source_account"],
        reply=event["reply"],
        result=event.get("result") or {},
        error=failure and failure["error"],
        cause=failure and _from_here(failure["cause"], account_of(context)),
    )
    answering.give(answer)
    return {}


def _from_here(cause: str, account: str) -> str:
    return cause if account in cause else f"In the target account {account}: {cause}"
