"""A schedule as CreateSchedule takes it, and the checks that AWS makes then [BC scheduler.CreateSchedule]."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.accounts import PARTITION
from sandbox.gate import AwsError
from sandbox.register.scheduler import (
    FLEXIBLE_WINDOW,
    SCHEDULE_DATES,
    SCHEDULE_EXPRESSION,
    SCHEDULE_NAME,
    UNIVERSAL_INPUT,
    ZONE,
)
from sandbox.scheduler.cron import BadExpression
from sandbox.scheduler.expressions import Expression, parse

if TYPE_CHECKING:
    from sandbox.gate import Call

START_EXECUTION = "arn:aws:scheduler:::aws-sdk:sfn:startExecution"
START_EXECUTION_KEYS = frozenset({"StateMachineArn", "Name", "Input", "TraceHeader"})
HONOURED = frozenset({"Arn", "RoleArn", "Input", "RetryPolicy", "DeadLetterConfig"})
WIDEST_WINDOW_MINUTES = 1440
NAME = re.compile(r"[0-9a-zA-Z\-_.]{1,64}")
NEVER = "at(1970-01-01T00:00:00)"


@dataclass(frozen=True)
class Schedule:
    """When to do what, as which role."""

    account: str
    region: str
    group: str
    name: str
    expression: Expression
    start: datetime
    """Nothing is due before; for `at` it does not count."""
    end: datetime | None
    window_minutes: int
    """0: no flexible time window."""
    enabled: bool
    delete_after: bool
    target: dict[str, Any]

    @property
    def arn(self) -> str:
        """The schedule's ARN."""
        return f"arn:{PARTITION}:scheduler:{self.region}:{self.account}:schedule/{self.group}/{self.name}"

    @property
    def group_arn(self) -> str:
        """The group's ARN: the aws:SourceArn with which Scheduler assumes the role."""
        return f"arn:{PARTITION}:scheduler:{self.region}:{self.account}:schedule-group/{self.group}"

    def due_from(self, moment: datetime) -> datetime | None:
        """The next time at or after a moment, in UTC, that lies within the schedule's dates."""
        if not self.expression.recurring or not SCHEDULE_DATES.holds:
            return self.expression.due_from(moment)
        due = self.expression.due_from(max(moment, self.start))
        return None if due is None or (self.end is not None and due > self.end) else due


def read(call: Call) -> Schedule:
    """The schedule that a CreateSchedule or UpdateSchedule describes.

    Raises:
        AwsError: ValidationException, for what AWS refuses, and for targets that the sandbox does not honour.
    """
    given = call.parameters
    start = _moment(given.get("StartDate")) or datetime.fromtimestamp(call.time, UTC)
    name = str(given["Name"])
    SCHEDULE_NAME.refuse_if(not NAME.fullmatch(name), name=name)
    _check_target(given["Target"])
    return Schedule(
        account=call.caller.account,
        region=call.region,
        group=given.get("GroupName") or "default",
        name=name,
        expression=_expression(given, start),
        start=start,
        end=_moment(given.get("EndDate")),
        window_minutes=_window(given["FlexibleTimeWindow"]),
        enabled=given.get("State", "ENABLED") == "ENABLED",
        delete_after=given.get("ActionAfterCompletion") == "DELETE",
        target=given["Target"],
    )


def _expression(given: dict[str, Any], start: datetime) -> Expression:
    text = given["ScheduleExpression"]
    zone = (given.get("ScheduleExpressionTimezone") if ZONE.holds else None) or "UTC"
    try:
        return parse(text, zone, start)
    except BadExpression as error:
        SCHEDULE_EXPRESSION.refuse_if(error, text=text, reason=error)
        return parse(NEVER, "UTC", start)


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.fromtimestamp(float(value), UTC)


def _window(given: dict[str, Any]) -> int:
    minutes = int(given.get("MaximumWindowInMinutes") or 0)
    flexible = given["Mode"] == "FLEXIBLE"
    FLEXIBLE_WINDOW.refuse_if(not 1 <= minutes <= WIDEST_WINDOW_MINUTES if flexible else minutes)
    return minutes


def _check_target(target: dict[str, Any]) -> None:
    arn = target["Arn"]
    unknown = set(target) - HONOURED
    if unknown:
        raise AwsError("ValidationException", f"the sandbox does not honour {', '.join(sorted(unknown))} of a target")
    if arn == START_EXECUTION:
        _check_start_execution(target.get("Input"))
    elif not (":stateMachine:" in arn or ":function:" in arn):
        raise AwsError("ValidationException", f"the sandbox does not honour schedules with the target {arn}")


def _check_start_execution(text: str | None) -> None:
    try:
        given = json.loads(text or "")
    except ValueError:
        given = {}
    unknown = set(given) - START_EXECUTION_KEYS
    UNIVERSAL_INPUT.refuse_if(unknown, reason=f"{sorted(unknown)} unknown")
    UNIVERSAL_INPUT.refuse_if("StateMachineArn" not in given, reason="Required field 'StateMachineArn' is missing")
