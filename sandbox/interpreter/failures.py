"""A state's failure, as moto's interpreter passes it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)

from sandbox.interpreter.errors import PassedOn

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.eval.environment import Environment


def failed(env: Environment, error: str, cause: str) -> FailureEventException:
    """What to raise in a Map state so that it fails with this error, for Retry and Catch to see."""
    details: Any = {"mapRunFailedEventDetails": {"error": error, "cause": cause}}
    return FailureEventException(
        FailureEvent(
            env=env, error_name=PassedOn(error), event_type=HistoryEventType.MapRunFailed, event_details=details
        )
    )
