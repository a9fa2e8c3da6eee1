"""How each service says that it is busy, broken, or not for you [botocore's models, BC CommonErrors]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.permissions.refusals import refusal
from sandbox.protocol import AwsError

if TYPE_CHECKING:
    from sandbox.gate import Call

# Services without a line here say Throttling or ThrottlingException, as their protocol does.
_THROTTLED = {
    "dynamodb": ("ThrottlingException", 400),
    "ec2": ("RequestLimitExceeded", 503),
    "lambda": ("TooManyRequestsException", 429),
    "rds": ("Throttling", 400),
}
_BROKEN = {
    "dynamodb": "InternalServerError",
    "events": "InternalException",
    "kms": "KMSInternalException",
    "lambda": "ServiceException",
    "secretsmanager": "InternalServiceError",
    "ssm": "InternalServerError",
}
_QUERY = frozenset({"cloudformation", "ec2", "iam", "rds", "sns", "sts"})


def throttled(call: Call) -> AwsError:
    """Too many calls."""
    usual = ("Throttling" if call.service in _QUERY else "ThrottlingException", 400)
    code, status = _THROTTLED.get(call.service, usual)
    return AwsError(code, "Rate exceeded", status)


def server_error(call: Call) -> AwsError:
    """The service's own failure: clients try again."""
    code = _BROKEN.get(call.service, "InternalFailure")
    return AwsError(code, "The request processing has failed because of an unknown error.", 500)


def denied(call: Call) -> AwsError:
    """No policy allows it."""
    what = f"{call.service}:{call.operation}"
    message = f"User: {call.caller.arn} is not authorized to perform: {what} because of a fault that was asked for"
    return refusal(call.service, message)
