"""Mending: parameters and results of service integrations.

AWS: takes `StateMachineArn` and gives `ExecutionArn` whatever the service's own spelling; times in results are numbers;
`.sync` notices the end of the other execution soon.
moto: leaves both ways of normalising empty, so that `states:startExecution` fails, and asks twice a second.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.core.utils import get_service_model
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_callback
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (
    StateTaskService,
)

if TYPE_CHECKING:
    from sandbox.interpreter.patches import Patches

SYNC_POLL_SECONDS = 10.0


def mend(patches: Patches) -> None:
    """Normalise by botocore's model of the called operation."""
    patches.replace(StateTaskService, "_normalise_parameters", _normalise_parameters)
    patches.replace(StateTaskService, "_normalise_response", _normalise_response)
    patches.replace(state_task_service_callback, "_DELAY_SECONDS_SYNC_CONDITION_CHECK", SYNC_POLL_SECONDS)


def _normalise_parameters(
    state: Any, parameters: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    shape = _operation(state, boto_service_name, service_action_name).input_shape
    if shape is not None:
        state._to_boto_request(parameters, shape)  # noqa: SLF001 - moto wrote it, and does not call it


def _normalise_response(
    state: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    shape = _operation(state, boto_service_name, service_action_name).output_shape
    if shape is not None and isinstance(response, dict):
        state._from_boto_response(response, shape)  # noqa: SLF001
        response.update({key: _plain(value) for key, value in response.items()})


def _operation(state: Any, service_name: str | None, action_name: str | None) -> Any:
    model = get_service_model(state._get_boto_service_name(service_name))  # noqa: SLF001
    action = state.resource.api_action
    if action_name:
        action = "".join(word.title() for word in action_name.split("_"))
    return model.operation_model(action[0].upper() + action[1:])


def _plain(value: Any) -> Any:
    """Times as milliseconds since the epoch, all the way down."""
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
