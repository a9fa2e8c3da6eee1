"""What a person reads at the end of a red execution: one error's name, and a cause that says what to do."""

import json
from collections.abc import Mapping
from typing import Any, Final

from snapferry import errors

CAUSE_LIMIT: Final = 32768
"""Characters of an execution's cause."""

type Failure = Mapping[str, Any]
"""What Step Functions hands to a Catch: ``Error`` and ``Cause``."""


def explained(failure: Failure, step: str) -> tuple[str, str]:
    """Return the error's name and its cause in plain words.

    A function's error arrives as JSON with ``errorMessage`` (the message of our own class); what has no name of ours
    becomes ``StepFailed``.

    Args:
        failure: What the Catch was given.
        step: The state in which it happened.
    """
    name = str(failure.get("Error", ""))
    message = _message(str(failure.get("Cause", "")))
    if name == errors.AwsBusy.__name__:  # retried in vain: no longer an error that a retry mends
        name = errors.AwsTooBusy.__name__
    if name in errors.NAMES:
        return name, message[:CAUSE_LIMIT]
    return errors.StepFailed.__name__, f"{step}: {name}: {message}"[:CAUSE_LIMIT]


def not_closed(closing: Failure, failure: Failure | None) -> tuple[str, str]:
    """Return what to say when access could not be taken back: that comes before any other failure."""
    why = explained(closing, "Closing")[1]
    before = f" Before that: {': '.join(explained(failure, 'Transfer'))}" if failure else ""
    return errors.AccessNotClosed.__name__, f"Access was not taken back completely: {why}{before}"[:CAUSE_LIMIT]


def with_way_on(cause: str, kept: Mapping[str, str], plan: Mapping[str, Any]) -> str:
    """Return a cause with the input that starts again from the kept copy: JSON on a line of its own, to be pasted.

    Args:
        cause: What is said of the failure.
        kept: ``database``, ``snapshot`` and ``until`` of the copy.
        plan: What the transfer was to do.
    """
    wanted = {"restore": plan.get("restore", True), "profile": plan.get("profile")}
    asked = {name: value for name, value in wanted.items() if value != _UNSAID[name]}
    again = json.dumps({"database": kept["database"], "snapshot": kept["snapshot"], **asked})
    way_on = (
        f"\nThe finished copy is kept until {kept['until']}. To carry on from it, start again with this input:\n{again}"
    )
    return cause[: CAUSE_LIMIT - len(way_on)] + way_on


_UNSAID: Final[Mapping[str, Any]] = {"restore": True, "profile": None}  # what an input need not say


def _message(cause: str) -> str:
    try:
        said = json.loads(cause)
    except ValueError:
        return cause
    return str(said["errorMessage"]) if isinstance(said, dict) and "errorMessage" in said else cause
