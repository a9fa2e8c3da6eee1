"""Reading and writing key policies, with the checks that moto lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.kms.decisions import Use
from sandbox.kms.documents import accepted, malformed
from sandbox.permissions import Context, UndecidableError, refusal
from sandbox.permissions.needs import request_tags
from sandbox.register.kms_policies import POLICY_LOCKOUT, POLICY_NAME, POLICY_OF_MANAGED

if TYPE_CHECKING:
    from collections.abc import Collection

    from moto.kms.models import Key

    from sandbox.gate import Answer, Call
    from sandbox.kms.decisions import KeyDecisions
    from sandbox.kms.pinning import PolicyBook
    from sandbox.permissions import Policy


class PolicyAnswers:
    """GetKeyPolicy, PutKeyPolicy, and the policy that a key is created with."""

    def __init__(self, book: PolicyBook, decisions: KeyDecisions, known_accounts: Collection[str]) -> None:
        self._book = book
        self._decisions = decisions
        self._known_accounts = known_accounts

    def by_operation(self) -> dict[str, Answer]:
        """What is answered here."""
        return {"GetKeyPolicy": self._get, "PutKeyPolicy": self._put, "CreateKey": self._check_new_key}

    def _get(self, call: Call) -> dict[str, Any]:
        _require_default_name(call)
        return {"Policy": self._book.shown(call.context["key"]), "PolicyName": "default"}

    def _put(self, call: Call) -> dict[str, Any]:
        _require_default_name(call)
        key: Key = call.context["key"]
        # Its policy says so too, but counts only where permissions are checked.
        POLICY_OF_MANAGED.refuse_if(key.key_manager == "AWS", caller=call.caller.arn, key=key.arn)
        text = str(call.parameters["Policy"])
        policy = accepted(text, self._known_accounts)
        if not _bypassed(call):
            try:
                decision = self._decisions.decide(call.caller, key, Use("kms:PutKeyPolicy"), policy)
            except UndecidableError as error:
                raise malformed(str(error)) from error
            POLICY_LOCKOUT.refuse_if(not decision.allowed)
        self._book.put(key, text)
        return {}

    def _check_new_key(self, call: Call) -> None:
        """Check what the key would start with; moto makes it."""
        resource = f"arn:aws:kms:{call.region}:{call.caller.account}:key/*"
        if tags := request_tags(call.parameters.get("Tags")):
            decision = self._try_new(call, "kms:TagResource", resource, _default_policy(call.caller.account), tags)
            if not decision:
                raise refusal("kms", f"User: {call.caller.arn} is not authorized to perform: kms:TagResource")
        if text := call.parameters.get("Policy"):
            policy = accepted(str(text), self._known_accounts)
            if not _bypassed(call):
                POLICY_LOCKOUT.refuse_if(not self._try_new(call, "kms:PutKeyPolicy", resource, policy, {}))

    def _try_new(self, call: Call, action: str, resource: str, policy: Policy, context: Context) -> bool:
        try:
            return self._decisions.with_policy(call.caller, action, resource, policy, context).allowed
        except UndecidableError as error:
            raise malformed(str(error)) from error


def _require_default_name(call: Call) -> None:
    POLICY_NAME.refuse_if(call.parameters.get("PolicyName", "default") != "default")


def _bypassed(call: Call) -> bool:
    return bool(call.parameters.get("BypassPolicyLockoutSafetyCheck"))


def _default_policy(account: str) -> Policy:
    """What a key starts with when no policy is given: IAM of the account decides."""
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
