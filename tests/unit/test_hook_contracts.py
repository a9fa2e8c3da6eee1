"""What a profile may say of hooks, and the words of one that failed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapferry.contracts.hook_contracts import HookReport
from snapferry.contracts.incoming import Profile, parsed
from snapferry.errors import HookFailed, InvalidInput
from snapferry.target import hooks

SMALLEST = {"subnet_group": "databases", "security_groups": ["sg-1"]}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "sanitise"}, "hooks.0.name"),
        ({"name": "snapferry-hook-"}, "hooks.0.name"),
        ({"name": "snapferry-hook-a:1"}, "hooks.0.name"),
        ({"name": "snapferry-hook-" + "a" * 50}, "64 characters"),
        ({"name": "snapferry-hook-a", "timeout_minutes": 16}, "15 minutes at most"),
        ({"name": "snapferry-hook-a", "retries": 6}, "hooks.0.retries"),
        ({"name": "snapferry-hook-a", "kind": "container"}, "hooks.0.kind"),
        ({"name": "snapferry-hook-a", "inputs": {}}, "hooks.0.inputs: no such field"),
    ],
)
def test_a_hook_that_cannot_be_is_told_with_its_field(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        parsed(Profile, {**SMALLEST, "hooks": [wrong]}, what="The profile")


def test_a_machine_may_take_longer_than_a_function() -> None:
    long = {"name": "snapferry-hook-a", "kind": "state_machine", "timeout_minutes": 600}
    assert parsed(Profile, {**SMALLEST, "hooks": [long]}, what="x").hooks[0].timeout_minutes == 600


@given(json_values)
def test_whatever_a_hook_returns_is_in_its_report_or_said_to_be_too_large(said: Any) -> None:
    made = hooks.report("snapferry-hook-a", attempts=1, seconds=2, said=said)
    small = len(json.dumps(said).encode()) <= hooks.LARGEST_RESULT
    assert (made.result, made.remark is None) == (said if small else None, small)
    assert HookReport.model_validate(made.model_dump(mode="json")) == made


@pytest.mark.parametrize(
    ("error", "cause", "words"),
    [
        ("States.Timeout", "", "it was not done after 10 minutes"),
        ("ValueError", '{"errorMessage": "no rows", "errorType": "ValueError"}', "ValueError: no rows."),
        ("Lambda.Unknown", "not JSON", "Lambda.Unknown: not JSON."),
        ("States.TaskFailed", '{"ExecutionArn": "arn:e", "Status": "ABORTED"}', "ABORTED: .* .execution arn:e"),
    ],
)
def test_a_failed_hook_is_quoted(error: str, cause: str, words: str) -> None:
    hook = {"name": "snapferry-hook-a", "arn": "arn:h", "timeout_seconds": 600}
    made = hooks.failed(hook, _plan(), {"Error": error, "Cause": cause}, 1)
    assert isinstance(made, HookFailed)
    with pytest.raises(HookFailed, match=words):
        raise made


def _plan() -> Any:
    class Plan:
        identifier, connection = "example-db-2", "/snapferry/example-db/connection"

    return Plan()
