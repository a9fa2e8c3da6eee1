"""Policies, read where moto keeps them: a caller's own, and those that stand on resources."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.events.models import events_backends
from moto.iam.models import iam_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from sandbox.accounts import PARTITION, Caller
from sandbox.register.iam import BOUNDED

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.iam.models import Group, IAMBackend, ManagedPolicy, Role, User

    from sandbox.permissions.simulator import Policy

EVERYTHING: Policy = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def is_admin(caller: Caller) -> bool:
    """Whether this is the account's administrator, or its root user."""
    return caller.arn in (
        f"arn:{PARTITION}:iam::{caller.account}:user/admin",
        f"arn:{PARTITION}:iam::{caller.account}:root",
    )


def identity_policies(caller: Caller) -> dict[str, Policy]:
    """Inline and managed policies of a role or user, a user's groups included; none for one that is gone."""
    if is_admin(caller):
        return {"admin": EVERYTHING}
    identity = _identity(caller)
    if identity is None:
        return {}
    found = _policies_on(identity)
    for group in _groups(caller, identity):
        found |= {f"{group.name}/{name}": policy for name, policy in _policies_on(group).items()}
    return found


def boundary(caller: Caller) -> Policy | None:
    """The permissions boundary of a role, if it has one."""
    identity = _identity(caller) if BOUNDED.holds and not is_admin(caller) else None
    arn = getattr(identity, "permissions_boundary_arn", None)
    return _default_version(_iam(caller.account).managed_policies[arn]) if arn else None


def resource_policy(arn: str) -> Policy | None:
    """The policy on a bus, queue, topic, secret or role (its trust); None where the resource has none.

    Keys' policies are Kms's business.
    """
    _, _, service, region, account, name = arn.split(":", 5)
    reader = _READERS.get(service)
    return reader(account, region, name) if reader else None


def role_or_user_id(arn: str) -> str | None:
    """IAM's unique id (AROA..., AIDA...) of a role or user by ARN; None if there is none."""
    account, path = arn.split(":")[4:6]
    kind, _, name = path.partition("/")
    iam = _iam(account)
    living: Any = iam.roles.values() if kind == "role" else iam.users.values()
    found = next((one for one in living if one.arn == arn), None)
    if found is None and kind == "user" and name == "admin":
        return f"AIDAADMIN{account}"  # the sandbox's administrator need not stand in moto's IAM
    return str(found.id) if found else None


def _identity(caller: Caller) -> Role | User | None:
    iam = _iam(caller.account)
    if caller.role_arn is not None:
        return next((role for role in iam.roles.values() if role.arn == caller.role_arn), None)
    return next((user for user in iam.users.values() if user.arn == caller.arn), None)


def _groups(caller: Caller, identity: Role | User) -> list[Group]:
    return [] if caller.role_arn is not None else list(_iam(caller.account).get_groups_for_user(identity.name))


def _policies_on(identity: Role | User | Group) -> dict[str, Policy]:
    inline = {name: _document(text) for name, text in identity.policies.items()}
    managed = {arn: _default_version(policy) for arn, policy in identity.managed_policies.items()}
    return inline | managed


def _iam(account: str) -> IAMBackend:
    return iam_backends[account][PARTITION]


def _default_version(policy: ManagedPolicy) -> Policy:
    default = policy.default_version_id
    return _document(next(version.document for version in policy.versions if version.version_id == default))


def _document(text: str | Policy) -> Policy:
    """Moto keeps some documents as text, others as read from a template."""
    document: Policy = json.loads(text) if isinstance(text, str) else text
    return document


def _of_bus(account: str, region: str, name: str) -> Policy | None:
    bus = events_backends[account][region].event_buses.get(name.removeprefix("event-bus/"))
    return _document(bus.policy) if bus and bus.policy else None


def _of_queue(account: str, region: str, name: str) -> Policy | None:
    queue = sqs_backends[account][region].queues.get(name)
    return _document(queue.policy) if queue and queue.policy else None


def _of_topic(account: str, region: str, name: str) -> Policy | None:
    topic = sns_backends[account][region].topics.get(f"arn:{PARTITION}:sns:{region}:{account}:{name}")
    return _document(topic.policy) if topic else None


def _of_secret(account: str, region: str, name: str) -> Policy | None:
    arn = f"arn:{PARTITION}:secretsmanager:{region}:{account}:{name}"
    secrets = secretsmanager_backends[account][region].secrets.values()
    found = next((secret for secret in secrets if secret.arn == arn), None)
    policy = getattr(found, "policy", None)  # a replica has none
    return _document(policy) if policy else None


def _of_role(account: str, _region: str, name: str) -> Policy | None:
    arn = f"arn:{PARTITION}:iam::{account}:{name}"
    role = next((role for role in _iam(account).roles.values() if role.arn == arn), None)
    return _document(role.assume_role_policy_document) if role else None


_READERS: dict[str, Callable[[str, str, str], Policy | None]] = {
    "events": _of_bus,
    "sqs": _of_queue,
    "sns": _of_topic,
    "secretsmanager": _of_secret,
    "iam": _of_role,
}
