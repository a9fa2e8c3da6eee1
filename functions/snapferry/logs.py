"""The log: one JSON object a line, each of which says of which transfer it is.

So one query over both accounts' log groups follows a transfer. Nothing secret is ever handed to the logger.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import names
from snapferry.settings import Settings

logger: Final = Logger()  # its service is POWERTOOLS_SERVICE_NAME

_about: Final[dict[str, str]] = {}


def begin(event: Mapping[str, Any], context: LambdaContext) -> None:
    """Let all that is logged from here on say whose work it is.

    Args:
        event: What the function was called with; a state machine adds ``at``: transfer, execution, start, state.
        context: Lambda's.
    """
    _about.clear()
    _about.update({name: said for name, said in _whereabouts(event, context).items() if said})
    logger.clear_state()  # of the invocation before, in the same process
    logger.append_keys(**_about)


def about() -> dict[str, str]:
    """Return what every line of this invocation says besides its message; what is not known is left out."""
    return dict(_about)


def _whereabouts(event: Mapping[str, Any], context: LambdaContext) -> dict[str, str | None]:
    at, detail = event.get("at") or {}, event.get("detail") or {}
    return {
        "transfer": _transfer(event, at, detail),
        "execution": at.get("execution") or detail.get("executionArn"),
        "state": at.get("state"),
        "function": context.function_name,
        "side": Settings().side,
        "account": context.invoked_function_arn.split(":")[4],
        "request_id": context.aws_request_id,
    }


def _transfer(event: Mapping[str, Any], at: Mapping[str, Any], detail: Mapping[str, Any]) -> str | None:
    """Return the transfer's id: as the machine, the plan or the other account's message says, or the run's own.

    A run that a person starts has an id like a transfer's. A sweep is of none: each line names the one it tells of.
    """
    told = (at, event.get("plan") or {}, detail, event)
    known = next((str(each["transfer"]) for each in told if each.get("transfer")), None)
    if known:
        return known
    if "executionArn" in detail:  # Step Functions tells that an execution has ended
        started = datetime.fromtimestamp(detail["startDate"] / 1000, UTC)
        return names.transfer_of(detail["executionArn"], names.moment(started))
    return names.transfer_of(at["execution"], at["started_at"]) if "execution" in at else None
