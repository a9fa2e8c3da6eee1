"""What a person reads at the end of a red execution: one error's name, and a cause that says what to do.

The cause's first line tells what happened, in which account, to what, and what to do; then comes where the runbook has
more, and last, where starting again makes sense, the input to start with: JSON on a line of its own, to be pasted.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from snapferry import errors

CAUSE_LIMIT: Final = 32768
"""Characters of an execution's cause."""

RUNBOOK: Final = "docs/runbook.md"
"""Each error's name is a heading there."""

_TIDIED: Final = "What it had opened is closed, and what it had made is taken back, by itself."
UNEXPLAINED: Final[Mapping[str, str]] = {
    "ABORTED": f"Somebody stopped it (StopExecution), or deleted its state machine. {_TIDIED}",
    "TIMED_OUT": f"It took longer than its state machine allows. {_TIDIED}",
}
"""Ends of an execution without error and cause; the runbook has an entry for each."""

type Failure = Mapping[str, Any]
"""What Step Functions hands to a Catch: ``Error`` and ``Cause``."""


def explained(failure: Failure, step: str) -> tuple[str, str]:
    """Return the error's name and what is said of it in plain words.

    A function's error arrives as JSON with ``errorMessage`` (the message of our own class); what has no name of ours
    becomes ``StepFailed``, but for what says that Lambda had no room, or had errors of its own.

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
    said = f"{step}: {name}: {message}"
    if name == _NO_ROOM:
        said = f"{said.rstrip('. ')}. {_WHAT_TO_DO}{_FIND_ROOM}."
    busy = name in _LAMBDA_IS_BUSY
    return (errors.AwsTooBusy if busy else errors.StepFailed).__name__, said[:CAUSE_LIMIT]


def not_closed(closing: Failure, failure: Failure | None) -> tuple[str, str]:
    """Return what to say when closing has failed: that access is left comes before any other failure.

    A snapshot that is not ours gives nobody access by our doing. That it stays is said after what went wrong before.
    """
    why = explained(closing, "Closing")[1]
    if closing.get("Error") == errors.NotOurs.__name__:
        name, said = explained(failure or closing, "Transfer")
        return name, f"{said} Besides: {why}"[:CAUSE_LIMIT] if failure else said
    before = f" Before that: {': '.join(explained(failure, 'Transfer'))}" if failure else ""
    return errors.AccessNotClosed.__name__, f"Access was not taken back completely: {why}{before}"[:CAUSE_LIMIT]


def cause(name: str, said: str, *, side: str, way_on: str = "") -> str:
    """Return the whole cause: what is said of an error, where to read more, and how to start again.

    Args:
        name: The error's.
        said: What is known of it.
        side: Which account explains it, such as "source account 111111111111"; for what does not say so itself.
        way_on: See the function of that name.
    """
    told = said if said.startswith(_IN_THE) else f"{_IN_THE}{side}: {said}"
    if name in _REMEDIES and _WHAT_TO_DO not in told:
        told = f"{told.rstrip('. ')}. {_WHAT_TO_DO}{_REMEDIES[name]}."
    more = f"See {RUNBOOK}#{name.lower()}"
    end = "".join(f"\n{line}" for line in (more, way_on) if line and line not in told)
    return told[: CAUSE_LIMIT - len(end)] + end


def way_on(name: str, given: Any, *, kept: Mapping[str, str] | None = None, start_is_gone: bool = False) -> str:
    """Return the lines that say with which input to start again; empty where that makes no sense.

    Args:
        name: The error's.
        given: The execution's own input, or what a fleet says instead; None where nobody shall start it again.
        kept: ``snapshot`` of the finished copy that is kept, and ``until`` when.
        start_is_gone: The input names a kept copy that has served its purpose.
    """
    if given is None or name == errors.InvalidInput.__name__:
        return ""
    if kept:
        told = f"The finished copy is kept until {kept['until']}. To carry on from it, start again with this input:"
        given = {**given, "snapshot": kept["snapshot"]}
    elif start_is_gone:
        told = "Once that is mended, start again with this input, which takes a new snapshot:"
        given = {field: value for field, value in given.items() if field != "snapshot"}
    elif name == errors.FleetNotComplete.__name__:
        told = "Once that is mended, run those alone again with this input:"
    else:
        told = "This was the input; start again with it once that is mended:"
    lines = f"{told}\n{json.dumps(given)}"
    return lines if len(lines) <= CAUSE_LIMIT // 2 else ""


def without_cause(status: str) -> str:
    """Return what there is to say of an execution that has ended without a cause of its own.

    Args:
        status: Step Functions' own word for its end.
    """
    return UNEXPLAINED.get(status, "Step Functions tells no cause.")


def kept_copy(cause: str) -> dict[str, str] | None:
    """Return the ``snapshot`` that a cause says to carry on from, and ``until`` when it is kept; None without one."""
    found = _CARRY_ON.search(cause)
    return {"snapshot": json.loads(found["input"])["snapshot"], "until": found["until"]} if found else None


_NO_ROOM: Final = "Lambda.TooManyRequestsException"
_LAMBDA_IS_BUSY: Final = frozenset({_NO_ROOM, "Lambda.ServiceException", "Lambda.SdkClientException"})
"""Retried in vain: no function has begun, so its log says nothing."""
_FIND_ROOM: Final = "find the function that uses up the account's concurrent executions of Lambda, and run again"
_CARRY_ON: Final = re.compile(r"copy is kept until (?P<until>\S+)\. .*\n(?P<input>\{.*\})$")  # as way_on writes it
_IN_THE: Final = "In the "
_WHAT_TO_DO: Final = "What to do: "
_REMEDIES: Final[Mapping[str, str]] = {
    "AccessNotClosed": "see what refused, above; closing is tried again by itself, and the lease ends by itself",
    "AwsTooBusy": "see AWS's Health Dashboard, and run again once it is over",
    "StepFailed": "see the log of the state's function at that time; run again if it was killed or too slow",
    "TargetExecutionEnded": "find out in CloudTrail who stopped it, or why it took so long, and run again",
}
"""For errors that are found out here, or told by Step Functions, and not raised with a remedy of their own."""


def _message(cause: str) -> str:
    try:
        said = json.loads(cause)
    except ValueError:
        return cause
    return str(said["errorMessage"]) if isinstance(said, dict) and "errorMessage" in said else cause
