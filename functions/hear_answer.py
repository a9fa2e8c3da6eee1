"""Behind the rule for the target's answers: hand an answer to the task that waits for it.

Who answers is taken from the event's envelope, never from its detail. An answer to no question, to a closed one, or
from another account changes nothing; it is counted and logged.
"""

import json
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from snapferry import aws, metrics
from snapferry.contracts.incoming import Answer, parsed
from snapferry.entry import Event, Result, entry_point
from snapferry.logs import logger
from snapferry.settings import Settings
from snapferry.state.questions import OpenQuestion, Questions
from snapferry.state.table import Table
from snapferry.vocabulary import Reply

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_NOBODY_WAITS: Final = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
_ERROR_LIMIT: Final = 256  # characters of SendTaskFailure's error
_CAUSE_LIMIT: Final = 32768  # and of its cause


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    answer = parsed(Answer, event["detail"], what=f"The answer from account {event['account']}")
    questions = Questions(Table(aws.client("dynamodb"), Settings().table))
    question = questions.find(answer.transfer, answer.question)
    refused = _reason_to_ignore(question, answer, event)
    if question is None or refused:
        metrics.count(metrics.ANSWER_IGNORED)
        logger.warning("answer ignored", extra={"reason": refused, "answer": answer.model_dump(mode="json")})
        return {"ignored": refused}
    _hand_over(aws.client("stepfunctions"), question, answer)
    questions.close(question)
    return {"ignored": None}


def _reason_to_ignore(question: OpenQuestion | None, answer: Answer, event: Event) -> str | None:
    if question is None:
        return "nobody asked"
    if event["account"] != question.account:
        return f"account {event['account']} was not asked"
    if event["detail-type"] != answer.reply:
        return "the event's type is not its reply"
    return "the question is closed" if question.closed else None


def _hand_over(stepfunctions: "SFNClient", question: OpenQuestion, answer: Answer) -> None:
    try:
        if answer.reply in {Reply.DECLINED, Reply.FAILED}:
            stepfunctions.send_task_failure(
                taskToken=question.token,
                error=(answer.error or "")[:_ERROR_LIMIT],
                cause=_cause(answer),
            )
        else:
            stepfunctions.send_task_success(taskToken=question.token, output=json.dumps(answer.result))
    except ClientError as error:
        if aws.code(error) not in _NOBODY_WAITS:
            raise
        metrics.count(metrics.ANSWER_IGNORED)
        logger.warning("nobody waits for this answer any more", extra={"code": aws.code(error)})


def _cause(answer: Answer) -> str:
    """The answer's own words; where each reason stands alone, in JSON and beside them, as a function's error does."""
    said = (answer.cause or "")[:_CAUSE_LIMIT]
    told = json.dumps({"errorMessage": said, "findings": [each.model_dump() for each in answer.findings]})
    return told if answer.findings and len(told) <= _CAUSE_LIMIT else said
