"""State "Write the plan": the output of an execution that only plans."""

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.entry import Event, Result, account_of, entry_point
from snapferry.errors import TransferDeclined
from snapferry.findings import Finding
from snapferry.messaging.silence import explanation
from snapferry.settings import Settings
from snapferry.source.plan_reports import plan_report
from snapferry.transfers import TransferPlan
from snapferry.vocabulary import Question


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    plan = event["plan"] and TransferPlan.read(event["plan"])
    heard = event["heard"]
    findings = [*event["findings"], *(_of_target(heard, plan, context) if heard else [])]
    report = plan_report(plan, findings, heard and heard["accepted"], asked=heard is not None)
    return report.model_dump(mode="json")


def _of_target(heard: dict[str, Any], plan: TransferPlan, context: LambdaContext) -> list[dict[str, Any]]:
    if heard["accepted"]:
        return []
    if heard["declined"]:
        return _reasons(heard["declined"], plan.target_account)
    return [_silence(plan, context)]


def _reasons(cause: str, account: str) -> list[dict[str, Any]]:
    """What ``hear_answer`` has sent: every reason, or the target's own words where there were too many for that."""
    try:
        found: list[dict[str, Any]] = json.loads(cause)["findings"]
    except ValueError:
        said = {"error": TransferDeclined.__name__, "what": cause, "resource": "", "remedy": ""}
        return [{"side": f"target account {account}", **said}]
    return found


def _silence(plan: TransferPlan, context: LambdaContext) -> dict[str, Any]:
    settings = Settings()
    refused = explanation(
        aws.client("sqs"),
        settings.text("DEAD_LETTER_QUEUE_URL"),
        transfer=plan.transfer,
        question=Question.OFFER,
        target_account=plan.target_account,
    )
    refused.side = f"source account {account_of(context)}"
    return Finding.of(refused).as_json()
