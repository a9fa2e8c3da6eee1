"""Doing what a schedule is for: Step Functions (templated or by universal target) and Lambda."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from sandbox.attempts import NO_PERMISSIONS, TargetFailed
from sandbox.roles import RoleRefused, act_as
from sandbox.scheduler.schedule import START_EXECUTION

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.accounts import Credentials
    from sandbox.scheduler.schedule import Schedule
    from sandbox.world import Sandbox

SERVICE = "scheduler.amazonaws.com"


@dataclass(frozen=True)
class Due:
    """One invocation that a schedule is due for."""

    schedule: Schedule
    scheduled: datetime
    execution_id: str

    @property
    def scheduled_text(self) -> str:
        """The time as `<aws.scheduler.scheduled-time>` gives it."""
        return self.scheduled.strftime("%Y-%m-%dT%H:%M:%SZ")

    def input(self, attempt: int) -> str:
        """The target's Input, with Scheduler's context attributes put in."""
        text = str(self.schedule.target.get("Input") or "{}")
        values = {
            "schedule-arn": self.schedule.arn,
            "scheduled-time": self.scheduled_text,
            "execution-id": self.execution_id,
            "attempt-number": str(attempt),
        }
        for name, value in values.items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        return text


def credentials(sandbox: Sandbox, schedule: Schedule) -> Credentials:
    """A session of the schedule's role.

    Raises:
        RoleRefused: it does not let Scheduler in.
    """
    # The group's ARN, not the schedule's: that is what AWS sends.
    context = {"aws:SourceArn": schedule.group_arn, "aws:SourceAccount": schedule.account}
    return act_as(sandbox, SERVICE, schedule.target["RoleArn"], schedule.name, context)


def send(sandbox: Sandbox, due: Due, attempt: int) -> None:
    """One attempt, in the role's name; in a virtual thread.

    Raises:
        TargetFailed: it was refused, throttled, or there is no such target.
    """
    try:
        role = credentials(sandbox, due.schedule)
    except RoleRefused as refusal:
        raise TargetFailed(NO_PERMISSIONS, str(refusal), retry=False) from refusal
    arn, region = due.schedule.target["Arn"], due.schedule.region
    try:
        if ":function:" in arn:
            function = sandbox.transport.client("lambda", role, region)
            function.invoke(FunctionName=arn, InvocationType="Event", Payload=due.input(attempt).encode())
        else:
            machine = sandbox.transport.client("stepfunctions", role, region)
            machine.start_execution(**_start(arn, due.input(attempt)))
    except ClientError as error:
        raise TargetFailed.of(error) from error


def _start(arn: str, text: str) -> dict[str, Any]:
    """StartExecution's parameters; a universal target writes them in PascalCase."""
    if arn != START_EXECUTION:
        return {"stateMachineArn": arn, "input": text}
    given = json.loads(text)
    return {name[0].lower() + name[1:]: value for name, value in given.items()}
