"""Behind the rule for the target's executions that ended badly: answer in their place, and take back what they left.

StopExecution, the machine's own time-out and an expression that cannot be evaluated run no Catch. An execution that
failed by itself has answered and tidied up: then the machine started here finds nothing to do but to strike it off.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.entry import Event, Result, entry_point
from snapferry.settings import Settings
from snapferry.target import taking_back

_FIRST_ATTEMPT = 0


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    detail = event["detail"]
    begun = taking_back.books().find(detail["executionArn"])
    if begun is None:  # it had planned nothing, and nobody waits for an answer
        return {"taking_back": None}
    ended = taking_back.told(begun.execution_arn, detail["status"], _said(detail))
    machine = Settings().text("TAKE_BACK_MACHINE_ARN")
    taking_back.start(aws.client("stepfunctions"), machine, begun, ended, _FIRST_ATTEMPT)
    return {"taking_back": begun.transfer}


def _said(detail: dict[str, Any]) -> str:
    return ": ".join(each for each in (detail.get("error"), detail.get("cause")) if each)
