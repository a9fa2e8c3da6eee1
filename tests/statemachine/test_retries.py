"""Every Retry says what it costs at worst and why repeating is safe, and the sums fit into what is around it."""

import re

import pytest

from snapferry import aws, errors
from snapferry.target import renaming
from tests.statemachine import machines, retries

SHORTEST_TRANSFER = 3600  # seconds; both templates' MinValue of DeadlineHours
LONGEST_TRANSFER = 672 * 3600  # their MaxValue
LONGEST_PAUSE = 600  # seconds between two tries to tidy up

every_machine = pytest.mark.parametrize("name", machines.NAMES)


@every_machine
def test_a_retry_has_one_of_the_few_shapes(name: str) -> None:
    for each, task, _ in machines.tasks(name):
        (rule,) = task["Retry"]
        told = {key: value for key, value in rule.items() if key not in {"Comment", "ErrorEquals"}}
        assert told == retries.PACE, each
        assert tuple(rule["ErrorEquals"]) == retries.shape_of(task).errors, each


@every_machine
def test_a_retry_says_what_it_costs_at_worst_and_why_repeating_is_safe(name: str) -> None:
    for each, task, _ in machines.tasks(name):
        (rule,) = task["Retry"]
        shape = retries.shape_of(task)
        seconds = retries.run_seconds(name, task) if shape.runs_each_time else 0
        cost, reason = rule["Comment"][: len(shape.comment(rule, seconds))], rule["Comment"].split("repeat: ")[-1]
        assert cost == shape.comment(rule, seconds), each
        assert re.fullmatch(r"[a-z].+ .+\.", reason), each


def test_what_a_retry_names_may_pass_by_itself() -> None:
    for shape in retries.SHAPES.values():
        assert not {"States.ALL", "States.TaskFailed", "States.Timeout"} & set(shape.errors)
        for error in shape.errors:
            if "." not in error:
                assert issubclass(getattr(errors, error), errors.RetryLater)


def test_only_tasks_are_retried() -> None:
    for name in machines.NAMES:
        assert {state["Type"] for _, state, _ in machines.states(name) if "Retry" in state} == {"Task"}


@every_machine
def test_one_step_that_is_retried_throughout_leaves_most_of_the_shortest_transfer(name: str) -> None:
    for each, task, _ in machines.own_tasks(name):
        assert retries.worst(task["Retry"][0], retries.run_seconds(name, task)) < SHORTEST_TRANSFER / 3, each


@every_machine
def test_a_machine_outlasts_the_longest_transfer_and_all_its_tidying_up(name: str) -> None:
    """A machine that timed out would tidy nothing up, and say nothing."""
    after = 0
    for _, task, _ in machines.own_tasks(name):
        after += retries.worst(task["Retry"][0], retries.run_seconds(name, task))
    for _, state, _ in machines.states(name):
        after += sum(_round_seconds(rule["Condition"]) for rule in state.get("Choices", []))
    assert machines.definition(name)["TimeoutSeconds"] > LONGEST_TRANSFER + after


@pytest.mark.parametrize("template", machines.TEMPLATES)
def test_one_call_that_is_never_answered_ends_before_its_function_does(template: str) -> None:
    """The state machine then hears of AwsBusy, by name, and not of a function that was cut off."""
    pauses = sum(2**attempt for attempt in range(aws.ATTEMPTS - 1))  # botocore's standard mode, without its jitter
    call = aws.ATTEMPTS * (aws.CONNECT_SECONDS + aws.ANSWER_SECONDS) + pauses
    whole = machines.template(template)
    timeouts = [whole["Globals"]["Function"]["Timeout"]]
    timeouts += [each["Timeout"] for each in machines.resources(template, "AWS::Serverless::Function").values()
                 if "Timeout" in each]  # fmt: skip
    assert call < min(timeouts)


def _round_seconds(condition: str) -> int:
    """What the rounds that a Choice counts take at most: each its pause, and a function's time."""
    rounds = re.search(r"\$rounds >= (\d+)", condition)
    pause = renaming.PAUSE_SECONDS if "$renamed" in condition else LONGEST_PAUSE
    return int(rounds[1]) * (pause + 60) if rounds else 0
