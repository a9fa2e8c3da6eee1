"""What the cases of wrong set-ups need: one stage, a second stack with the deployer's own key, ways to break things."""

from __future__ import annotations

import itertools
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET, Account
from sandbox.sources import make_source
from sandbox.stage import PROFILE, ROOT, write_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.deploy import Stack
    from tests.end_to_end.story import Story

ROOT_MAY_ALL = {
    "Sid": "AccountAdministersTheKey",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{SOURCE.id}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


@dataclass(frozen=True)
class Attempt:
    """An execution that is started, and must not get far.

    Attributes:
        given: its input.
        machine: of which source stack; None: the stage's.
        name: the execution's; empty: a fresh one.
    """

    given: Any = field(default_factory=lambda: {"database": "example-db"})
    machine: str | None = None
    name: str = ""


class Scene:
    """One stage for all cases; each puts back what it has changed."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.sandbox = story.sandbox
        self.stage = story.stage
        self._numbers = itertools.count(1)

    def client(self, service: str, account: Account = SOURCE) -> Any:
        return self.sandbox.client(service, account)

    def source(self, kind: str, name: str, encryption: str = "aws/rds", **more: Any) -> str:
        """The ARN of a further database of the source account."""
        return make_source(self.sandbox, kind, name=name, encryption=encryption, **more)

    def key(self, account: Account = SOURCE, *, tags: Mapping[str, str] | None = None, **more: Any) -> str:
        """The ARN of a new customer managed key."""
        rows = [{"TagKey": f"snapferry:{name}", "TagValue": value} for name, value in (tags or {}).items()]
        return str(self.client("kms", account).create_key(Tags=rows, **more)["KeyMetadata"]["Arn"])

    @cached_property
    def deployers_key(self) -> str:
        """The transfer key of the second stack."""
        return self.key(tags={"lease": "allowed"}, Policy=json.dumps(_policy(ROOT_MAY_ALL)))

    @cached_property
    def second_stack(self) -> Stack:
        return self._deployed("snapferry-second", {"TransferKeyArn": self.deployers_key, "BusName": "second"})

    def on_second_stack(self) -> Attempt:
        return Attempt(machine=self.second_stack.outputs["FerrySnapshotMachineArn"])

    @contextmanager
    def another_stack(self, **parameters: str) -> Iterator[Attempt]:
        """A transfer of a stack that is deployed with these parameters, and deleted afterwards."""
        name = f"third-{next(self._numbers)}"
        stack = self._deployed(f"snapferry-{name}", {"BusName": name, "SweepMinutes": "1440", **parameters})
        yield Attempt(machine=stack.outputs["FerrySnapshotMachineArn"])
        self.sandbox.clock.run(limit=600)  # its sweeper, which fails for lack of the key, is tried three times
        stack.delete()

    @contextmanager
    def key_policy(self, *statements: dict[str, Any]) -> Iterator[Attempt]:
        """A transfer of the second stack while its key's policy has these statements."""
        kms, attempt = self.client("kms"), self.on_second_stack()
        for document in (_policy(*statements), _policy(ROOT_MAY_ALL)):
            kms.put_key_policy(
                KeyId=self.deployers_key, Policy=json.dumps(document), BypassPolicyLockoutSafetyCheck=True
            )
            if document["Statement"] == list(statements):
                yield attempt

    @contextmanager
    def profile(self, text: str | None = None, **more: object) -> Iterator[Attempt]:
        """A transfer while the target's default profile has these fields over its own, or is this text."""
        if text is None:
            write_profile(self.sandbox, self.stage.target_network, **more)
        else:
            self.client("ssm", TARGET).put_parameter(Name=PROFILE, Type="String", Value=text, Overwrite=True)
        yield Attempt()
        write_profile(self.sandbox, self.stage.target_network)

    @contextmanager
    def without_rights(self, role: str, account: Account) -> Iterator[Attempt]:
        """A transfer while a role has none of its own policies."""
        iam = self.client("iam", account)
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        policies = {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}
        for name in names:
            iam.delete_role_policy(RoleName=role, PolicyName=name)
        yield Attempt()
        for name, document in policies.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))

    def _deployed(self, name: str, parameters: Mapping[str, str]) -> Stack:
        values = {"TargetAccountId": TARGET.id, **parameters}
        return self.sandbox.deploy(SOURCE, name, ROOT / "template.yaml", values)


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
