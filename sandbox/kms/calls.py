"""Authorises KMS calls: which key is meant, whether the caller may, whether the key's state allows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.gate import AwsError, Call
from sandbox.kms.decisions import KeyDecisions, Use, grant_context
from sandbox.kms.rules import ALIAS_OPERATIONS, RULES, WITHOUT_KEY, Rule, State, require_state
from sandbox.permissions import Context, Decision, UndecidableError, refusal
from sandbox.permissions.needs import request_tags
from sandbox.register.kms_keys import ABROAD, HIDDEN, NO_ALIAS, RESERVED_ALIAS, RIGHT_KEY
from sandbox.register.kms_policies import BYPASS_SEEN

if TYPE_CHECKING:
    from moto.kms.models import Key

    from sandbox.kms.keys import Keys

# A gap of the sandbox's own, answered so that boto3 does not repeat the call.
STATUS_OF_A_GAP = 501


class CallChecks:
    """The hook before every KMS call. It leaves the key it found in `call.context["key"]`."""

    def __init__(self, keys: Keys, decisions: KeyDecisions) -> None:
        self._keys = keys
        self._decisions = decisions

    def authorise(self, call: Call) -> None:
        """Let a KMS call pass, sent on to the account of its key, or refuse it."""
        try:
            self._authorise(call)
        except UndecidableError as error:
            raise AwsError("InternalFailure", f"kms:{call.operation}: {error}", STATUS_OF_A_GAP) from error

    def _authorise(self, call: Call) -> None:
        if call.operation in WITHOUT_KEY:
            tags = request_tags(call.parameters.get("Tags"))
            _require(self._decisions.identity_alone(call.caller, f"kms:{call.operation}", tags | _bypass(call)))
        elif call.operation in ALIAS_OPERATIONS:
            self._authorise_alias(call)
        elif call.operation == "ReEncrypt":
            self._authorise_reencryption(call)
        elif call.operation != "RetireGrant":  # which key it means depends on the grant; see Kms
            rule = RULES.get(call.operation)
            if rule is None:
                message = f"add a row for kms:{call.operation} to sandbox/kms/rules.py"
                raise AwsError("InternalFailure", message, STATUS_OF_A_GAP)
            key = self._named(call, rule)
            self._require_key(call, key, f"kms:{call.operation}", call.parameters.get("EncryptionContext"), rule)
            call.context["key"] = key
            call.backend_account = key.account_id

    def _named(self, call: Call, rule: Rule) -> Key:
        name = call.parameters.get("KeyId")
        if call.operation == "Decrypt":
            key = self._keys.of_ciphertext(call.parameters["CiphertextBlob"], call.caller.account, call.region)
            RIGHT_KEY.refuse_if(name and self._keys.find(name, call.caller.account, call.region) is not key)
            return key
        name = str(name)
        NO_ALIAS.refuse_if(not rule.alias and (name.startswith("alias/") or ":alias/" in name), name=name)
        return self._find(call, name)

    def _find(self, call: Call, name: str) -> Key:
        """KMS does not tell strangers which keys another account has."""
        foreign = name.startswith("arn:") and name.split(":")[4] != call.caller.account
        try:
            return self._keys.find(name, call.caller.account, call.region)
        except AwsError as error:
            if foreign and HIDDEN.holds and not error.message.startswith("Invalid arn"):
                raise _unseen(call) from error
            raise

    def _require_key(
        self, call: Call, key: Key, action: str, encryption_context: dict[str, str] | None, rule: Rule
    ) -> None:
        if key.account_id != call.caller.account and not rule.abroad and ABROAD.holds:
            raise _unseen(call)
        use = Use(
            action, encryption_context or {}, None, _of_request(call), tuple(call.parameters.get("GrantTokens") or ())
        )
        _require(self._decisions.decide(call.caller, key, use))
        require_state(key, rule.state)

    def _authorise_alias(self, call: Call) -> None:
        """An alias operation needs its action on the alias, and on each key that it touches."""
        alias = str(call.parameters["AliasName"])
        RESERVED_ALIAS.refuse_if(alias.startswith("alias/aws/"))
        arn = f"arn:aws:kms:{call.region}:{call.caller.account}:{alias}"
        action = f"kms:{call.operation}"
        named = [call.parameters["TargetKeyId"]] if "TargetKeyId" in call.parameters else []
        keys = [self._find(call, name) for name in (named if call.operation == "CreateAlias" else [*named, alias])]
        trusting = _trusting(call.caller.account)
        _require(self._decisions.with_policy(call.caller, action, arn, trusting, {}))
        for key in keys:
            self._require_key(call, key, action, None, Rule(state=State.LIVING))

    def _authorise_reencryption(self, call: Call) -> None:
        source = self._keys.of_ciphertext(call.parameters["CiphertextBlob"], call.caller.account, call.region)
        target = self._find(call, str(call.parameters["DestinationKeyId"]))
        rule = RULES["Encrypt"]
        self._require_key(call, source, "kms:ReEncryptFrom", call.parameters.get("SourceEncryptionContext"), rule)
        self._require_key(call, target, "kms:ReEncryptTo", call.parameters.get("DestinationEncryptionContext"), rule)
        call.context["keys"] = (source, target)


def _require(decision: Decision) -> None:
    if not decision.allowed:
        raise refusal("kms", decision.message)


def _of_request(call: Call) -> Context:
    """Condition keys that come from the request itself."""
    context = _bypass(call) | request_tags(call.parameters.get("Tags"))
    name = str(call.parameters.get("KeyId", ""))
    if "alias/" in name:
        context["kms:RequestAlias"] = name[name.index("alias/") :]
    if call.operation == "CreateGrant":
        context |= grant_context(call.parameters, by_service=False)
    if call.operation in ("ListGrants", "RevokeGrant"):
        context["kms:GrantIsForAWSResource"] = "false"
    return context


def _bypass(call: Call) -> Context:
    flag: Any = call.parameters.get("BypassPolicyLockoutSafetyCheck")
    return (
        {} if flag is None or not BYPASS_SEEN.holds else {"kms:BypassPolicyLockoutSafetyCheck": json.dumps(bool(flag))}
    )


def _trusting(account: str) -> dict[str, Any]:
    """Aliases have no policy; for the simulator they stand under one that leaves it all to IAM."""
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _unseen(call: Call) -> AwsError:
    """KMS's answer where another account's key is missing, or may not be used so from abroad."""
    return refusal(
        "kms",
        f"User: {call.caller.arn} is not authorized to perform: kms:{call.operation} on this resource because the "
        "resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy "
        "explicitly denies access",
    )
