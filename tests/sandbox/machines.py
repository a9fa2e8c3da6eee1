"""State machines for tests: made with a role that may do everything, run on the virtual clock."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, Account

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.gate import Call
    from sandbox.world import Sandbox

ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TOKEN = "arn:aws:states:::lambda:invoke.waitForTaskToken"
INVOKE = "arn:aws:states:::lambda:invoke"


class Machines:
    """One account's machines, and (unless the functions are to be real) a stand-in for its functions."""

    def __init__(self, sandbox: Sandbox, account: Account = SOURCE, *, stand_in: bool = True) -> None:
        self.sandbox = sandbox
        self.account = account
        self.client = sandbox.client("stepfunctions", account)
        self.tokens: list[str] = []
        """The task tokens that functions were given."""
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "states.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        iam = sandbox.client("iam", account)
        self.role = iam.create_role(RoleName="machine", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName="machine", PolicyName="all", PolicyDocument=json.dumps(ANYTHING))
        if stand_in:
            self.function(lambda _: {})

    def function(self, handler: Callable[[Any], Any]) -> None:
        """From now on every function does this; a `Failure` that it raises is the function's own."""

        def invoke(call: Call) -> dict[str, Any]:
            event = json.loads(call.parameters["Payload"])
            if "token" in event:
                self.tokens.append(event["token"])
            try:
                return {"StatusCode": 200, "Payload": json.dumps(handler(event)).encode()}
            except Failure as failure:
                payload = json.dumps(failure.payload).encode()
                return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": payload}

        self.sandbox.gate.answer("lambda", "Invoke", invoke, waits=True)

    def create(self, name: str, states: dict[str, Any], **top: Any) -> str:
        """A JSONata machine that starts with its first state; gives its ARN."""
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states} | top
        made = self.client.create_state_machine(name=name, definition=json.dumps(definition), roleArn=self.role)
        return str(made["stateMachineArn"])

    def start(self, states: dict[str, Any], given: object = None, **top: Any) -> str:
        """Make a machine and start it; gives the execution's ARN."""
        name = f"machine-{len(self.client.list_state_machines()['stateMachines'])}"
        return self.sandbox.start_execution(self.create(name, states, **top), "run", given or {})

    def run(self, states: dict[str, Any], given: object = None, **top: Any) -> dict[str, Any]:
        """Make a machine, start it, and wait for its end; gives what DescribeExecution says."""
        return self.sandbox.wait_for(self.start(states, given, **top))

    def history(self, execution_arn: str) -> list[dict[str, Any]]:
        """The whole history."""
        client = self.client
        events: list[dict[str, Any]] = client.get_execution_history(executionArn=execution_arn, maxResults=1000)[
            "events"
        ]
        return events


class Failure(Exception):
    """What a function that raises answers."""

    def __init__(self, error_type: str, message: str = "it broke") -> None:
        super().__init__(message)
        self.payload = {
            "errorMessage": message,
            "errorType": error_type,
            "requestId": "00000000-0000-0000-0000-000000000001",
            "stackTrace": ["one line"],
        }


def task(resource: str = INVOKE, payload: object = None, **fields: Any) -> dict[str, Any]:
    """A Task that invokes a function; the last state unless `Next` is given."""
    arguments = {"FunctionName": "arn:aws:lambda:eu-west-1:111111111111:function:f", "Payload": payload or {}}
    end = {} if "Next" in fields else {"End": True}
    return {"Type": "Task", "Resource": resource, "Arguments": arguments} | end | fields


def asking(**fields: Any) -> dict[str, Any]:
    """A Task that waits for the answer to its token."""
    return task(TOKEN, {"token": "{% $states.context.Task.Token %}"}, **fields)
