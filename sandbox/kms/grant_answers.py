"""KMS's answers about grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.gate import Answer, AwsError, Call
from sandbox.kms.decisions import Use
from sandbox.kms.documents import arn_exists
from sandbox.kms.keys import backend_of
from sandbox.permissions import refusal
from sandbox.register.kms_keys import GRANT_RETIRED_BY, GRANTEE_EXISTS

if TYPE_CHECKING:
    from moto.kms.models import Grant, Key

    from sandbox.kms.decisions import KeyDecisions
    from sandbox.kms.grants import Grants
    from sandbox.kms.keys import Keys


class GrantAnswers:
    """Making, listing and ending grants."""

    def __init__(self, keys: Keys, grants: Grants, decisions: KeyDecisions) -> None:
        self._keys = keys
        self._grants = grants
        self._decisions = decisions

    def by_operation(self) -> dict[str, Answer]:
        """What is answered here."""
        return {
            "CreateGrant": self._create,
            "ListGrants": self._list,
            "RevokeGrant": self._revoke,
            "RetireGrant": self._retire,
        }

    def _create(self, call: Call) -> dict[str, Any]:
        grantee = str(call.parameters["GranteePrincipal"])
        GRANTEE_EXISTS.refuse_if(not arn_exists(grantee), grantee=grantee)
        grant_id, token = self._grants.create(call.context["key"], call.caller.account, call.parameters)
        return {"GrantId": grant_id, "GrantToken": token}

    def _list(self, call: Call) -> dict[str, Any]:
        grant_id, grantee = call.parameters.get("GrantId"), call.parameters.get("GranteePrincipal")
        return {"Grants": self._grants.listed(call.context["key"], grant_id, grantee), "Truncated": False}

    def _revoke(self, call: Call) -> dict[str, Any]:
        self._grants.revoke(call.context["key"], str(call.parameters["GrantId"]))
        return {}

    def _retire(self, call: Call) -> dict[str, Any]:
        """The retiring principal may, and a grantee whose grant says so; else the policies decide."""
        key, grant = self._meant(call)
        me = (call.caller.arn, call.caller.role_arn, f"arn:aws:iam::{call.caller.account}:root")
        retiring = grant.retiring_principal in me or (
            grant.grantee_principal in me and "RetireGrant" in grant.operations
        )
        if not retiring and GRANT_RETIRED_BY.holds:
            decision = self._decisions.decide(call.caller, key, Use("kms:RetireGrant"))
            if not decision.allowed:
                raise refusal("kms", decision.message)
        self._grants.revoke(key, grant.id)
        return {}

    def _meant(self, call: Call) -> tuple[Key, Grant]:
        if token := call.parameters.get("GrantToken"):
            keys = backend_of(call.caller.account, call.region).keys.values()
            return self._grants.by_token(keys, str(token))
        key = self._keys.find(str(call.parameters["KeyId"]), call.caller.account, call.region)
        grant = key.grants.get(str(call.parameters["GrantId"]))
        if grant is None:
            raise AwsError("NotFoundException", f"Grant ID {call.parameters['GrantId']} not found")
        return key, grant
