"""Two accounts with permissions and KMS in front of moto: no HTTP, no other part of the sandbox."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox.accounts import REGION, SOURCE, Account, Caller, Identities
from sandbox.backend import Moto
from sandbox.clock import Clock
from sandbox.gate import Gate
from sandbox.kms import Kms
from sandbox.permissions import Permissions, Simulator, boundaries
from sandbox.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86_400.0
TRUST_LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


@dataclass
class Rights:
    """What the tests act on."""

    clock: Clock
    identities: Identities
    permissions: Permissions
    kms: Kms
    transport: Transport

    def client(self, service: str, account: Account = SOURCE) -> Any:
        return self.transport.client(service, account.admin)

    def role(self, account: Account, name: str, *statements: dict[str, Any], path: str = "/") -> Role:
        """A new role with these rights."""
        iam = self.client("iam", account)
        made = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=policy(TRUST_LAMBDA))
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=policy(*statements))
        return Role(self, str(made["Role"]["Arn"]), str(made["Role"]["RoleId"]))

    def key(self, account: Account = SOURCE, *statements: dict[str, Any]) -> str:
        """ARN of a new key; its policy leaves it to the own account's IAM, and admits these statements."""
        document = policy(admits_root(account), *statements)
        return str(self.client("kms", account).create_key(Policy=document)["KeyMetadata"]["Arn"])

    def put_policy(self, key: str, *statements: dict[str, Any], account: Account = SOURCE) -> None:
        self.client("kms", account).put_key_policy(KeyId=key, Policy=policy(admits_root(account), *statements))

    def policy_of(self, key: str, account: Account = SOURCE) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.client("kms", account).get_key_policy(KeyId=key)["Policy"])
        return document

    def wait(self, seconds: float) -> None:
        self.clock.call(lambda: self.clock.sleep(seconds))


@dataclass
class Role:
    """A role, and what one needs to act as it."""

    world: Rights
    arn: str
    id: str

    def client(self, service: str) -> Any:
        return self.world.transport.client(service, self.world.identities.assume(self.arn, "test"))

    @property
    def caller(self) -> Caller:
        return self.world.identities.assume(self.arn, "test").caller


@contextmanager
def rights(simulator: Simulator | None) -> Iterator[Rights]:
    """A fresh pair of accounts."""
    clock, identities = Clock(), Identities()
    gate = Gate(identities, clock, Moto())
    permissions = Permissions(simulator, identities, clock)
    gate.before.append(permissions.authorise)
    gate.before.append(boundaries.check)
    kms = Kms(permissions, clock)
    kms.register(gate)
    try:
        yield Rights(clock, identities, permissions, kms, Transport(gate, "http://127.0.0.1:1"))
    finally:
        clock.close()


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement of an identity policy."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def admit(principal: str | list[str], action: str | list[str], **more: Any) -> dict[str, Any]:
    """A statement of a key policy."""
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*", **more}


def root(account: Account) -> str:
    return f"arn:aws:iam::{account.id}:root"


def admits_root(account: Account) -> dict[str, Any]:
    return admit(root(account), "kms:*")


def rds_arn(account: Account, kind: str, name: str) -> str:
    return f"arn:aws:rds:{REGION}:{account.id}:{kind}:{name}"


@contextmanager
def refused(code: str, *words: str) -> Iterator[None]:
    """The block must end in this error, with all these words in its message."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    for word in words:
        assert word in error["Message"], error
