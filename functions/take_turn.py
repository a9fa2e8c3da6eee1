"""State "Take the database's turn": one transfer of a database at a time, and one for each of a schedule's times."""

from typing import Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import turns, waits
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import AnotherTransferRuns
from snapferry.transfers import TransferPlan

_OURS: Final = {"turn": "ours", "by": None, "reason": None, "wait_seconds": 0}


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = TransferPlan.read(event["plan"])
    taking = turns.of_stack()
    if plan.scheduled_time:
        first = taking.claim(turns.scheduled(plan.database["arn"], plan.scheduled_time), plan.execution_arn)
        if first:
            return {**_OURS, "turn": "repeated", "by": first}
    other = taking.take(turns.database(plan.database["arn"]), plan.execution_arn)
    return _waiting(plan, other) if other else _OURS


def _waiting(plan: TransferPlan, other: str) -> Result:
    now = waits.now()
    if plan.overlap == "refuse":
        raise turns.refusal(plan.database["identifier"], other)
    if now >= waits.parse_time(plan.deadline):
        raise AnotherTransferRuns(
            f"Execution {other} still carried {plan.database['identifier']} when this transfer's deadline had passed",
            resource=other,
            remedy="see what it waits for, and run again",
        )
    span = waits.Span(waits.parse_time(plan.started_at), waits.parse_time(plan.deadline), now)
    seconds = max(_SHORTEST_PAUSE, waits.not_yet("", None, span).wait_seconds)
    return {"turn": "wait", "by": other, "reason": f"execution {other} carries it", "wait_seconds": seconds}


_SHORTEST_PAUSE: Final = 60  # whoever has the turn carries a whole database, and each try makes the plan anew
