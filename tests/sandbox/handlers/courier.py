"""Handlers that carry a question and its answer between the two accounts."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3


def start_machine(event: dict[str, Any], _context: Any) -> None:
    detail = event["detail"]
    boto3.client("stepfunctions").start_execution(
        stateMachineArn=os.environ["MACHINE"], name=detail["name"], input=json.dumps(detail)
    )


def answer(event: dict[str, Any], _context: Any) -> None:
    detail = event["detail"]
    token = detail.pop("token")
    boto3.client("stepfunctions").send_task_success(taskToken=token, output=json.dumps(detail))
