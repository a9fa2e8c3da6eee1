"""Behind the rule for "Snapshot Shared" and "Restore Requested": start the machine that does it, once.

A question that comes again finds its execution by name; one that is answered already gets the same answer again.
"""

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.contracts.incoming import RestoreRequested, SnapshotShared, parsed
from snapferry.entry import Event, Result, account_of, entry_point
from snapferry.errors import InvalidInput, NotOurs
from snapferry.messaging import answering
from snapferry.messaging.senders import check_sender
from snapferry.settings import Settings
from snapferry.target import taking_back
from snapferry.vocabulary import Question

type Asked = SnapshotShared | RestoreRequested

_MACHINES = {Question.RECEIVE: ("RECEIVE_MACHINE_ARN", "receive"), Question.RESTORE: ("RESTORE_MACHINE_ARN", "restore")}


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    asked = _read(event)
    check_sender(asked, event["account"])
    _check_snapshot(asked, {Question.RECEIVE: event["account"], Question.RESTORE: account_of(context)}[asked.question])
    answered = answering.given(asked.transfer, asked.question)
    if answered is not None:
        answering.send(answered)
        return {"execution": None}
    return {"execution": _start(asked, account_of(context))}


def _read(event: Event) -> Asked:
    what = f"The question from account {event['account']}"
    match event["detail-type"]:
        case Question.RECEIVE:
            return parsed(SnapshotShared, event["detail"], what=what)
        case Question.RESTORE:
            return parsed(RestoreRequested, event["detail"], what=what)
        case other:
            raise InvalidInput(
                f'{what}, "{other}", is none that this function takes',
                resource=event["detail-type"],
                remedy="compare the rule that carried it with the stack's template",
            )


def _check_snapshot(asked: Asked, owner: str) -> None:
    if asked.snapshot_arn.split(":")[4] != owner:
        raise NotOurs(
            f"{asked.snapshot_arn} is no snapshot of account {owner}",
            resource=asked.snapshot_arn,
            remedy="ask the account that asked who sends such events",
        )


def _start(asked: Asked, account: str) -> str:
    setting, suffix = _MACHINES[asked.question]
    machine, name = Settings().text(setting), f"{asked.transfer}-{suffix}"
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    stepfunctions: Any = aws.client("stepfunctions")
    begun = taking_back.of_question(asked, arn)
    if taking_back.books().find(arn) is None:  # its plan may have written more
        taking_back.books().note(begun)
    try:
        started = stepfunctions.start_execution(stateMachineArn=machine, name=name, input=_input(asked))
    except ClientError as error:
        if aws.code(error) != "ExecutionAlreadyExists":
            raise
    else:
        return str(started["executionArn"])
    status = stepfunctions.describe_execution(executionArn=arn)["status"]
    if status != "RUNNING":
        ended = f"In the target account {account}: {taking_back.told(arn, status)}, and gave no answer."
        answering.give(taking_back.failed_answer(begun, ended))
    return arn


def _input(asked: Asked) -> str:
    return json.dumps(asked.model_dump(mode="json"))
