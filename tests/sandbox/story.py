"""A run through both accounts whose every step is hashed: run as a program, it prints the hash.

The source asks by event with a task token; a machine in the target works for two hours and answers by event; a
function in the source takes the answer. Waits, retries, branches, real handlers, real rules, real permissions.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING, Any

from sandbox.accounts import REGION, SOURCE, TARGET, Account
from sandbox.functions import FunctionSpec
from sandbox.world import Sandbox
from tests.sandbox.machines import Machines
from tests.sandbox.serverless import HANDLERS, Workshop, allow

if TYPE_CHECKING:
    from sandbox.interpreter import StateEvent
    from sandbox.permissions import Simulator

EVERYTHING = allow("*", "*")
PUT = "arn:aws:states:::events:putEvents"


def tell(sandbox: Sandbox) -> tuple[str, int]:
    """Run the story; gives a hash over all that happened, and how many API calls that took."""
    told: list[StateEvent] = []
    sandbox.on_state.append(told.append)
    machine = _set_up(sandbox)
    names = ("one", "two")
    started = [sandbox.start_execution(machine, name, {"name": name}) for name in names]
    ends = [sandbox.wait_for(arn) for arn in started]
    assert [json.loads(end["output"])["answer"] for end in ends] == [{"name": name, "looks": 13} for name in names], (
        ends
    )
    sandbox.clock.run(limit=60)
    happened = {
        "states": [[event.execution_arn, event.state, event.kind, event.time] for event in told],
        "calls": [[call.time, call.caller.arn, call.service, call.operation, call.error] for call in sandbox.gate.log],
        "histories": [_history(sandbox, arn) for arn in started],
        "events": [[record.time, record.delivery.target_arn, record.outcome] for record in sandbox.events.delivered],
    }
    text = json.dumps(happened, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest(), len(sandbox.gate.log)


def _set_up(sandbox: Sandbox) -> str:
    workshop = Workshop(sandbox, "story")
    here, there = Machines(sandbox, SOURCE, stand_in=False), Machines(sandbox, TARGET, stand_in=False)
    out, back = workshop.bus(TARGET), workshop.bus(SOURCE)
    for account, bus, other in ((SOURCE, back, TARGET), (TARGET, out, SOURCE)):
        _let_in(sandbox, account, bus, other)
    starter = _function(workshop, "start_machine", TARGET, MACHINE=there.create("work", _work()))
    answerer = _function(workshop, "answer", SOURCE)
    _rule(workshop, "ask", SOURCE, out, "Asked")
    _rule(workshop, "work", TARGET, starter, "Asked")
    _rule(workshop, "tell", TARGET, back, "Answered")
    _rule(workshop, "answer", SOURCE, answerer, "Answered")
    asked = {"Detail": {"token": "{% $states.context.Task.Token %}", "name": "{% $states.input.name %}"}}
    ask = {
        "Type": "Task",
        "Resource": f"{PUT}.waitForTaskToken",
        "Arguments": {"Entries": [{"Source": "tests", "DetailType": "Asked", "EventBusName": "story"} | asked]},
        "TimeoutSeconds": 86_400,
        "Output": {"answer": "{% $states.result %}"},
        "End": True,
    }
    return here.create("ask", {"Ask": ask})


def _work() -> dict[str, Any]:
    answer = {"name": "{% $states.input.name %}", "token": "{% $states.input.token %}", "looks": "{% $looks %}"}
    return {
        "Begin": {"Type": "Pass", "Assign": {"looks": 0}, "Next": "Look"},
        "Look": {"Type": "Pass", "Assign": {"looks": "{% $looks + 1 %}"}, "Next": "Ready?"},
        "Ready?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $looks > 12 %}", "Next": "Answer"}],
            "Default": "Wait",
        },
        "Wait": {"Type": "Wait", "Seconds": 600, "Next": "Look"},
        "Answer": {
            "Type": "Task",
            "Resource": PUT,
            "Arguments": {
                "Entries": [{"Source": "tests", "DetailType": "Answered", "EventBusName": "story", "Detail": answer}]
            },
            "End": True,
        },
    }


def _let_in(sandbox: Sandbox, account: Account, bus: str, other: Account) -> None:
    statement = {
        "Sid": "Other",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{other.id}:root"},
        "Action": "events:PutEvents",
        "Resource": bus,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sandbox.client("events", account).put_permission(EventBusName="story", Policy=document)


def _function(workshop: Workshop, handler: str, account: Account, **environment: str) -> str:
    role = workshop.role("lambda", EVERYTHING, account=account, suffix=handler)
    spec = FunctionSpec(account.id, REGION, handler, f"courier.{handler}", role, HANDLERS, environment)
    workshop.sandbox.functions.add(spec)
    return spec.arn


def _rule(workshop: Workshop, name: str, account: Account, target: str, detail_type: str) -> None:
    sandbox = workshop.sandbox
    events = sandbox.client("events", account)
    pattern = {"source": ["tests"], "detail-type": [detail_type]}
    rule = events.put_rule(Name=name, EventBusName="story", EventPattern=json.dumps(pattern))["RuleArn"]
    more: dict[str, str] = {}
    if ":event-bus/" in target:
        more["RoleArn"] = workshop.role("events", EVERYTHING, account=account, suffix=name)
    else:
        sandbox.client("lambda", account).add_permission(
            FunctionName=target,
            StatementId="rule",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=rule,
        )
    events.put_targets(Rule=name, EventBusName="story", Targets=[{"Id": "1", "Arn": target, **more}])


def _history(sandbox: Sandbox, arn: str) -> list[Any]:
    client = sandbox.client("stepfunctions")
    return [
        [event["id"], event["type"], event["timestamp"].timestamp(), event["previousEventId"]]
        for event in client.get_execution_history(executionArn=arn, maxResults=1000)["events"]
    ]


def main(simulator: Simulator | None = None) -> str:
    """The hash of a fresh sandbox's story."""
    with Sandbox(permissions=simulator or True, data=False) as sandbox:
        return tell(sandbox)[0]


if __name__ == "__main__":
    sys.stdout.write(main() + "\n")
