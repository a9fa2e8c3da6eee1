"""States that ask the target account, and wait: note the question, put the event.

The task ends when ``hear_answer`` sends its token back, with the target's answer.
"""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.entry import Event, Result, entry_point
from snapferry.messaging import asking
from snapferry.messaging.messages import put_event
from snapferry.settings import Settings
from snapferry.state.questions import OpenQuestion, Questions
from snapferry.state.table import Table
from snapferry.transfers import TransferPlan
from snapferry.vocabulary import SOURCE_SIDE, Question


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    settings = Settings()
    plan = TransferPlan.read(event["plan"])
    question = Question(event["question"])
    noted = OpenQuestion(
        transfer=plan.transfer, question=question, account=settings.target_account, token=event["token"]
    )
    Questions(Table(aws.client("dynamodb"), settings.table)).note(noted, lasts=plan.deadline_seconds)
    put_event(
        aws.client("events"),
        bus=settings.bus,
        source=SOURCE_SIDE,
        detail_type=question,
        detail=asking.worded(question, plan, event.get("received")).model_dump_json(),
    )
    return {}
