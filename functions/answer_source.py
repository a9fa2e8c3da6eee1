"""States "Tell the source …": the answer to the question that started the machine."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.contracts.incoming import Answer
from snapferry.entry import Event, Result, account_of, entry_point
from snapferry.messaging import answering
from snapferry.settings import Settings
from snapferry.state.good_copies import GoodCopies, GoodCopy
from snapferry.state.table import Table


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
    _note_good(event.get("good"))
    return {}


def _note_good(good: dict[str, str | None] | None) -> None:
    """Write down of which moment the data is that has arrived; an older source does not say."""
    if good and good["database"] and good["data_time"] and good["transfer"]:
        copy = GoodCopy(database=good["database"], data_time=good["data_time"], transfer=good["transfer"])
        GoodCopies(Table(aws.client("dynamodb"), Settings().table)).note(copy)


def _from_here(cause: str, account: str) -> str:
    return cause if account in cause else f"In the target account {account}: {cause}"
