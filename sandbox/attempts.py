"""Trying a target again: the retry policy that EventBridge's rules and Scheduler's schedules share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.register.events import NO_RETRY, RETRY_POLICY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.exceptions import ClientError

    from sandbox.clock import Clock

MOST_RETRIES = 185
OLDEST_SECONDS = 86_400.0
# AWS backs off exponentially with jitter; without jitter here, so that every run is the same.
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 600.0

NO_PERMISSIONS, NO_RESOURCE = "NO_PERMISSIONS", "NO_RESOURCE"
THROTTLED = frozenset({"ThrottlingException", "TooManyRequestsException", "Throttling"})
MISSING = frozenset({"StateMachineDoesNotExist", "StateMachineDeleting", "ResourceNotFoundException"})
SERVER_ERROR = 500


class TargetFailed(Exception):
    """A target did not take an event; `code` is EventBridge's word, `retry` whether it is tried again."""

    def __init__(self, code: str, message: str, *, retry: bool) -> None:
        super().__init__(message)
        self.code = code
        self.retry = retry

    @classmethod
    def of(cls, error: ClientError) -> TargetFailed:
        """What an API's refusal means for a delivery."""
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        if code.startswith("AccessDenied"):
            return cls(NO_PERMISSIONS, message, retry=False)
        if code in MISSING:
            return cls(NO_RESOURCE, message, retry=False)
        if code in THROTTLED:
            return cls("THROTTLING", message, retry=True)
        broken = error.response["ResponseMetadata"]["HTTPStatusCode"] >= SERVER_ERROR
        return cls("SDK_CLIENT_ERROR", f"{code}: {message}", retry=broken)


@dataclass(frozen=True)
class Outcome:
    """How the attempts ended."""

    attempts: int
    failure: TargetFailed | None = None
    """The last one; None if the target took it."""
    exhausted: str = ""
    """Which limit of the retry policy ended it; empty where nothing was to be retried."""

    @property
    def dead_letter_attributes(self) -> dict[str, str]:
        """What a dead letter says of the failure [EB23 eb-rule-dlq]."""
        if self.failure is None:
            return {}
        attributes = {"ERROR_CODE": self.failure.code, "ERROR_MESSAGE": str(self.failure)}
        if self.exhausted:
            attributes |= {"EXHAUSTED_RETRY_CONDITION": self.exhausted, "RETRY_ATTEMPTS": str(self.attempts - 1)}
        return attributes


def until_taken(clock: Clock, policy: Mapping[str, Any], attempt: Callable[[int], None]) -> Outcome:
    """Try, and try again as the policy allows; in a virtual thread.

    Args:
        clock: the sandbox's.
        policy: `{MaximumRetryAttempts, MaximumEventAgeInSeconds}`, AWS's defaults for what is missing.
        attempt: one try, given its number from 1; raises TargetFailed.
    """
    most = policy.get("MaximumRetryAttempts", MOST_RETRIES) + 1
    too_old = clock.now + policy.get("MaximumEventAgeInSeconds", OLDEST_SECONDS)
    number = 1
    while True:
        try:
            attempt(number)
        except TargetFailed as error:
            failure = error
        else:
            return Outcome(number)
        pause = min(FIRST_PAUSE_SECONDS * 2 ** (number - 1), LONGEST_PAUSE_SECONDS)
        if not failure.retry and NO_RETRY.holds:
            return Outcome(number, failure)
        if number == most or not RETRY_POLICY.holds:
            return Outcome(number, failure, "MaximumRetryAttempts")
        if clock.now + pause > too_old:
            return Outcome(number, failure, "MaximumEventAgeInSeconds")
        clock.sleep(pause)
        number += 1
