"""State "Write the drill's receipt": the evidence, once the database is seen to be gone."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, metrics, waits
from snapferry.databases import family_of
from snapferry.databases.family import RestorePlan
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import NotTidiedUp
from snapferry.target.drills import drill_receipt


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = RestorePlan(**event["plan"])
    left = family_of(aws.client("rds"), plan.family).find(plan.identifier)
    if left is not None:
        raise NotTidiedUp(
            f"The drill went well, and its database {plan.identifier} could not be deleted for hours",
            resource=left.arn,
            remedy="delete it by hand; nobody but the hooks can reach it",
        )
    receipt = drill_receipt(plan, event["drilled"], now=waits.now())
    for stage in receipt.stages:
        metrics.stage(stage.name, stage.seconds)
    return receipt.model_dump(mode="json")
