"""What PutEvents takes and what it refuses, entry by entry [BC events.PutEvents]."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.register.events import (
    AWS_SOURCE,
    DETAIL_OBJECT,
    DETAIL_TYPE_LENGTH,
    ENTRY_COMPLETE,
    MOST_ENTRIES,
    REQUEST_SIZE,
)

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.register import Rule

ENTRIES_LIMIT = 10
REQUEST_LIMIT = 1024 * 1024
TIME_BYTES = 14
DETAIL_TYPE_LIMIT = 128


def check_request(given: list[dict[str, Any]]) -> None:
    """What makes the whole request fail.

    Raises:
        AwsError: ValidationException: no entry, too many, too large.
    """
    bound = f"less than or equal to {ENTRIES_LIMIT}" if given else "greater than or equal to 1"
    MOST_ENTRIES.refuse_if(not 1 <= len(given) <= ENTRIES_LIMIT, bound=bound)
    REQUEST_SIZE.refuse_if(sum(size(entry) for entry in given) > REQUEST_LIMIT)


def size(entry: dict[str, Any]) -> int:
    """An entry's bytes, as EventBridge counts them [EB eb-putevents]."""
    texts = [entry.get(name) or "" for name in ("Source", "DetailType", "Detail")] + entry.get("Resources", [])
    return (TIME_BYTES if "Time" in entry else 0) + sum(len(text.encode()) for text in texts)


def refusal(entry: dict[str, Any]) -> tuple[str, str] | None:
    """Code and message for an entry that is not taken; the others of the request are."""
    missing = next((name for name in ("Source", "DetailType", "Detail") if not entry.get(name)), None)
    checks: list[tuple[Rule, bool, dict[str, object]]] = [
        (ENTRY_COMPLETE, missing is not None, {"name": missing}),
        (DETAIL_TYPE_LENGTH, len(entry.get("DetailType", "")) > DETAIL_TYPE_LIMIT, {"most": DETAIL_TYPE_LIMIT}),
        (AWS_SOURCE, entry.get("Source", "").startswith("aws."), {}),
        (DETAIL_OBJECT, not _is_object(entry.get("Detail", "")), {}),
    ]
    broken = next(((rule, words) for rule, is_broken, words in checks if is_broken and rule.holds), None)
    return None if broken is None else (broken[0].code, broken[0].message.format(**broken[1]))


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


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
