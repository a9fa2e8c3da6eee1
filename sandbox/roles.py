"""Roles that AWS services act as: Lambda, EventBridge, Scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.register.events import SERVICE_TRUSTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.accounts import Credentials
    from sandbox.world import Sandbox


class RoleRefused(Exception):
    """A service cannot act as a role: there is none, or it does not trust the service."""


def act_as(
    sandbox: Sandbox, service: str, role_arn: str, session: str, context: Mapping[str, str] | None = None
) -> Credentials:
    """Credentials of a role for a service, if the role's trust policy lets the service in.

    Args:
        sandbox: where the role is.
        service: the principal, `lambda.amazonaws.com`.
        role_arn: the role.
        session: the session's name.
        context: condition keys that the service sends, such as aws:SourceArn.

    Raises:
        RoleRefused: no such role, or no trust.
    """
    trust = sandbox.permissions.resource_policy(role_arn)
    if trust is None:
        raise RoleRefused(f"The role {role_arn} does not exist.")
    decision = sandbox.permissions.check_service(service, "sts:AssumeRole", role_arn, trust, dict(context or {}))
    if SERVICE_TRUSTED.holds and not decision.allowed:
        raise RoleRefused(f"The trust policy of {role_arn} does not let {service} assume it.")
    credentials: Credentials = sandbox.identities.assume(role_arn, session)
    return credentials
