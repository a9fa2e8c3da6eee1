"""Executions of the target's that ended without a word: what they have begun, and the machine that takes it back.

StopExecution, the machine's own time-out and a deleted machine run no Catch. The function behind the status event and
the sweeper start ``take_back`` by a name that follows from the transfer and the attempt: a repeat starts nothing twice.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from snapferry import aws, names, waits
from snapferry.contracts.incoming import Answer, RestoreRequested, SnapshotShared
from snapferry.databases.family import RestorePlan
from snapferry.errors import TargetExecutionEnded
from snapferry.settings import Settings
from snapferry.state.begun import Begun, BegunWork
from snapferry.state.table import Table
from snapferry.target.receiving import ReceivePlan
from snapferry.target.switching_back import SwitchPlan
from snapferry.vocabulary import Question, Reply

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

LAST_FUNCTION_SECONDS: Final = 90
"""StopExecution does not stop a function: within this time even one that has just begun is done (they have 60)."""

_ALREADY_STARTED: Final = "ExecutionAlreadyExists"
_WORDS: Final[Mapping[str | None, str]] = {
    "ABORTED": "was stopped by a person (StopExecution)",
    "TIMED_OUT": "ran out of its machine's time",
    "FAILED": "failed",
    None: "is not there any more: its state machine was deleted",
}


def books() -> BegunWork:
    """Return what this stack's executions have begun."""
    return BegunWork(Table(aws.client("dynamodb"), Settings().table))


def of_question(asked: SnapshotShared | RestoreRequested, execution_arn: str) -> Begun:
    """Return what the execution that a question starts is going to begin, before its plan tells more."""
    receives = isinstance(asked, SnapshotShared)
    named = names.snapshot_name(asked.database.identifier, asked.transfer)
    return Begun(
        execution_arn=execution_arn,
        transfer=asked.transfer,
        work="receive" if receives else "restore",
        since=waits.show_time(waits.now()),
        family=asked.database.family,
        copy=named if receives else asked.snapshot_arn.split(":")[6],
        question=asked.question,
        source_account=asked.source_account,
    )


def of_receive(plan: ReceivePlan, asked: Mapping[str, Any]) -> Begun:
    """Return what a planned copy is going to leave behind.

    Args:
        plan: The copy.
        asked: The execution's input, a person's or a question.
    """
    return Begun(
        execution_arn=plan.execution_arn,
        transfer=plan.transfer,
        work="receive",
        since=waits.show_time(waits.now()),
        family=plan.family,
        copy=plan.copy,
        question=asked.get("question"),
        source_account=asked.get("source_account"),
    )


def of_restore(plan: RestorePlan, asked: Mapping[str, Any]) -> Begun:
    """Return what a planned restore is going to leave behind; the arguments are as for ``of_receive``."""
    return Begun(
        execution_arn=plan.execution_arn,
        transfer=plan.transfer,
        work="restore",
        since=waits.show_time(waits.now()),
        family=plan.family,
        copy=plan.snapshot if plan.delete_snapshot else None,
        identifier=plan.identifier,
        naming=plan.naming,
        connection=plan.connection,
        question=asked.get("question"),
        source_account=asked.get("source_account"),
    )


def of_switch(plan: SwitchPlan) -> Begun:
    """Return what going back is going to change besides its one write: the names of two databases."""
    return Begun(
        execution_arn=plan.execution_arn,
        transfer=names.suffix(plan.execution_arn),
        work="switch",
        since=waits.show_time(waits.now()),
        family=plan.family,
        naming=plan.naming,
        connection=plan.parameter,
    )


def told(execution_arn: str, status: str | None, said: str = "") -> str:
    """Return in words what became of an execution.

    Args:
        execution_arn: Its ARN.
        status: Step Functions' own word; None if it does not know the execution.
        said: The error and the cause that came with its end.
    """
    words = _WORDS.get(status, f"ended as {status}")
    return f"The target's execution {execution_arn} {words}{': ' if said else ''}{said}"


def failed_answer(begun: Begun, ended: str) -> Answer:
    """Return the answer to the question that an execution has left open.

    Args:
        begun: The execution; a source waits for its answer.
        ended: What became of it, in words.
    """
    return Answer(
        transfer=begun.transfer,
        question=Question(begun.question or ""),
        source_account=begun.source_account or "",
        reply=Reply.FAILED,
        error=TargetExecutionEnded.__name__,
        cause=ended,
    )


def start(states: "SFNClient", machine_arn: str, begun: Begun, ended: str, attempt: int) -> bool:
    """Start ``take_back`` for one execution; False if this attempt has been started before."""
    given = {**asdict(begun), "ended": ended, "wait_seconds": LAST_FUNCTION_SECONDS}
    name = f"{begun.transfer}-{begun.work}-back-{attempt}"
    try:
        states.start_execution(stateMachineArn=machine_arn, name=name, input=json.dumps(given))
    except ClientError as error:
        if aws.code(error) == _ALREADY_STARTED:
            return False
        raise
    return True
