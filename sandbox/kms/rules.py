"""Which KMS operations work on keys of another account, by alias, and in which key states.

Sources: the KMS API reference ("Cross-account use" of each operation) and "Key states of AWS KMS keys".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sandbox.register.kms_keys import COMPLETE, ENABLED, NOT_PENDING, PENDING

if TYPE_CHECKING:
    from moto.kms.models import Key


class State(Enum):
    """The key states in which an operation works."""

    ANY = "any"
    ENABLED = "enabled"
    LIVING = "not pending deletion"
    COMPLETE = "not pending deletion, and all there"
    PENDING = "pending deletion"


@dataclass(frozen=True)
class Rule:
    """What AWS asks of the key in one operation."""

    abroad: bool = False
    """Callers of another account may name the key by ARN."""
    alias: bool = False
    """An alias serves as well as a key id."""
    state: State = State.ANY


_CRYPTOGRAPHIC = Rule(abroad=True, alias=True, state=State.ENABLED)
_OWN = Rule()
_OWN_LIVING = Rule(state=State.LIVING)

RULES: dict[str, Rule] = {
    **dict.fromkeys(
        (
            "Encrypt",
            "Decrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "GenerateMac",
            "GetPublicKey",
            "Sign",
            "Verify",
            "VerifyMac",
        ),
        _CRYPTOGRAPHIC,
    ),
    "DescribeKey": Rule(abroad=True, alias=True),
    "GetKeyRotationStatus": Rule(abroad=True),
    "CreateGrant": Rule(abroad=True, state=State.ENABLED),
    "ListGrants": Rule(abroad=True),
    "RevokeGrant": Rule(abroad=True),
    "GetKeyPolicy": _OWN,
    "PutKeyPolicy": _OWN,
    "ListKeyPolicies": _OWN,
    "ListResourceTags": _OWN,
    "ListKeyRotations": _OWN,
    "EnableKey": Rule(state=State.COMPLETE),
    "DisableKey": Rule(state=State.COMPLETE),
    "ScheduleKeyDeletion": _OWN_LIVING,
    "TagResource": _OWN_LIVING,
    "UntagResource": _OWN_LIVING,
    "UpdateKeyDescription": _OWN_LIVING,
    "CancelKeyDeletion": Rule(state=State.PENDING),
    "EnableKeyRotation": Rule(state=State.ENABLED),
    "DisableKeyRotation": Rule(state=State.ENABLED),
    "RotateKeyOnDemand": Rule(state=State.ENABLED),
}

# Operations without a key: identity policies alone decide.
WITHOUT_KEY = frozenset({"CreateKey", "ListKeys", "ListAliases", "ListRetirableGrants", "GenerateRandom"})
ALIAS_OPERATIONS = frozenset({"CreateAlias", "UpdateAlias", "DeleteAlias"})


# What KMS says of a key in a state in which it is not all there.
INCOMPLETE = {
    "PendingImport": "pending import",
    "Unavailable": "unavailable",
    "Creating": "creating",
    "Updating": "updating",
}


def require_state(key: Key, state: State) -> None:
    """Refuse a key in the wrong state, as KMS words it."""
    pending = key.key_state == "PendingDeletion"
    PENDING.refuse_if(state is State.PENDING and not pending, key=key.arn)
    NOT_PENDING.refuse_if(state in (State.ENABLED, State.LIVING, State.COMPLETE) and pending, key=key.arn)
    missing = INCOMPLETE.get(key.key_state)
    COMPLETE.refuse_if(missing and state in (State.ENABLED, State.COMPLETE), key=key.arn, missing=missing)
    ENABLED.refuse_if(state is State.ENABLED and key.key_state == "Disabled", key=key.arn)
