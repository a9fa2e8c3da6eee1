"""boto3 clients, and AWS's refusals turned into errors of ours by their code, never by their message."""

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError

from snapferry.errors import AwsBusy, AwsRefused, SnapferryError

if TYPE_CHECKING:
    from collections.abc import Mapping

ATTEMPTS: Final = 3
CONNECT_SECONDS: Final = 3
ANSWER_SECONDS: Final = 14
"""A call that nobody answers so ends, with its pauses of 1 and 2 s, before the function is cut off: the state machine
hears of ``AwsBusy``, and goes on trying for minutes."""

# `standard` knows RequestLimitExceeded, which `legacy` does not (aws-facts 7).
_CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    connect_timeout=CONNECT_SECONDS,
    read_timeout=ANSWER_SECONDS,
)

_BUSY: Final = frozenset(
    {
        "InternalError",
        "InternalException",
        "InternalFailure",
        "InternalServerError",
        "KMSInternalException",
        "DependencyTimeoutException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_SERVER_ERROR: Final = 500

type FailureOfAws = ClientError | EndpointConnectionError | HTTPClientError
FAILURES: Final = (ClientError, EndpointConnectionError, HTTPClientError)
"""What a call of AWS's may raise, for an ``except``."""


@cache
def client(service: str) -> Any:
    """Return this process's client of one service, in the function's own Region."""
    return boto3.client(service, config=_CONFIG)  # type: ignore[call-overload]


def code(error: ClientError) -> str:
    """Return the code of AWS's refusal: botocore's ``error.code``, not the shape's name (aws-facts 2.0)."""
    return error.response.get("Error", {}).get("Code", "")


def translated(error: FailureOfAws) -> SnapferryError:
    """Return what an exception of botocore means for the state machine."""
    if not isinstance(error, ClientError):
        return AwsBusy(f"AWS could not be reached: {error}")
    said = f"{error.operation_name}: {code(error)}: {error.response.get('Error', {}).get('Message', '')}".rstrip(".")
    if code(error) in _BUSY or _status(error.response) >= _SERVER_ERROR:
        return AwsBusy(said)
    return AwsRefused(
        said, remedy="see AWS's message; if it speaks of a permission, compare it with the role in the stack's template"
    )


def _status(response: "Mapping[str, Any]") -> int:
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
