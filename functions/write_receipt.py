"""State "Write the receipt": the output of the whole transfer."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, metrics, waits
from snapferry.entry import Event, Result, entry_point
from snapferry.settings import Settings
from snapferry.source.receipts import receipt
from snapferry.state.good_copies import GoodCopies, GoodCopy
from snapferry.state.table import Table
from snapferry.transfers import TransferPlan


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan, settings = TransferPlan.read(event["plan"]), Settings()
    written = receipt(
        plan,
        event["carried"],
        event["closed"],
        finished_at=waits.show_time(waits.now()),
        restored=event["restored"],
    )
    if settings.key_policy_is_elsewhere:  # else closing the lease has noted it
        metrics.seconds(metrics.EXPOSURE_SECONDS, written.access.exposure_seconds)
    good = GoodCopy(database=written.database, data_time=plan.data_is_of, transfer=plan.transfer)
    GoodCopies(Table(aws.client("dynamodb"), settings.table)).note(good)
    metrics.stage("whole", written.seconds)
    metrics.count(metrics.TRANSFER_SUCCEEDED)
    return written.model_dump(mode="json")
