"""What a Retry may look like in a machine of ours, and what it costs at worst."""

from dataclasses import dataclass
from math import ceil
from typing import Any

from tests.statemachine import machines
from tests.statemachine.machines import State

LAMBDA_IS_BUSY = (
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
)
"""AWS's best practice for tasks that invoke a function [SFN sfn-best-practices, lambda-serviceexception]."""

STEP_FUNCTIONS_IS_BUSY = (
    "StepFunctions.ThrottlingException",
    "StepFunctions.AWSStepFunctionsException",
    "StepFunctions.SdkClientException",
)
"""The second is what StartExecution's model does not list (aws-facts 6.4; the name is UNCONFIRMED)."""

OUR_FUNCTION_WAS_CUT_OFF = (
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
)
"""Its answer is lost: it was killed, ran out of memory or of time. Every function of ours may run twice."""

PACE = {"IntervalSeconds": 2, "MaxAttempts": 8, "BackoffRate": 2, "MaxDelaySeconds": 60, "JitterStrategy": "FULL"}
"""The same for all: quick at first, minutes in the end, and not in step with others."""

type Rule = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """One of the few kinds of Retry.

    `runs_each_time`: whether a repeat comes after a run that took its time, so that those times add up.
    """

    errors: tuple[str, ...]
    runs_each_time: bool

    def comment(self, rule: Rule, run_seconds: int) -> str:
        """How its Comment begins, in the one form for all; the reason follows."""
        if not self.runs_each_time:
            return f"Waits of {waits(rule)} s in all, at most. Safe to repeat: "
        runs = rule["MaxAttempts"] + 1
        minutes = ceil(worst(rule, run_seconds) / 60)
        return (
            f"At most {minutes} minutes: {runs} runs of {run_seconds} s, and waits of {waits(rule)} s in all. "
            "Safe to repeat: "
        )


SHAPES = {
    "a function of ours": Shape((*LAMBDA_IS_BUSY, *OUR_FUNCTION_WAS_CUT_OFF, "AwsBusy"), runs_each_time=True),
    "a hook's function": Shape(LAMBDA_IS_BUSY, runs_each_time=False),  # how it fails is its own business, and retried
    "an execution": Shape(STEP_FUNCTIONS_IS_BUSY, runs_each_time=False),
}


def shape_of(task: State) -> Shape:
    """Which kind of Retry a task must have."""
    if "FunctionName" not in task["Arguments"]:
        return SHAPES["an execution"]
    return SHAPES["a hook's function" if machines.runs_hook(task) else "a function of ours"]


def waits(rule: Rule) -> int:
    """Seconds of all its waits; FULL jitter waits anything from nothing up to the whole delay."""
    delays = (rule["IntervalSeconds"] * rule["BackoffRate"] ** attempt for attempt in range(rule["MaxAttempts"]))
    return int(sum(min(rule["MaxDelaySeconds"], delay) for delay in delays))


def worst(rule: Rule, run_seconds: int) -> int:
    """Seconds from the first run to the end of the last, if each takes all the time that its function has."""
    return waits(rule) + int(rule["MaxAttempts"] + 1) * run_seconds


def run_seconds(name: str, task: State) -> int:
    """The Timeout of the function of ours that a task of this machine invokes."""
    template = machines.declared(name).template
    properties = template["Resources"][f"{machines.function_of(task)}Function"]["Properties"]
    return int(properties.get("Timeout", template["Globals"]["Function"]["Timeout"]))
