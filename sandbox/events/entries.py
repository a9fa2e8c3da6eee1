"""What PutEvents takes and what it refuses, entry by entry [BC events.PutEvents]."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.gate import AwsError

if TYPE_CHECKING:
    from sandbox.gate import Call

MOST_ENTRIES = 10
REQUEST_LIMIT = 1024 * 1024
TIME_BYTES = 14
DETAIL_TYPE_LIMIT = 128


def check_request(given: list[dict[str, Any]]) -> None:
    """What makes the whole request fail.

    Raises:
        AwsError: ValidationException: no entry, too many, too large.
    """
    if not 1 <= len(given) <= MOST_ENTRIES:
        bound = f"less than or equal to {MOST_ENTRIES}" if given else "greater than or equal to 1"
        message = "1 validation error detected: Value at 'entries' failed to satisfy constraint: "
        raise AwsError("ValidationException", f"{message}Member must have length {bound}")
    if sum(size(entry) for entry in given) > REQUEST_LIMIT:
        raise AwsError("ValidationException", "Total size of the entries in the request is over the limit.")


def size(entry: dict[str, Any]) -> int:
    """An entry's bytes, as EventBridge counts them [EB eb-putevents]."""
    texts = [entry.get(name) or "" for name in ("Source", "DetailType", "Detail")] + entry.get("Resources", [])
    return (TIME_BYTES if "Time" in entry else 0) + sum(len(text.encode()) for text in texts)


def refusal(entry: dict[str, Any]) -> tuple[str, str] | None:
    """Code and message for an entry that is not taken; the others of the request are."""
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            return "InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument."
    if len(entry["DetailType"]) > DETAIL_TYPE_LIMIT:
        reason = f"DetailType must be at most {DETAIL_TYPE_LIMIT} characters."
        return "InvalidArgument", f"Parameter DetailType is not valid. Reason: {reason}"
    if entry["Source"].startswith("aws."):
        return "NotAuthorizedForSourceException", "Not authorized for the source."
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        return "MalformedDetail", "Detail is malformed."
    if not isinstance(detail, dict):
        return "MalformedDetail", "Detail is malformed."
    return None


def bus_of(entry: dict[str, Any], call: Call) -> tuple[str, str, str]:
    """Account, Region and name of the bus that an entry is for, given by name or ARN."""
    name = entry.get("EventBusName") or "default"
    if not name.startswith("arn:"):
        return call.caller.account, call.region, name
    return bus_of_arn(name)


def bus_of_arn(arn: str) -> tuple[str, str, str]:
    """Account, Region and name of the bus with this ARN."""
    _, _, _, region, account, resource = arn.split(":", 5)
    return account, region, resource.removeprefix("event-bus/")
