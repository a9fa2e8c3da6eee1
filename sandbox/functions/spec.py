"""What a function is, and what an invocation of it gives."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.accounts import PARTITION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION = "$LATEST"
"""The only version that a function has here."""


@dataclass(frozen=True)
class VpcConfig:
    """Where a function's network interfaces are."""

    subnets: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True)
class FunctionSpec:
    """One Lambda function as a template declares it; the defaults are AWS's."""

    account: str
    region: str
    name: str
    handler: str
    """`module.function`, below the code root."""
    role_arn: str
    code_root: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: int = 3
    """Seconds of virtual time."""
    memory: int = 128
    """MiB; told to the handler, limits nothing here."""
    reserved_concurrency: int | None = None
    max_retries: int = 2
    """Further attempts of an asynchronous invocation that failed."""
    max_event_age: int = 21600
    """Seconds that an asynchronous event may wait for its turn."""
    on_failure: str | None = None
    """Queue that gets a record of an asynchronous event that failed (a destination)."""
    dead_letter: str | None = None
    """Queue that gets the event itself (the function's DeadLetterConfig)."""
    runtime: str = "python3.13"
    description: str = ""
    vpc: VpcConfig | None = None
    """None: it runs outside of every VPC."""
    own_log_group: str | None = None
    """LoggingConfig's LogGroup, where the template names one."""

    @property
    def arn(self) -> str:
        """The function's ARN, without a version."""
        return f"arn:{PARTITION}:lambda:{self.region}:{self.account}:function:{self.name}"

    @property
    def log_group(self) -> str:
        """The group in CloudWatch Logs where its output goes."""
        return self.own_log_group or f"/aws/lambda/{self.name}"


@dataclass(frozen=True)
class Invocation:
    """How one invocation ended."""

    request_id: str
    payload: bytes
    """The result, or the error in Lambda's shape, as JSON."""
    error: dict[str, Any] | None = None
    """`{errorMessage, errorType, ...}` if the function failed."""
    cpu_seconds: float = 0.0
    """What the handler itself has computed, on this machine; 0 where its process did not live to tell."""

    @property
    def result(self) -> Any:
        """The payload as Python sees it."""
        return json.loads(self.payload)


def failure(request_id: str, error_type: str, message: str) -> Invocation:
    """An invocation that ended without the handler's own word."""
    error = {"errorType": error_type, "errorMessage": message}
    return Invocation(request_id, json.dumps(error).encode(), error)
