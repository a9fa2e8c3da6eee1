"""State "Plan the transfer": find out whether the transfer can be, before anything is made."""

from dataclasses import asdict

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, turns
from snapferry.contracts.incoming import TransferRequest, parsed
from snapferry.entry import Event, Result, entry_point
from snapferry.settings import Settings
from snapferry.source.planning import Surroundings, plan_transfer
from snapferry.source.route import Route
from snapferry.transfers import Execution


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    request = parsed(TransferRequest, event["input"], what="The execution's input")
    around = Surroundings(rds=aws.client("rds"), kms=aws.client("kms"), turns=turns.of_stack(), settings=Settings())
    planned = plan_transfer(request, Execution(**event["execution"]), Route.of(context), around)
    if not request.plan_only:
        planned.findings.raise_any()
    return {
        "plan": planned.plan and asdict(planned.plan),
        "plan_only": request.plan_only,
        "findings": [finding.as_json() for finding in planned.findings.facts()],
    }
