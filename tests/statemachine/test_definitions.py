"""What every state machine of ours keeps to, and cfn-lint does not look at."""

import re
from typing import Any

import pytest

from snapferry import errors
from tests.statemachine import machines
from tests.statemachine.machines import Level, State

JSONPATH = {"InputPath", "OutputPath", "ResultPath", "ResultSelector", "Parameters", "SecondsPath", "TimestampPath"}
JSONPATH |= {"TimeoutSecondsPath", "HeartbeatSecondsPath", "ErrorPath", "CausePath", "ItemsPath", "Variable", "Result"}
ENDS = {"Succeed", "Fail"}
LONGEST_TRANSFER = 672 * 3600  # seconds; both templates' MaxValue of DeadlineHours
HELD = {"Branches", "ItemProcessor"}
ANSWERS = {("Ask what the target finds", "TransferDeclined"), ("Ask what the target finds", "States.Timeout")}
"""What is caught and is no failure: a plan alone wants to know what stands in the way."""
JUDGED = {"May the hook try again?", "It stays"}
JUDGED |= {f"What became of the {many} is not known" for many in ("instances", "clusters")}
"""Where trouble with a part of the whole is noted, to be judged in the end."""
STEP_FUNCTIONS_OWN = {"States.ALL", "States.Timeout"}

every_machine = pytest.mark.parametrize("name", machines.NAMES)


@every_machine
def test_a_machine_says_its_language_its_purpose_and_its_longest_time(name: str) -> None:
    definition = machines.definition(name)
    assert definition["QueryLanguage"] == "JSONata"
    assert definition["Comment"].endswith(".")
    assert definition["TimeoutSeconds"] > LONGEST_TRANSFER


@every_machine
def test_every_way_leads_to_a_state_and_every_state_is_reached(name: str) -> None:
    for level in machines.levels(name):
        reached, waiting = set(), [level.start]
        while waiting:
            current = waiting.pop()
            if current not in reached:
                reached.add(current)
                waiting += [way.target for way in machines.ways(level.states[current])]
        assert reached == set(level.states)


@every_machine
def test_every_state_ends_or_goes_on(name: str) -> None:
    for each, state, _ in machines.states(name):
        ends = state["Type"] in ENDS or state.get("End") is True
        goes_on = "Next" in state or (state["Type"] == "Choice" and "Default" in state)
        assert ends != goes_on, each


@every_machine
def test_names_are_unique_and_short_enough(name: str) -> None:
    names = [each for each, _, _ in machines.states(name)]
    assert len(names) == len(set(names))
    assert max(map(len, names)) <= 80


@every_machine
def test_no_state_speaks_jsonpath(name: str) -> None:
    for each, state, _ in machines.states(name):
        assert not JSONPATH & set(state), each
        assert "QueryLanguage" not in state, each
    assert '.$"' not in machines.text(name)


@every_machine
def test_every_task_has_a_timeout_and_retries_and_is_caught(name: str) -> None:
    for each, task, level in machines.tasks(name):
        assert "TimeoutSeconds" in task, each
        assert task["Retry"], each
        catching = level.catcher or task
        assert catching["Catch"][-1]["ErrorEquals"] == ["States.ALL"], each


@every_machine
def test_only_tasks_and_parallels_catch(name: str) -> None:
    for each, state, _ in machines.states(name):
        if state["Type"] not in {"Task", "Parallel", "Map"}:
            assert not {"Catch", "Retry"} & set(state), each


@every_machine
def test_whatever_was_caught_ends_in_fail(name: str) -> None:
    for level in machines.levels(name):
        for current, failed in _situations(level, level.start, failed=False):
            for way in machines.ways(level.states[current]):
                if way.caught and "trouble" in way.assigns:
                    assert way.target in JUDGED, f"{current}: {way}"
                elif way.caught and not {(current, error) for error in way.caught} <= ANSWERS:
                    ends = _ends(level, way.target, failed=failed or _is_failure(way))
                    assert ends, f"{current}: its Catch leads nowhere"
                    assert {level.states[end]["Type"] for end in ends} == {"Fail"}, f"{current}: {ends}"


@every_machine
def test_every_fail_has_a_name_and_a_cause(name: str) -> None:
    for each, state, _ in machines.states(name):
        if state["Type"] == "Fail":
            assert state["Error"], each
            assert state["Cause"], each


@every_machine
def test_every_error_that_is_named_exists(name: str) -> None:
    for each, state, _ in machines.states(name):
        assert _named_errors(state) <= errors.NAMES, each
        for rule in state.get("Catch", []):
            assert {error for error in rule["ErrorEquals"] if "." in error} <= STEP_FUNCTIONS_OWN, each


@every_machine
def test_every_variable_is_assigned_on_every_way_to_where_it_is_read(name: str) -> None:
    for level in machines.levels(name):
        known = _inherited(level)
        before = _assigned_before(level, known)
        for each, state in level.states.items():
            read = {part: value for part, value in state.items() if part not in HELD}
            assert machines.variables_in(read) <= before[each], each


@every_machine
def test_a_wait_takes_a_number_that_a_function_or_a_whole_sum_gives(name: str) -> None:
    for each, state, _ in machines.states(name):
        if state["Type"] == "Wait":
            whole = r"\{% \$((\w+\.)+wait_seconds|min\(\[\d+, \d+ \+ \d+ \* \$(rounds|attempts)\]\)) %\}"
            assert re.fullmatch(whole, state["Seconds"]), each


def _is_failure(way: machines.Way) -> bool:
    return any(way.assigns.get(name) is not None for name in ("failure", "closing_failure"))


def _possible(state: State, *, failed: bool) -> list[machines.Way]:
    """The ways out of a state, given whether a failure is noted."""
    possible = []
    for way in machines.ways(state):
        asks = re.search(r"\$(closing_)?failure != null", way.condition) is not None
        if asks and not failed:
            continue
        possible.append(way)
        if asks:
            break  # the rules and the Default behind it are out of reach
    return possible


def _situations(level: Level, start: str, *, failed: bool) -> set[tuple[str, bool]]:
    """Every state that can be reached, with whether a failure is noted there."""
    seen: set[tuple[str, bool]] = set()
    waiting = [(start, failed)]
    while waiting:
        situation = waiting.pop()
        if situation not in seen:
            seen.add(situation)
            current, noted = situation
            waiting += [
                (way.target, noted or _is_failure(way)) for way in _possible(level.states[current], failed=noted)
            ]
    return seen


def _ends(level: Level, start: str, *, failed: bool) -> set[str]:
    found = {current for current, _ in _situations(level, start, failed=failed)}
    return {each for each in found if not list(machines.ways(level.states[each])) or level.states[each].get("End")}


def _named_errors(value: Any) -> set[str]:
    """Literal names of errors in a Fail, or in what a Catch or a Choice notes as a failure."""
    if isinstance(value, list):
        return {name for inner in value for name in _named_errors(inner)}
    if not isinstance(value, dict):
        return set()
    named = {value[key] for key in ("Error", "error") if isinstance(value.get(key), str)}
    found = {name for key, inner in value.items() if key not in HELD for name in _named_errors(inner)}
    return found | {name for name in named if not name.startswith("{%")}


def _inherited(level: Level) -> set[str]:
    """What a level can read of those around it: all that is assigned before its Parallel or Map, a Distributed one but.

    The children of that are executions of their own (aws-facts 6.5).
    """
    if level.parent is None or _is_distributed(level.holder or {}):
        return set()
    before = _assigned_before(level.parent, _inherited(level.parent))
    (holder,) = (each for each, state in level.parent.states.items() if state is level.holder)
    return before[holder]


def _is_distributed(holder: State) -> bool:
    return bool(holder.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED")


def _assigned_before(level: Level, inherited: set[str]) -> dict[str, set[str]]:
    """The variables that are assigned on every way to each state, until nothing changes any more."""
    everything = inherited | {name for state in level.states.values() for way in machines.ways(state)
                              for name in way.assigns}  # fmt: skip
    before = {each: set(everything) for each in level.states} | {level.start: set(inherited)}
    while True:
        smaller = {each: set(known) for each, known in before.items()}
        for each, state in level.states.items():
            for way in machines.ways(state):
                smaller[way.target] &= before[each] | set(way.assigns)
        if smaller == before:
            return before
        before = smaller
