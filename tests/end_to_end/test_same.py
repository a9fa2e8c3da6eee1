"""Time is virtual, and nothing is left to chance: two fresh sandboxes tell the same story, call by call."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import ACCOUNTS, REGION
from sandbox.demo.proofs import of_arrival
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from sandbox.permissions import Simulator

# The addresses of the sandbox and of its databases: a free port each time.
ADDRESS = re.compile(r"""127\.0\.0\.1:\d+|(?<=[Pp]ort)[\\":, ]+\d{5}\b""")


def tell(simulator: Simulator, engine: str, *, data: bool) -> dict[str, list[str]]:
    """All calls, all executions' histories and all that the functions said, of one transfer in a fresh sandbox."""
    with Sandbox(permissions=simulator, data=data) as sandbox:
        story = Story(set_stage(sandbox, engine))
        run = story.run(name="first")
        assert run.status == "SUCCEEDED", run.cause
        assert not data or [proof.check()[0] for proof in of_arrival(story.stage)] == [True] * 4
        return {
            # botocore names its features in any order
            "calls": [line(record | {"userAgent": ""}) for record in sandbox.trail.records()],
            "parameters": [line([call.operation, call.parameters]) for call in sandbox.gate.log],
            "histories": [line(event) for event in histories(sandbox)],
            "deliveries": [line([one.time, one.delivery.event, one.outcome]) for one in sandbox.events.delivered],
            "logs": [
                ADDRESS.sub("here", said)
                for account in ACCOUNTS
                for function in sandbox.functions.of(account.id, REGION)
                for said in sandbox.functions.logs(function.spec.arn)
            ],
        }


def histories(sandbox: Sandbox) -> list[Any]:
    events = []
    for account in ACCOUNTS:
        states = sandbox.client("stepfunctions", account)
        for machine in states.list_state_machines()["stateMachines"]:
            for execution in states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]:
                arn = execution["executionArn"]
                events += states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
    return events


def line(value: object) -> str:
    return ADDRESS.sub("here", json.dumps(value, default=str, sort_keys=True))


@pytest.mark.parametrize(
    ("engine", "data"),
    [
        pytest.param("aurora-postgresql", True, id="aurora-postgresql with rows"),
        pytest.param("postgres", True, id="postgres with rows", marks=pytest.mark.long),
        pytest.param("aurora-mysql", False, id="aurora-mysql", marks=pytest.mark.long),
    ],
)
def test_two_sandboxes_tell_the_same(simulator: Simulator, engine: str, data: bool) -> None:  # noqa: FBT001
    first, second = tell(simulator, engine, data=data), tell(simulator, engine, data=data)
    assert len(first["calls"]) > 300
    assert len(first["histories"]) > 100
    for what, told in first.items():
        differences = [(one, other) for one, other in zip(told, second[what], strict=False) if one != other]
        assert differences[:3] == [], what
        assert len(told) == len(second[what])
