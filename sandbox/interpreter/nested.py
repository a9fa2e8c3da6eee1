"""Mending: executions that a state starts and waits for, `states:startExecution.sync` and `.sync:2`.

AWS: they are stopped with the state that waits for them, if its role may (it tries, and tells nobody).
moto: lets them run on; and writes `...ExceptionException` where a code ends so already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import (
    StateTaskServiceSfn,
)
from moto.stepfunctions.parser.asl.utils import boto_client

from sandbox.interpreter.errors import PassedOn
from sandbox.interpreter.executions import find
from sandbox.register.map_runs import ERROR_NAMES, STOPPED_WITH_PARENT

if TYPE_CHECKING:
    from sandbox.interpreter.patches import Patches

NESTED = "nested execution"
RUNNING = "RUNNING"
_UNLISTED = "StepFunctions.AWSStepFunctionsException"
_SERVER_ERROR = 500


def mend(patches: Patches) -> None:
    """Stop what nobody waits for any more; name refusals as AWS does."""
    for name in ("_build_sync_resolver", "_build_sync2_resolver"):
        patches.replace(StateTaskServiceSfn, name, _noting(getattr(StateTaskServiceSfn, name)))
    patches.replace(StateTaskServiceSfn, "_eval_sync", _stopping(StateTaskServiceSfn._eval_sync))  # noqa: SLF001
    patches.replace(StateTaskServiceSfn, "_from_error", _naming(StateTaskServiceSfn._from_error))  # noqa: SLF001


def _noting(original: Any) -> Any:
    """The resolver's maker, noting which execution is waited for, and whose calls ask for it."""

    def build(state: Any, env: Any, resource_runtime_part: Any, state_credentials: Any, **given: Any) -> Any:
        client = boto_client.boto_client_for(resource_runtime_part.region, "stepfunctions", state_credentials)
        arn = env.stack[-1]["ExecutionArn"]
        env.heap[NESTED] = (client, arn)
        resolver = original(
            state,
            env=env,
            resource_runtime_part=resource_runtime_part,
            state_credentials=state_credentials,
            **given,
        )
        return _asking_twice(resolver, arn)

    return build


def _asking_twice(resolver: Any, arn: str) -> Any:
    """AWS hears of the end by its managed rule: DescribeExecution is called at first, and then, not all the time."""
    region, account = arn.split(":")[3:5]
    asked: list[bool] = []

    def resolve() -> Any:
        if asked and find(account, region, arn).status == RUNNING:
            return None
        asked.append(True)
        return resolver()

    return resolve


def _stopping(original: Any) -> Any:
    def evaluate(state: Any, env: Any, **given: Any) -> Any:
        outcome = original(state, env=env, **given)
        if not env.is_running() and STOPPED_WITH_PARENT.holds:
            client, arn = env.heap[NESTED]
            try:
                client.stop_execution(executionArn=arn)
            except ClientError:
                return outcome  # it may not; AWS does not say so either
        return outcome

    return evaluate


def _naming(original: Any) -> Any:
    def from_error(state: Any, env: Any, ex: Exception) -> Any:
        if not isinstance(ex, ClientError) or not ERROR_NAMES.holds:
            return original(state, env, ex)
        error = ex.response["Error"]
        named = {**ex.response, "Error": {**error, "Code": error["Code"].removesuffix("Exception")}}
        event = original(state, env, ClientError(named, ex.operation_name))  # type: ignore[arg-type] # as it was
        if ex.response["ResponseMetadata"]["HTTPStatusCode"] >= _SERVER_ERROR:  # no model lists it
            event.error_name = PassedOn(_UNLISTED)
            event.event_details["taskFailedEventDetails"]["error"] = _UNLISTED
        return event

    return from_error
