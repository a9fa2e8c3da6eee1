"""One event on its way to one target: attempts, retries, and the dead-letter queue [EB23 eb-rule-dlq]."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.attempts import Outcome, until_taken
from sandbox.events import targets
from sandbox.queues import QueueRefused, send_by
from sandbox.register.events import DEAD_LETTER

if TYPE_CHECKING:
    from sandbox.events.bus import Events
    from sandbox.world import Sandbox


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
        attempt = functools.partial(self._attempt, delivery)
        outcome = until_taken(self._sandbox.clock, delivery.target.get("RetryPolicy", {}), attempt)
        if outcome.failure is None:
            self._note(delivery, "delivered", outcome)
        elif self._into_dead_letter_queue(delivery, outcome):
            self._note(delivery, "dead-letter", outcome)
        else:
            self._note(delivery, "lost", outcome)

    def _attempt(self, delivery: Delivery, number: int) -> None:
        for hook in self._events.before_attempt:
            hook(delivery, number)
        targets.send(self._sandbox, self._events, delivery)

    def _into_dead_letter_queue(self, delivery: Delivery, outcome: Outcome) -> bool:
        queue = delivery.target.get("DeadLetterConfig", {}).get("Arn")
        if queue is None or not DEAD_LETTER.holds:
            return False
        arns = {"RULE_ARN": delivery.rule_arn, "TARGET_ARN": delivery.target_arn}
        try:
            send_by(
                targets.SERVICE,
                queue,
                delivery.body,
                permissions=self._sandbox.permissions,
                attributes=arns | outcome.dead_letter_attributes,
                context={"aws:SourceArn": delivery.rule_arn, "aws:SourceAccount": delivery.account},
            )
        except QueueRefused:
            return False
        return True

    def _note(self, delivery: Delivery, word: str, outcome: Outcome) -> None:
        error = outcome.failure.code if outcome.failure else None
        self._events.delivered.append(Record(self._sandbox.clock.now, delivery, word, outcome.attempts, error))
