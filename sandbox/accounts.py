"""Who is who: the two accounts, their administrators, and the credentials that roles were given."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

if TYPE_CHECKING:
    from sandbox.gate import Call

REGION = "eu-west-1"
PARTITION = "aws"


@dataclass(frozen=True)
class Caller:
    """The principal behind a call."""

    account: str
    arn: str
    """IAM principal; for a role the ARN of the assumed role's session, as STS names it."""
    role_arn: str | None = None
    """The role itself, when the caller is a session of one."""


@dataclass(frozen=True)
class Credentials:
    """What a client signs with."""

    access_key: str
    secret_key: str
    token: str | None
    caller: Caller


@dataclass(frozen=True)
class Account:
    """One of the two accounts, with the administrator whom people and tests act as."""

    id: str
    profile: str
    access_key: str

    @property
    def admin(self) -> Credentials:
        """The keys of user `admin`, who may do everything in this account."""
        caller = Caller(self.id, f"arn:{PARTITION}:iam::{self.id}:user/admin")
        return Credentials(self.access_key, "secret", None, caller)


SOURCE = Account("111111111111", "source", "AKIASOURCE0000000000")
TARGET = Account("222222222222", "target", "AKIATARGET0000000000")
ACCOUNTS = (SOURCE, TARGET)


class RoleMissing(LookupError):
    """A service was told to act as a role that does not exist."""


@dataclass
class Identities:
    """Which access key belongs to whom."""

    _issued: dict[str, Credentials] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def caller_of(self, access_key: str) -> Caller | None:
        """The principal who signs with this key; None if nobody does."""
        for account in ACCOUNTS:
            if access_key == account.access_key:
                return account.admin.caller
        issued = self._issued.get(access_key)
        return issued.caller if issued else _asked_of_sts(access_key)

    def who_am_i(self, call: Call) -> dict[str, str]:
        """Answer to sts:GetCallerIdentity."""
        session = call.caller.arn.rsplit("/", 1)[-1]
        user_id = f"AROASANDBOX:{session}" if call.caller.role_arn else f"AIDASANDBOX{call.caller.account}"
        return {"Account": call.caller.account, "Arn": call.caller.arn, "UserId": user_id}

    def is_service_session(self, access_key: str) -> bool:
        """Whether a service gave this key to a handler or a machine: its calls happen inside the sandbox's time."""
        return access_key in self._issued

    def assume(self, role_arn: str, session_name: str) -> Credentials:
        """Credentials of a role, for a service of the same account that acts as it.

        Raises:
            RoleMissing: IAM knows no such role.
        """
        account = role_arn.split(":")[4]
        if not any(role.arn == role_arn for role in iam_backends[account][PARTITION].roles.values()):
            raise RoleMissing(f"{role_arn} does not exist")
        caller = Caller(account, _session_arn(role_arn, session_name), role_arn)
        with self._lock:
            number = next(self._numbers)
            credentials = Credentials(f"ASIA{number:016d}", f"secret{number}", f"session-token-{number}", caller)
            self._issued[credentials.access_key] = credentials
        return credentials


def _session_arn(role_arn: str, session_name: str) -> str:
    """STS leaves the role's path out of the session's ARN."""
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    return f"arn:{PARTITION}:sts::{account}:assumed-role/{name}/{session_name}"


def _asked_of_sts(access_key: str) -> Caller | None:
    """Roles that somebody assumed by calling STS."""
    for account in ACCOUNTS:
        for role in sts_backends[account.id][PARTITION].assumed_roles:
            if role.access_key_id == access_key:
                return Caller(account.id, _session_arn(role.role_arn, role.session_name), role.role_arn)
    return None
