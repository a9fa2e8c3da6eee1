"""State "Write the fleet's summary": a line per database, into S3 and the output; red if too many did not cross."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.contracts.fleet_contracts import FleetLine
from snapferry.entry import Event, Result, entry_point
from snapferry.fleet.books import PLAN, SUMMARY, TABLE, Books
from snapferry.fleet.outcomes import lines
from snapferry.fleet.summary import as_output, refusal, summary
from snapferry.settings import Settings


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    books = Books(aws.client("s3"), Settings().text("FLEET_BUCKET"), event["fleet"])
    plan = books.read(PLAN)
    troubles = [f"{each['trouble']['Error']}: {each['trouble']['Cause']}" for each in event["parts"] if each["trouble"]]
    whole = summary(
        plan,
        [*_lines(plan, event["parts"], books), *(FleetLine.model_validate(line) for line in plan["refused"])],
        troubles,
        finished_at=waits.show_time(waits.now()),
        told_in=f"s3://{books.bucket}/{books.key(SUMMARY)}",
    )
    books.write(TABLE, "\n".join(whole.table or []) + "\n")
    books.write(SUMMARY, whole.model_dump(mode="json"))
    refused = refusal(whole, troubles)
    if refused:
        raise refused
    return as_output(whole).model_dump(mode="json", exclude_none=True)


def _lines(plan: Any, parts: list[Any], books: Books) -> list[FleetLine]:
    children = [child for part in parts if part["manifest"] for child in books.results(part["manifest"])]
    return lines(plan["items"], children)
