"""State "Judge the hook": what the receipt will say of it; one that has failed ends the restore."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import waits
from snapferry.databases.family import RestorePlan
from snapferry.entry import Event, Result, entry_point
from snapferry.target import hooks


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    hook, attempts = event["hook"], event["attempts"]
    if event["trouble"] is not None:
        raise hooks.failed(hook, RestorePlan(**event["plan"]), event["trouble"], attempts)
    seconds = waits.seconds_between(event["began"], waits.show_time(waits.now()))
    return hooks.report(hook["name"], attempts=attempts, seconds=seconds, said=event["said"]).model_dump(mode="json")
