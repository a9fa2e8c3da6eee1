"""Asynchronous invocation: Lambda's own queue, its two retries, and where a failed event goes.

[LAM invocation-async-error-handling]: a function's error is retried after one minute and after two more; a throttled
event waits 1 s, doubling up to 5 minutes, as long as its age allows.
"""

from __future__ import annotations

import functools
import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.functions.spec import failure
from sandbox.gate import AwsError
from sandbox.queues import QueueRefused, send_as
from sandbox.register.functions import DEAD_EVENTS, EVENT_AGE, EVENT_RETRIES, FAILURES_RECORDED, THROTTLED_WAITS

if TYPE_CHECKING:
    from sandbox.functions.function import Function
    from sandbox.functions.spec import Invocation
    from sandbox.world import Sandbox

RETRY_AFTER_SECONDS = (60.0, 120.0)
THROTTLED_AT_FIRST_SECONDS = 1.0
THROTTLED_AT_MOST_SECONDS = 300.0
# A dead letter's ErrorMessage holds the first KB of the error.
MESSAGE_LIMIT = 1024


class Later:
    """The events that wait for functions."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def add(self, function: Function, event: Any) -> None:
        """Invoke soon; returns at once."""
        work = functools.partial(self._work_off, function, event)
        self._sandbox.clock.spawn(work, f"event for {function.spec.name}")

    def _work_off(self, function: Function, event: Any) -> None:
        clock, spec = self._sandbox.clock, function.spec
        too_old = clock.now + spec.max_event_age if EVENT_AGE.holds else math.inf
        attempts = 0
        while True:
            invocation = self._invoke_when_free(function, event, too_old)
            if invocation is not None:
                attempts += 1
                if invocation.error is None:
                    return
            retries_left = spec.max_retries - attempts + 1 if EVENT_RETRIES.holds else 0
            pause = RETRY_AFTER_SECONDS[min(attempts, len(RETRY_AFTER_SECONDS)) - 1]
            if invocation is None or retries_left <= 0 or clock.now + pause > too_old:
                condition = "RetriesExhausted" if retries_left <= 0 else "EventAgeExceeded"
                self._give_up(function, event, invocation, condition, attempts)
                return
            clock.sleep(pause)

    def _invoke_when_free(self, function: Function, event: Any, too_old: float) -> Invocation | None:
        """None if the event grew too old while the function was throttled."""
        pause = THROTTLED_AT_FIRST_SECONDS
        while True:
            try:
                return function.invoke(event)
            except AwsError as error:
                if error.code != "TooManyRequestsException":  # its role is gone: as much a failure as any
                    return failure("", error.code, str(error))
            if self._sandbox.clock.now + pause > too_old or not THROTTLED_WAITS.holds:
                return None
            self._sandbox.clock.sleep(pause)
            pause = min(2 * pause, THROTTLED_AT_MOST_SECONDS)

    def _give_up(self, function: Function, event: Any, last: Invocation | None, condition: str, attempts: int) -> None:
        spec = function.spec
        if spec.on_failure and FAILURES_RECORDED.holds:
            record = self._record(function, event, last, condition, attempts)
            self._send(function, spec.on_failure, record, {})
        if spec.dead_letter and DEAD_EVENTS.holds:
            message = str(last.error.get("errorMessage", "")) if last and last.error else condition
            attributes = {
                "RequestID": last.request_id if last else "",
                "ErrorCode": "200" if last else "429",
                "ErrorMessage": message[:MESSAGE_LIMIT],
            }
            self._send(function, spec.dead_letter, event, attributes)

    def _send(self, function: Function, queue: str, body: Any, attributes: dict[str, str]) -> None:
        """By the function's role; what may not be sent is lost, as on Lambda, and the log says so."""
        caller, permissions = function.credentials().caller, self._sandbox.permissions
        try:
            send_as(caller, queue, json.dumps(body), permissions=permissions, attributes=attributes)
        except QueueRefused as refusal:
            function.lines.append(f"[sandbox] the failure queue {queue} refused the event: {refusal}")

    def _record(
        self, function: Function, event: Any, last: Invocation | None, condition: str, attempts: int
    ) -> dict[str, Any]:
        """The invocation record of a destination [LAM invocation-async-retain-records]."""
        now = datetime.fromtimestamp(self._sandbox.clock.now, UTC)
        record: dict[str, Any] = {
            "version": "1.0",
            "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "requestContext": {
                "requestId": last.request_id if last else "",
                "functionArn": f"{function.spec.arn}:$LATEST",
                "condition": condition,
                "approximateInvokeCount": attempts,
            },
            "requestPayload": event,
        }
        if last is not None:
            record["responseContext"] = {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            }
            record["responsePayload"] = last.result
        return record
