"""Whether a principal may use a key: its own policies, the key's policy, or a grant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.kms import keys
from sandbox.permissions import Context, Decision, Permissions, Policy
from sandbox.register.kms_policies import (
    CALLER_ACCOUNT,
    DENY_WINS,
    ENCRYPTION_CONTEXT,
    FOR_AWS_RESOURCE,
    FORWARDED_PRINCIPAL,
    POLICIES_DECIDE,
    RESOURCE_TAGS,
    VIA_SERVICE,
)

if TYPE_CHECKING:
    from moto.kms.models import Key

    from sandbox.accounts import Caller
    from sandbox.kms.grants import Grants
    from sandbox.kms.pinning import PolicyBook


@dataclass(frozen=True)
class Use:
    """One action on a key, with what conditions may ask about."""

    action: str
    encryption_context: dict[str, str] = field(default_factory=dict)
    via: str | None = None
    """The service that calls on the principal's behalf, `rds.eu-west-1.amazonaws.com`; None for a direct call."""
    context: Context = field(default_factory=dict)
    """Further condition keys."""
    tokens: tuple[str, ...] = ()
    """Grant tokens that the call shows."""


class KeyDecisions:
    """Decides every use of a key."""

    def __init__(self, permissions: Permissions, policies: PolicyBook, grants: Grants) -> None:
        self._permissions = permissions
        self._policies = policies
        self._grants = grants

    def decide(self, caller: Caller, key: Key, use: Use, policy: Policy | None = None) -> Decision:
        """Whether the caller may use the key so; `policy` stands in for the key's own, to try a new one."""
        far = use.via is not None or caller.account != key.account_id
        decision = self._permissions.check(
            caller,
            use.action,
            key.arn,
            resource_account=key.account_id,
            resource_policy=policy or self._policies.in_force(key, far=far),
            context=self._context(caller, key, use),
        )
        if decision.allowed or (decision.explicit and DENY_WINS.holds):
            return decision
        if not POLICIES_DECIDE.holds or self._grants.allows(
            key, caller, use.action, use.encryption_context, use.tokens
        ):
            return Decision(decision.principal, use.action, key.arn, allowed=True)
        return decision

    def of_service(self, service: str, key: Key, action: str, context: Context) -> Decision:
        """Whether a service may use the key in its own name."""
        policy = self._policies.in_force(key, far=True)
        return self._permissions.check_service(service, action, key.arn, policy, context)

    def identity_alone(self, caller: Caller, action: str, context: Context) -> Decision:
        """An action without a key (`kms:ListKeys`)."""
        return self._permissions.check(caller, action, "*", context=context | {"kms:CallerAccount": caller.account})

    def with_policy(self, caller: Caller, action: str, resource: str, policy: Policy, context: Context) -> Decision:
        """An action on a key or alias that is not made yet."""
        keys_of_call: Context = {"kms:CallerAccount": caller.account}
        return self._permissions.check(caller, action, resource, resource_policy=policy, context=context | keys_of_call)

    def _context(self, caller: Caller, key: Key, use: Use) -> Context:
        context: Context = {
            "kms:KeySpec": key.key_spec,
            "kms:KeyUsage": key.key_usage,
            "kms:KeyOrigin": key.origin,
            "kms:MultiRegion": str(key.multi_region).lower(),
            "kms:ResourceAliases": list(key.aliases),
        }
        if CALLER_ACCOUNT.holds:
            context["kms:CallerAccount"] = caller.account
        if use.via is not None and VIA_SERVICE.holds:
            context |= {"kms:ViaService": use.via, "aws:ViaAWSService": "true"}
        if use.via is not None and not FORWARDED_PRINCIPAL.holds:
            context["aws:PrincipalArn"] = ""
        if use.encryption_context and ENCRYPTION_CONTEXT.holds:
            context["kms:EncryptionContextKeys"] = list(use.encryption_context)
            context |= {f"kms:EncryptionContext:{name}": value for name, value in use.encryption_context.items()}
        tags = (keys.tags_of(key.arn) or {}) if RESOURCE_TAGS.holds else {}
        return context | {f"aws:ResourceTag/{name}": value for name, value in tags.items()} | use.context


def grant_context(request: dict[str, object], *, by_service: bool) -> Context:
    """Condition keys of CreateGrant."""
    operations = request.get("Operations") or []
    context: Context = {
        "kms:GrantIsForAWSResource": str(by_service and FOR_AWS_RESOURCE.holds).lower(),
        "kms:GranteePrincipal": str(request.get("GranteePrincipal", "")),
        "kms:GrantOperations": [str(one) for one in operations] if isinstance(operations, list) else [],
    }
    constraints = request.get("Constraints")
    if isinstance(constraints, dict) and constraints:
        context["kms:GrantConstraintType"] = next(iter(constraints))
    if request.get("RetiringPrincipal"):
        context["kms:RetiringPrincipal"] = str(request["RetiringPrincipal"])
    return context
