"""Answers to `.waitForTaskToken`: SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat.

AWS: a token belongs to one attempt and to the account that issued it; unknown: InvalidToken; the attempt is over:
TaskTimedOut; a failure's cause is kept.
moto: takes answers to attempts that are over, and drops the cause.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeFailure, CallbackOutcomeSuccess

from sandbox.accounts import ACCOUNTS
from sandbox.interpreter.executions import backend
from sandbox.register.stepfunctions import TOKEN_OF_ACCOUNT, TOKEN_ONCE, TOKEN_OUTPUT

if TYPE_CHECKING:
    from sandbox.gate import Call, Gate


def register(gate: Gate) -> None:
    """Answer the three operations."""
    gate.answer("stepfunctions", "SendTaskSuccess", succeed)
    gate.answer("stepfunctions", "SendTaskFailure", fail)
    gate.answer("stepfunctions", "SendTaskHeartbeat", beat)


def succeed(call: Call) -> dict[str, Any]:
    """SendTaskSuccess."""
    output = call.parameters["output"]
    try:
        json.loads(output)
    except ValueError as error:
        TOKEN_OUTPUT.refuse_if(error)
    endpoint = _open_endpoint(call)
    endpoint.notify(outcome=CallbackOutcomeSuccess(callback_id=endpoint.callback_id, output=output))
    return {}


def fail(call: Call) -> dict[str, Any]:
    """SendTaskFailure."""
    endpoint = _open_endpoint(call)
    error, cause = call.parameters.get("error"), call.parameters.get("cause")
    endpoint.notify(outcome=CallbackOutcomeFailure(callback_id=endpoint.callback_id, error=error, cause=cause))
    return {}


def beat(call: Call) -> dict[str, Any]:
    """SendTaskHeartbeat."""
    _open_endpoint(call).notify_heartbeat()
    return {}


def _open_endpoint(call: Call) -> Any:
    """Where the attempt waits for its answer."""
    token = call.parameters["taskToken"]
    accounts = [call.backend_account] if TOKEN_OF_ACCOUNT.holds else [account.id for account in ACCOUNTS]
    for machine in [one for account in accounts for one in backend(account, call.region).state_machines]:
        executions: list[Any] = machine.executions
        for execution in executions:
            env = execution.exec_worker.env
            endpoint = env.callback_pool_manager.get(token) if env is not None else None
            if endpoint is not None:
                TOKEN_ONCE.refuse_if(endpoint.get_outcome() is not None or not endpoint.frame.is_running())
                return endpoint
    raise TOKEN_OF_ACCOUNT.refusal()
