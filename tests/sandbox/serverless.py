"""What the tests of Lambda, EventBridge and Scheduler make in the two accounts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.accounts import REGION, SOURCE, Account
from sandbox.functions import FunctionSpec

if TYPE_CHECKING:
    from sandbox.world import Sandbox

HANDLERS = Path(__file__).with_name("handlers")
DAY = 86_400.0


@dataclass(frozen=True)
class Workshop:
    """Makes roles, functions, queues, buses and rules; `name` keeps the tests of a module apart."""

    sandbox: Sandbox
    name: str

    def role(self, service: str, *statements: dict[str, Any], account: Account = SOURCE, suffix: str = "role") -> str:
        """The ARN of a role that trusts a service."""
        iam, name = self.sandbox.client("iam", account), f"{self.name}-{suffix}"
        principal = {"Service": f"{service}.amazonaws.com"}
        trust = policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
        arn = str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"])
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=policy(*statements))
        return arn

    def function(
        self, handler: str, *statements: dict[str, Any], account: Account = SOURCE, **more: Any
    ) -> FunctionSpec:
        """A deployed function of `probe.py`, or of the module that is named before a dot."""
        module, _, handler = handler.rpartition(".")
        name = f"{self.name}-{handler}"
        role = self.role("lambda", *statements, account=account, suffix=handler)
        spec = FunctionSpec(
            account=account.id,
            region=REGION,
            name=name,
            handler=f"{module or 'probe'}.{handler}",
            role_arn=role,
            code_root=HANDLERS,
            **{"timeout": 60, **more},
        )
        self.sandbox.functions.add(spec)
        return spec

    def queue(self, suffix: str = "queue", statement: dict[str, Any] | None = None) -> str:
        """The ARN of a queue in the source account; the statement of its policy needs no Resource."""
        sqs, name = self.sandbox.client("sqs"), f"{self.name}-{suffix}"
        sqs.create_queue(QueueName=name)
        arn = f"arn:aws:sqs:{REGION}:{SOURCE.id}:{name}"
        if statement:
            document = policy(statement | {"Resource": arn, "Action": "sqs:SendMessage"})
            sqs.set_queue_attributes(QueueUrl=self._url(arn), Attributes={"Policy": document})
        return arn

    def messages(self, queue: str) -> list[tuple[Any, dict[str, str]]]:
        """Bodies and attributes of the messages that wait in a queue; they stay there, hidden for a while."""
        answer = self.sandbox.client("sqs").receive_message(
            QueueUrl=self._url(queue), MessageAttributeNames=["All"], MaxNumberOfMessages=10
        )
        return [
            (json.loads(one["Body"]), {k: v["StringValue"] for k, v in one.get("MessageAttributes", {}).items()})
            for one in answer.get("Messages", [])
        ]

    def bus(self, account: Account = SOURCE) -> str:
        """The ARN of a new bus."""
        self.sandbox.client("events", account).create_event_bus(Name=self.name)
        return f"arn:aws:events:{REGION}:{account.id}:event-bus/{self.name}"

    def rule(self, target: dict[str, Any], owner: Account = SOURCE, **pattern: Any) -> str:
        """The ARN of a rule on this workshop's bus, for events of source `tests`."""
        events, bus = self.sandbox.client("events", owner), self.name
        wanted = {"source": ["tests"]} | {key.replace("_", "-"): value for key, value in pattern.items()}
        arn = events.put_rule(Name=self.name, EventBusName=bus, EventPattern=json.dumps(wanted))["RuleArn"]
        events.put_targets(Rule=self.name, EventBusName=bus, Targets=[{"Id": "1", **target}])
        return str(arn)

    def put(self, detail: dict[str, Any] | None = None, account: Account = SOURCE, **more: Any) -> dict[str, Any]:
        """PutEvents with one entry, by the account's administrator."""
        entry = {
            "Source": "tests",
            "DetailType": "Probe",
            "Detail": json.dumps(detail or {}),
            "EventBusName": self.name,
        }
        answer: dict[str, Any] = self.sandbox.client("events", account).put_events(Entries=[entry | more])
        return answer

    def run(self, seconds: float = 600.0) -> None:
        """Let virtual time pass."""
        self.sandbox.clock.run(limit=seconds)

    def received(self, spec: FunctionSpec) -> list[Any]:
        """The events that an `echo` function was invoked with."""
        return [json.loads(line) for line in self.sandbox.functions.logs(spec.arn)]

    def _url(self, queue: str) -> str:
        return f"{self.sandbox.url}/{SOURCE.id}/{queue.rsplit(':', 1)[-1]}"


def policy(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str, resource: str, **condition: Any) -> dict[str, Any]:
    """A statement of an identity policy."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})
