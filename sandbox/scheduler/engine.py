"""What makes schedules fire. moto keeps them for whoever asks; when they are due is the virtual clock's business."""

from __future__ import annotations

import functools
import uuid
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from moto.scheduler.models import scheduler_backends

from sandbox.attempts import until_taken
from sandbox.queues import QueueRefused, send_as
from sandbox.register.scheduler import COMPLETION, SCHEDULE_DEAD_LETTER, SCHEDULER_TRUSTED
from sandbox.roles import RoleRefused
from sandbox.scheduler import targets
from sandbox.scheduler.schedule import Schedule, read
from sandbox.scheduler.targets import Due

if TYPE_CHECKING:
    from sandbox.attempts import Outcome
    from sandbox.gate import Call, Gate
    from sandbox.world import Sandbox

RECORDS_KEPT = 20_000
PRECISION = timedelta(seconds=1)

Key = tuple[str, str, str, str]
"""Account, Region, group, name."""


@dataclass(frozen=True)
class Fired:
    """How one due time ended."""

    time: float
    """Virtual epoch seconds."""
    schedule_arn: str
    scheduled: datetime
    outcome: str
    """`delivered`, `dead-letter` or `lost`."""
    attempts: int
    error: str | None = None


FireHook = Callable[[Schedule, datetime], Sequence[float] | None]


class Scheduler:
    """EventBridge Scheduler in both accounts."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.before_firing: list[FireHook] = []
        """Each may change when, and how often, the target is invoked, as `Events.before_delivery` may."""
        self.fired: deque[Fired] = deque(maxlen=RECORDS_KEPT)
        self._sandbox = sandbox
        self._schedules: dict[Key, Schedule] = {}

    def register(self, gate: Gate) -> None:
        """Watch schedules come, change and go."""
        gate.before.append(self._check)
        gate.after.append(self._take_over)

    def _check(self, call: Call) -> None:
        """A hook before: refuse what AWS refuses."""
        if _is(call, "CreateSchedule", "UpdateSchedule"):
            schedule = read(call)
            try:
                targets.credentials(self._sandbox, schedule)
            except RoleRefused as refusal:
                SCHEDULER_TRUSTED.refuse_if(refusal, reason=refusal)
            call.context["schedule"] = schedule

    def _take_over(self, call: Call) -> None:
        """A hook after: what moto took shall fire, what it deleted shall not."""
        if call.error is not None:
            return
        group = call.parameters.get("GroupName") or "default"
        if _is(call, "CreateSchedule", "UpdateSchedule"):
            self._arm(call.context["schedule"])
        elif _is(call, "DeleteSchedule"):
            self._schedules.pop((call.caller.account, call.region, group, call.parameters["Name"]), None)
        elif _is(call, "DeleteScheduleGroup"):
            gone = (call.caller.account, call.region, call.parameters["Name"])
            self._schedules = {key: one for key, one in self._schedules.items() if key[:3] != gone}

    def _arm(self, schedule: Schedule) -> None:
        """A changed schedule is a new one: its predecessor's timers find themselves replaced."""
        self._schedules[_key(schedule)] = schedule
        if schedule.enabled:
            self._wait_for_next(schedule, datetime.fromtimestamp(self._sandbox.clock.now, UTC))

    def _wait_for_next(self, schedule: Schedule, moment: datetime) -> None:
        due = schedule.due_from(moment)
        if due is None:
            self._complete(schedule)
            return
        work = functools.partial(self._fire, schedule, due)
        delay = due.timestamp() - self._sandbox.clock.now
        self._sandbox.clock.spawn(work, f"schedule {schedule.name}", delay)

    def _fire(self, schedule: Schedule, due: datetime) -> None:
        if self._schedules.get(_key(schedule)) is not schedule:
            return
        for number, delay in enumerate(self._delays(schedule, due)):
            invocation = Due(schedule, due, str(uuid.uuid5(uuid.NAMESPACE_URL, f"{schedule.arn}{due}{number}")))
            work = functools.partial(self._invoke, invocation)
            self._sandbox.clock.spawn(work, f"scheduled {schedule.name}", delay)
        self._wait_for_next(schedule, due + PRECISION)

    def _delays(self, schedule: Schedule, due: datetime) -> list[float]:
        """Somewhere in the flexible window, the same in every run; then as the hooks say."""
        window = schedule.window_minutes * 60
        delays = [float(zlib.crc32(f"{schedule.arn}{due}".encode()) % window) if window else 0.0]
        for hook in self.before_firing:
            further = hook(schedule, due)
            if further is not None:
                delays = [delay + more for delay in delays for more in further]
        return delays

    def _invoke(self, due: Due) -> None:
        attempt = functools.partial(targets.send, self._sandbox, due)
        outcome = until_taken(self._sandbox.clock, due.schedule.target.get("RetryPolicy", {}), attempt)
        if outcome.failure is None:
            word = "delivered"
        else:
            word = "dead-letter" if self._into_dead_letter_queue(due, outcome) else "lost"
        error = outcome.failure.code if outcome.failure else None
        now = self._sandbox.clock.now
        self.fired.append(Fired(now, due.schedule.arn, due.scheduled, word, outcome.attempts, error))

    def _into_dead_letter_queue(self, due: Due, outcome: Outcome) -> bool:
        queue = due.schedule.target.get("DeadLetterConfig", {}).get("Arn")
        if queue is None or not SCHEDULE_DEAD_LETTER.holds:
            return False
        attributes = {
            "EXECUTION_ID": due.execution_id,
            "IS_PAYLOAD_TRUNCATED": "false",
            "SCHEDULED_TIME": due.scheduled_text,
            "TARGET_ARN": due.schedule.target["Arn"],
        }
        permissions = self._sandbox.permissions
        try:  # the schedule's own role sends it
            caller = targets.credentials(self._sandbox, due.schedule).caller
            attributes |= outcome.dead_letter_attributes
            send_as(caller, queue, due.input(outcome.attempts), permissions=permissions, attributes=attributes)
        except (QueueRefused, RoleRefused):
            return False
        return True

    def _complete(self, schedule: Schedule) -> None:
        if schedule.delete_after and COMPLETION.holds:
            scheduler_backends[schedule.account][schedule.region].delete_schedule(schedule.group, schedule.name)
            del self._schedules[_key(schedule)]


def _is(call: Call, *operations: str) -> bool:
    return call.service == "scheduler" and call.operation in operations


def _key(schedule: Schedule) -> Key:
    return schedule.account, schedule.region, schedule.group, schedule.name
