"""Decides API calls as IAM does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.gate import AwsError
from sandbox.permissions import actions, policies
from sandbox.permissions.refusals import denial_words, refusal
from sandbox.permissions.simulator import Context, Policy, Question, Simulator, UndecidableError

if TYPE_CHECKING:
    from sandbox.accounts import Caller, Identities
    from sandbox.clock import Clock
    from sandbox.gate import Call
    from sandbox.permissions.needs import Need

DECISIONS_KEPT = 20_000
# A gap of the sandbox's own, answered so that boto3 does not repeat the call.
STATUS_OF_A_GAP = 501

TagSource = Callable[[str], "dict[str, str] | None"]
REFUSALS = "refusals"
"""In a call's context, for a service that answers refusals itself: one for each need, None for what is allowed."""

PolicySource = Callable[[str], "Policy | None"]
Watcher = Callable[["Question", "Decision"], None]


@dataclass(frozen=True)
class Decision:
    """What came of one question."""

    principal: str
    action: str
    resource: str
    allowed: bool
    message: str = ""
    """Why not, in AWS's words; empty when allowed."""
    explicit: bool = False
    """Refused by a Deny statement, which no grant can mend."""


class Permissions:
    """Who may do what. Without a simulator everything is allowed, and `checking` says so."""

    def __init__(self, simulator: Simulator | None, identities: Identities, clock: Clock) -> None:
        self.checking = simulator is not None
        self.decisions: deque[Decision] = deque(maxlen=DECISIONS_KEPT)
        self.tag_sources: list[TagSource] = []
        """Each gives a resource's tags by ARN, or None for a resource that is not its own."""
        self.policy_sources: list[PolicySource] = [policies.resource_policy]
        """Each gives a resource's policy by ARN, or None."""
        self.answered_by_service: list[Callable[[Call], bool]] = []
        """Each says of a call whether its service answers refusals itself: see REFUSALS."""
        self.watchers: list[Watcher] = []
        """Each hears of every decision."""
        self.identities = identities
        self._simulator = simulator
        self._clock = clock

    def authorise(self, call: Call) -> None:
        """Let the call pass, or refuse it; a hook before every call.

        Raises:
            AwsError: not allowed; or, as InternalFailure, the table of actions lacks this operation.
        """
        if not self.checking or call.service in actions.DECIDED_ELSEWHERE:
            return
        if (call.service, call.operation) in actions.ALWAYS_ALLOWED:
            return
        needs = actions.needs_of(call)
        if needs is None and not policies.is_admin(call.caller):
            raise _gap(f"add a row for ({call.service}, {call.operation}) to sandbox/permissions/actions.py")
        if any(answers(call) for answers in self.answered_by_service):
            call.context[REFUSALS] = [self._refusal(call, need) for need in needs or ()]
            return
        for need in needs or ():
            refused = self._refusal(call, need)
            if refused is not None:
                raise refused

    def check(  # noqa: PLR0913 - IAM's own question has six parts
        self,
        caller: Caller,
        action: str,
        resource: str,
        *,
        resource_account: str | None = None,
        resource_policy: Policy | None = None,
        context: Context | None = None,
    ) -> Decision:
        """Decide one action of a principal by its own policies and the resource's.

        Args:
            caller: who asks.
            action: IAM's name of it, `kms:Decrypt`.
            resource: ARN, or `*` for an action without resources.
            resource_account: the ARN's account when absent; the caller's for an ARN without one.
            resource_policy: None where there is none.
            context: further condition keys; the global ones are set here.
        """
        owner = resource_account or _account_of(resource) or caller.account
        keys = self._of_everyone(caller, resource, owner) | (context or {})
        question = Question(
            caller.arn,
            action,
            resource,
            owner,
            policies.identity_policies(caller),
            _as_session_sees(resource_policy, caller),
            policies.boundary(caller),
            keys,
        )
        return self._decided(question)

    def check_service(
        self,
        service_principal: str,
        action: str,
        resource: str,
        resource_policy: Policy | None,
        context: Context | None = None,
    ) -> Decision:
        """Decide one action of an AWS service in its own name (`events.amazonaws.com`) by the resource's policy."""
        keys = self._now() | {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": service_principal}
        question = Question(
            service_principal,
            action,
            resource,
            _account_of(resource) or "",
            {},
            resource_policy,
            None,
            keys | (context or {}),
        )
        return self._decided(question)

    def would_allow(self, question: Question, statement: Policy) -> bool:
        """Whether a role that had this statement alone would be allowed; without a simulator it would be."""
        alone = replace(question, identity_policies={"alone": {"Statement": [statement]}})
        return self._simulator is None or self._simulator.decide(alone).allowed

    def resource_policy(self, arn: str) -> Policy | None:
        """The policy that stands on a resource, wherever it is kept."""
        found = (source(arn) for source in self.policy_sources)
        return next((policy for policy in found if policy is not None), None)

    def tags_of(self, arn: str) -> dict[str, str]:
        """A resource's tags; none if nobody knows it."""
        found = (source(arn) for source in self.tag_sources)
        return next((tags for tags in found if tags is not None), {})

    def _refusal(self, call: Call, need: Need) -> AwsError | None:
        policy = None if need.resource == "*" else self.resource_policy(need.resource)
        # RDS knows no resource policies: what another account shared is RDS's own decision, not IAM's.
        owner = call.caller.account if need.action.startswith("rds:") else _account_of(need.resource)
        at_home = owner in (None, "", call.caller.account)
        if policies.is_admin(call.caller) and policy is None and at_home:
            return None
        tags = {} if need.new else self.tag_context(need.resource)
        context = need.context | tags | {"aws:RequestedRegion": call.region}
        try:
            decision = self.check(
                call.caller,
                need.action,
                need.resource,
                resource_account=owner,
                resource_policy=policy,
                context=context,
            )
        except UndecidableError as error:
            raise _gap(f"the row ({call.service}, {call.operation}) cannot be decided: {error}") from error
        return None if decision.allowed else refusal(call.service, decision.message)

    def tag_context(self, arn: str) -> Context:
        """`aws:ResourceTag/...` of a resource, and RDS's older spelling of it."""
        tags = self.tags_of(arn)
        context: Context = {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
        if arn.split(":")[2:3] == ["rds"]:
            kind = arn.split(":")[5]
            context |= {f"rds:{kind}-tag/{key}": value for key, value in tags.items()}
        return context

    def _decided(self, question: Question) -> Decision:
        if self._simulator is None:
            return Decision(question.principal, question.action, question.resource, allowed=True)
        verdict = self._simulator.decide(question)
        words = "" if verdict.allowed else denial_words(question, verdict)
        decision = Decision(
            question.principal, question.action, question.resource, verdict.allowed, words, verdict.explicit
        )
        self.decisions.append(decision)
        for watcher in self.watchers:
            watcher(question, decision)
        return decision

    def _of_everyone(self, caller: Caller, resource: str, owner: str) -> Context:
        """Condition keys of every request by a person or a role."""
        region = resource.split(":")[3] if resource.startswith("arn:") else ""
        return self._now() | {
            "aws:PrincipalArn": caller.role_arn or caller.arn,
            "aws:PrincipalAccount": caller.account,
            "aws:PrincipalType": "AssumedRole" if caller.role_arn else "User",
            "aws:PrincipalIsAWSService": "false",
            "aws:ViaAWSService": "false",
            "aws:SecureTransport": "true",
            "aws:ResourceAccount": _account_of(resource) or owner,
            **({"aws:RequestedRegion": region} if region else {}),
        }

    def _now(self) -> Context:
        now = self._clock.now
        return {
            "aws:CurrentTime": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "aws:EpochTime": str(int(now)),
        }


def _account_of(resource: str) -> str | None:
    return resource.split(":")[4] or None if resource.startswith("arn:") else None


def _as_session_sees(policy: Policy | None, caller: Caller) -> Policy | None:
    """The policy with the caller's role as its session's ARN implies it: without the role's path."""
    if policy is None or caller.role_arn is None or caller.role_arn.count("/") == 1:
        return policy
    bare = f"{caller.role_arn.split('/')[0]}/{caller.role_arn.rsplit('/', 1)[-1]}"
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    return policy | {"Statement": [_renamed(one, caller.role_arn, bare) for one in statements]}


def _renamed(statement: Policy, role_arn: str, bare: str) -> Policy:
    principal = statement.get("Principal")
    if not isinstance(principal, dict) or "AWS" not in principal:
        return statement
    named = principal["AWS"] if isinstance(principal["AWS"], list) else [principal["AWS"]]
    return statement | {"Principal": principal | {"AWS": [bare if one == role_arn else one for one in named]}}


def _gap(message: str) -> AwsError:
    return AwsError("InternalFailure", message, STATUS_OF_A_GAP)
