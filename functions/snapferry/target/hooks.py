"""Hooks: functions and state machines of the target's own that run before a restored database may be used."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypedDict

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.contracts.hook_contracts import Hook, HookDatabase, HookInput, HookReport
from snapferry.databases import Database
from snapferry.databases.family import RestorePlan
from snapferry.errors import HookFailed, RestoreNotPossible
from snapferry.target.target_stack import TargetStack

LARGEST_RESULT: Final = 8 * 1024
"""Bytes of a hook's result that the receipt and the answer to the source hold."""
_TIMED_OUT: Final = "States.Timeout"
_LONGEST_WORDS: Final = 2000
_NOT_THERE: Final = frozenset({"ResourceNotFoundException", "StateMachineDoesNotExist"})
_USABLE: Final = ("STANDARD", "ACTIVE")

type ClientOf = Callable[[str], Any]


class PlannedHook(TypedDict):
    """A hook as the state machine takes it."""

    name: str
    kind: str
    arn: str
    timeout_seconds: int
    retries: int
    input: Any


def planned(hook: Hook, stack: TargetStack) -> PlannedHook:
    """Return a profile's hook with its ARN in this account and Region."""
    service, kind = ("lambda", "function") if hook.kind == "function" else ("states", "stateMachine")
    return PlannedHook(
        name=hook.name,
        kind=hook.kind,
        arn=f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}:{kind}:{hook.name}",
        timeout_seconds=60 * hook.timeout_minutes,
        retries=hook.retries,
        input=hook.input,
    )


def against_hooks(hooks: list[Hook], stack: TargetStack, client: ClientOf = aws.client) -> Iterator[RestoreNotPossible]:
    """Return what would keep hooks from running: one that is not there, or that cannot be waited for."""
    for hook in hooks:
        arn = planned(hook, stack)["arn"]
        wrong = _wrong_with_function(arn, client) if hook.kind == "function" else _wrong_with_machine(arn, client)
        if wrong is not None:
            word = hook.kind.replace("_", " ")
            yield RestoreNotPossible(
                f"hook {hook.name}: {wrong} (profile field hooks)",
                resource=arn,
                remedy=f"deploy a {word} of that name in the target account and Region, or take it out of the profile",
            )


def input_of(hook: Mapping[str, Any], plan: RestorePlan, database: Database) -> dict[str, Any]:
    """Return what a hook is sent for its first attempt."""
    assert database.secret is not None  # noqa: S101 - the caller has looked
    sent = HookInput(
        hook=hook["name"],
        transfer=plan.transfer,
        attempt=1,
        database=HookDatabase(
            identifier=database.identifier,
            arn=database.arn,
            family=database.family,
            engine=database.engine,
            engine_version=database.engine_version,
            endpoint=database.endpoint or "",
            port=database.port,
            master_username=database.master_username,
            secret_arn=database.secret.arn,
        ),
        input=hook["input"],
    )
    return sent.model_dump(mode="json")


def report(name: str, *, attempts: int, seconds: int, said: Any) -> HookReport:
    """Return what the receipt says of a hook that has done its work."""
    size = len(json.dumps(said).encode())
    if size <= LARGEST_RESULT:
        return HookReport(name=name, attempts=attempts, seconds=seconds, result=said)
    remark = f"its result has {size} bytes; the receipt holds {LARGEST_RESULT}"
    return HookReport(name=name, attempts=attempts, seconds=seconds, result=None, remark=remark)


def failed(hook: Mapping[str, Any], plan: RestorePlan, trouble: Mapping[str, str], attempts: int) -> HookFailed:
    """Return the error of a hook whose last attempt ended so.

    Args:
        hook: As it was planned.
        plan: The restore.
        trouble: ``Error`` and ``Cause``, as Step Functions gave them to the Catch.
        attempts: How often it was tried.
    """
    tried = "" if attempts == 1 else f" {attempts} times, at last"
    return HookFailed(
        f"Hook {hook['name']} has failed{tried}: {_words(trouble, hook['timeout_seconds'])}. "
        f"The new database {plan.identifier} is deleted; whatever {plan.connection} names still serves",
        resource=hook["arn"],
        remedy="see the hook's own log, mend it or the profile's field hooks, and run again; "
        "what the hook has to know and may return is in docs/hooks.md",
    )


def _words(trouble: Mapping[str, str], limit: int) -> str:
    """What the hook itself said: a function's error, an execution's error and cause, or its silence."""
    error, cause = trouble.get("Error", ""), trouble.get("Cause", "")
    if error == _TIMED_OUT:
        return f"it was not done after {limit // 60} minutes, its time limit"
    try:
        said = json.loads(cause)
    except ValueError:
        said = None
    if isinstance(said, dict) and "errorMessage" in said:
        error, cause = said.get("errorType") or error, str(said["errorMessage"])
    elif isinstance(said, dict) and "ExecutionArn" in said:
        error = f"{said.get('Status')}: {said.get('Error', '')}"
        cause = f"{said.get('Cause', '')} (execution {said['ExecutionArn']})"
    return f"{error}: {cause}".strip().rstrip(".")[:_LONGEST_WORDS]


def _wrong_with_function(arn: str, client: ClientOf) -> str | None:
    try:
        state = client("lambda").get_function_configuration(FunctionName=arn).get("State", "Active")
    except ClientError as error:
        return _unless_there(error, "there is no such function")
    return "its creation has failed" if state == "Failed" else None  # an inactive one wakes up when it is called


def _wrong_with_machine(arn: str, client: ClientOf) -> str | None:
    try:
        found = client("stepfunctions").describe_state_machine(stateMachineArn=arn)
    except ClientError as error:
        return _unless_there(error, "there is no such state machine")
    if (found["type"], found["status"]) != _USABLE:
        return f"its type is {found['type']}, its status {found['status']}; only a STANDARD one can be waited for"
    return None


def _unless_there(error: ClientError, words: str) -> str:
    if aws.code(error) in _NOT_THERE:
        return words
    raise error
