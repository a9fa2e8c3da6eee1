"""The buses: what is put on one, which rules it meets, and on whose way it goes from there.

moto keeps buses, rules, targets and policies; it neither delivers across accounts nor keeps an event's sender, so
routing is the sandbox's (docs/aws-facts.md 9.5).
"""

from __future__ import annotations

import functools
import itertools
import json
import uuid
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.events.models import events_backends

from sandbox.accounts import ACCOUNTS
from sandbox.events import checks, entries, service_events
from sandbox.events.delivery import Carrier, Delivery
from sandbox.events.pattern import matches
from sandbox.events.settings import Unconfirmed
from sandbox.gate import AwsError
from sandbox.permissions import REFUSALS
from sandbox.register.events import EXECUTION_ENDS, ONE_HOP, UNKNOWN_BUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moto.events.models import EventBus, Rule

    from sandbox.events.delivery import AttemptHook, DeliveryHook, Record
    from sandbox.gate import Call, Gate
    from sandbox.world import Sandbox

# Virtual seconds from PutEvents to the first attempt.
LATENCY_SECONDS = 0.5
RECORDS_KEPT = 20_000
# An event that came over from another bus is not sent on to a third [EB eb-cross-account].
MOST_HOPS = 1


class Events:
    """EventBridge in both accounts."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.before_delivery: list[DeliveryHook] = []
        """Each may change when, and how often, a target gets an event: it returns the delays (seconds) of the
        deliveries that shall happen, `()` to lose it, `(0, 0)` to double it, or None for no say."""
        self.before_attempt: list[AttemptHook] = []
        """Each may raise TargetFailed for an attempt."""
        self.unconfirmed = Unconfirmed()
        self.delivered: deque[Record] = deque(maxlen=RECORDS_KEPT)
        """How each delivery ended, oldest first."""
        self._sandbox = sandbox
        self._numbers = itertools.count(1)
        self._carrier = Carrier(sandbox, self)

    def register(self, gate: Gate) -> None:
        """Answer PutEvents, and refuse rules and targets that the sandbox does not honour."""
        gate.answer("events", "PutEvents", self._put_events)
        gate.before.append(checks.check)
        self._sandbox.permissions.answered_by_service.append(self._is_answered_by_entry)
        self._sandbox.on_execution_end.append(self._execution_ended)
        self._sandbox.rds.on_event.append(self._rds_event)

    def put_service_event(  # noqa: PLR0913, PLR0917 -- the parts of an event
        self,
        account: str,
        region: str,
        source: str,
        detail_type: str,
        detail: dict[str, Any],
        resources: Sequence[str] = (),
    ) -> str:
        """An AWS service (`source` starts with `aws.`) puts an event on the account's default bus; its id."""
        event = self._envelope(account, region, source, detail_type, detail, resources)
        self.dispatch(account, region, "default", event, hops=0)
        return str(event["id"])

    def dispatch(self, account: str, region: str, bus_name: str, event: dict[str, Any], *, hops: int) -> None:
        """Send an event that is on a bus to the targets of every rule that it meets; returns at once."""
        bus = find_bus(account, region, bus_name)
        if bus is None:
            if UNKNOWN_BUS.holds:
                return  # AWS answers 200 and drops it
            raise AwsError("ResourceNotFoundException", f"Event bus {bus_name} does not exist.")
        for rule in sorted(bus.rules.values(), key=lambda rule: rule.name):
            if matches(rule, event):
                self._send_to_targets(rule, event, hops)

    def _execution_ended(self, account: str, region: str, execution: dict[str, Any]) -> None:
        """Step Functions tells the default bus; AWS tells of the start too, which nobody here waits for."""
        if not EXECUTION_ENDS.holds:
            return
        detail = service_events.execution_status_change(execution)
        name, arn = service_events.EXECUTION_STATUS_CHANGE, execution["executionArn"]
        self.put_service_event(account, region, "aws.states", name, detail, [arn])

    def _rds_event(self, account: str, region: str, detail_type: str, detail: dict[str, Any], arn: str) -> None:
        self.put_service_event(account, region, "aws.rds", detail_type, detail, [arn])

    def _put_events(self, call: Call) -> dict[str, Any]:
        given = call.parameters["Entries"]
        entries.check_request(given)
        refusals = call.context.get(REFUSALS, [])
        results = [
            {"ErrorCode": refusal.code, "ErrorMessage": refusal.message} if refusal else self._put_entry(call, entry)
            for entry, refusal in itertools.zip_longest(given, refusals)
        ]
        return {"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results}

    def _is_answered_by_entry(self, call: Call) -> bool:
        return call.operation == "PutEvents" and self.unconfirmed.put_events_denied_by_entry

    def _put_entry(self, call: Call, entry: dict[str, Any]) -> dict[str, str]:
        """Permissions were decided before, with the bus's policy and the entry's source and detail type."""
        refusal = entries.refusal(entry)
        if refusal is not None:
            return {"ErrorCode": refusal[0], "ErrorMessage": refusal[1]}
        account, region, bus_name = entries.bus_of(entry, call)
        event = self._envelope(
            call.caller.account,
            call.region,
            entry["Source"],
            entry["DetailType"],
            json.loads(entry["Detail"]),
            entry.get("Resources", []),
            entry.get("Time"),
        )
        self.dispatch(account, region, bus_name, event, hops=0)
        return {"EventId": event["id"]}

    def _envelope(  # noqa: PLR0913, PLR0917 -- the parts of an event
        self,
        account: str,
        region: str,
        source: str,
        detail_type: str,
        detail: dict[str, Any],
        resources: Sequence[str],
        time: datetime | None = None,
    ) -> dict[str, Any]:
        number = next(self._numbers)
        moment = time or datetime.fromtimestamp(self._sandbox.clock.now, UTC)
        return {
            "version": "0",
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"event {number}")),  # the same in every run
            "detail-type": detail_type,
            "source": source,
            "account": account,
            "time": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": region,
            "resources": list(resources),
            "detail": detail,
        }

    def _send_to_targets(self, rule: Rule, event: dict[str, Any], hops: int) -> None:
        for target in rule.targets:
            delivery = Delivery(rule.account_id, rule.region_name, rule.arn, target, event, hops)
            if delivery.is_to_a_bus and hops >= MOST_HOPS and ONE_HOP.holds:
                continue
            for delay in self._delays(delivery):
                work = functools.partial(self._carrier.carry, delivery)
                self._sandbox.clock.spawn(work, f"deliver {rule.name}", LATENCY_SECONDS + delay)

    def _delays(self, delivery: Delivery) -> list[float]:
        delays = [0.0]
        for hook in self.before_delivery:
            further = hook(delivery)
            if further is not None:
                delays = [delay + more for delay in delays for more in further]
        return delays


def find_bus(account: str, region: str, name: str) -> EventBus | None:
    """The bus, as moto keeps it; None where there is none."""
    if account not in {known.id for known in ACCOUNTS}:
        return None
    bus: EventBus | None = events_backends[account][region].event_buses.get(name)
    return bus
