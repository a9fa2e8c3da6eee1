"""One event on its way to one target: attempts, retries, and the dead-letter queue [EB23 eb-rule-dlq]."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.events import targets
from sandbox.events.targets import TargetFailed
from sandbox.queues import QueueRefused, send_by

if TYPE_CHECKING:
    from sandbox.events.bus import Events
    from sandbox.world import Sandbox

MOST_RETRIES = 185
OLDEST_SECONDS = 86_400
# AWS: exponential back-off with jitter; without jitter here, so that every run is the same.
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 600.0


@dataclass(frozen=True)
class Delivery:
    """An event that a rule sends to one of its targets."""

    account: str
    """The rule's, like its Region."""
    region: str
    rule_arn: str
    target: dict[str, Any]
    """As PutTargets took it."""
    event: dict[str, Any]
    hops: int
    """Buses that the event has already been sent on from."""

    @property
    def target_arn(self) -> str:
        """Where it goes."""
        return str(self.target["Arn"])

    @property
    def is_to_a_bus(self) -> bool:
        """Whether the target is an event bus."""
        return self.target_arn.split(":")[2] == "events"

    @property
    def body(self) -> str:
        """What the target gets: the event, or the target's constant Input."""
        return str(self.target.get("Input") or json.dumps(self.event))


@dataclass(frozen=True)
class Record:
    """How a delivery ended."""

    time: float
    """Virtual epoch seconds."""
    delivery: Delivery
    outcome: str
    """`delivered`, `dead-letter` or `lost`."""
    attempts: int
    error: str | None = None
    """EventBridge's code, for what was not delivered."""


DeliveryHook = Callable[[Delivery], Sequence[float] | None]
AttemptHook = Callable[[Delivery, int], None]


class Carrier:
    """Carries deliveries out, each in a virtual thread of its own."""

    def __init__(self, sandbox: Sandbox, events: Events) -> None:
        self._sandbox = sandbox
        self._events = events

    def carry(self, delivery: Delivery) -> None:
        """Try until the target takes it, or the retry policy ends it."""
        failure: TargetFailed | None = None
        policy = delivery.target.get("RetryPolicy", {})
        most = policy.get("MaximumRetryAttempts", MOST_RETRIES)
        too_old = self._sandbox.clock.now + policy.get("MaximumEventAgeInSeconds", OLDEST_SECONDS)
        exhausted = "MaximumRetryAttempts"
        for attempt in range(1, most + 2):
            try:
                self._attempt(delivery, attempt)
            except TargetFailed as error:
                failure = error
            else:
                self._note(delivery, "delivered", attempt)
                return
            pause = min(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
            if not failure.retry or attempt > most:
                break
            if self._sandbox.clock.now + pause > too_old:
                exhausted = "MaximumEventAgeInSeconds"
                break
            self._sandbox.clock.sleep(pause)
        if failure is not None:
            self._give_up(delivery, failure, attempt, exhausted)

    def _attempt(self, delivery: Delivery, attempt: int) -> None:
        for hook in self._events.before_attempt:
            hook(delivery, attempt)
        targets.send(self._sandbox, self._events, delivery)

    def _give_up(self, delivery: Delivery, failure: TargetFailed, attempts: int, exhausted: str) -> None:
        queue = delivery.target.get("DeadLetterConfig", {}).get("Arn")
        if queue is None:
            self._note(delivery, "lost", attempts, failure.code)
            return
        attributes = {
            "RULE_ARN": delivery.rule_arn,
            "TARGET_ARN": delivery.target_arn,
            "ERROR_CODE": failure.code,
            "ERROR_MESSAGE": str(failure),
        }
        if failure.retry:
            attributes |= {"EXHAUSTED_RETRY_CONDITION": exhausted, "RETRY_ATTEMPTS": str(attempts - 1)}
        context = {"aws:SourceArn": delivery.rule_arn, "aws:SourceAccount": delivery.account}
        try:
            send_by(
                targets.SERVICE,
                queue,
                delivery.body,
                permissions=self._sandbox.permissions,
                attributes=attributes,
                context=context,
            )
        except QueueRefused:
            self._note(delivery, "lost", attempts, failure.code)
        else:
            self._note(delivery, "dead-letter", attempts, failure.code)

    def _note(self, delivery: Delivery, outcome: str, attempts: int, error: str | None = None) -> None:
        self._events.delivered.append(Record(self._sandbox.clock.now, delivery, outcome, attempts, error))
