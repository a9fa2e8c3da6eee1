"""Handlers that the tests of Lambda, EventBridge and Scheduler deploy."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger

logger = Logger(service="probe")
calls = 0


def echo(event: Any, _context: Any) -> Any:
    sys.stdout.write(json.dumps(event) + "\n")
    return event


@logger.inject_lambda_context
def look(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What a handler can see of its world."""
    global calls  # noqa: PLW0603 -- shows that a warm process is used again
    calls += 1
    logger.info("looking")
    sys.stderr.write("plain words\n")
    before = context.get_remaining_time_in_millis()
    time.sleep(event.get("sleep", 0))
    return {
        "who": boto3.client("sts").get_caller_identity()["Arn"],
        "calls": calls,
        "pid": os.getpid(),
        "now": datetime.now(UTC).timestamp(),
        "used_milliseconds": before - context.get_remaining_time_in_millis(),
        "environment": dict(os.environ),
        "directory": os.getcwd(),  # noqa: PTH109
        "arn": context.invoked_function_arn,
        "modules": sorted(name for name in sys.modules if name.split(".")[0] in ("sandbox", "moto", "tests")),
    }


def fail(_event: Any, _context: Any) -> None:
    raise LookupError("no such thing")


def die(_event: Any, _context: Any) -> None:
    os._exit(3)


def leave(_event: Any, _context: Any) -> None:
    sys.exit(4)


def unspeakable(_event: Any, _context: Any) -> Any:
    return {"moment": datetime.now(UTC)}


def invoke(event: dict[str, Any], _context: Any) -> None:
    boto3.client("lambda").invoke(FunctionName=event["function"], InvocationType=event["type"])


def publish(event: dict[str, Any], _context: Any) -> float:
    """Writes a parameter and gives the moment when it knows that it is written."""
    boto3.client("ssm").put_parameter(Name=event["name"], Type="String", Value="x")
    return time.time()


def publish_two(event: dict[str, Any], _context: Any) -> None:
    ssm = boto3.client("ssm")
    for number in (1, 2):
        ssm.put_parameter(Name=f"{event['name']}-{number}", Type="String", Value="x")
