"""State "Write the receipt": the output of the whole transfer."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import metrics, waits
from snapferry.entry import Event, Result, entry_point
from snapferry.settings import Settings
from snapferry.source.receipts import receipt
from snapferry.transfers import TransferPlan


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    written = receipt(
        TransferPlan.read(event["plan"]),
        event["carried"],
        event["closed"],
        finished_at=waits.show_time(waits.now()),
        restored=event["restored"],
    )
    if Settings().key_policy_is_elsewhere:  # else closing the lease has noted it
        metrics.seconds(metrics.EXPOSURE_SECONDS, written.access.exposure_seconds)
    return written.model_dump(mode="json")
