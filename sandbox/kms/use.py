"""Keys in the hands of other services: on a caller's behalf, or by a grant of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.gate import AwsError
from sandbox.kms.decisions import KeyDecisions, Use, grant_context
from sandbox.kms.keys import KeyNotAccessible, Keys, backend_of
from sandbox.register.kms_keys import SERVICE_ENABLED, SERVICE_MANAGED, SERVICE_RIGHTS, SERVICE_SYMMETRIC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moto.kms.models import Key as MotoKey
    from moto.kms.models import KmsBackend

    from sandbox.accounts import Caller
    from sandbox.kms.grants import Grants
    from sandbox.permissions import Context

# What RDS and Secrets Manager ask for in the grants that they make for themselves.
GRANTED = (
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "CreateGrant",
    "RetireGrant",
    "DescribeKey",
)


@dataclass(frozen=True)
class Key:
    """A key that a service was allowed to use, for as long as it holds this."""

    arn: str
    manager: str
    """`AWS` for a default key, `CUSTOMER` for one that somebody made."""
    grant_id: str | None
    """The grant that the service made for itself or worked by; None if it made none."""
    _key: MotoKey = field(repr=False)

    def generate_data_key(self, context: dict[str, str]) -> tuple[bytes, bytes]:
        """A fresh 256-bit data key: in clear, and encrypted under this key."""
        plain, blob, _arn = self._backend().generate_data_key(self._key.id, context, 32, "AES_256")
        return plain, blob

    def decrypt(self, blob: bytes, context: dict[str, str]) -> bytes:
        """The data key again; the context must be the one that it was made with."""
        plain, _arn = self._backend().decrypt(blob, context, self._key.id)
        return plain

    def _backend(self) -> KmsBackend:
        return backend_of(self._key.account_id, self._key.region)


class ServiceUse:
    """What RDS and Secrets Manager may do with keys."""

    def __init__(self, keys: Keys, decisions: KeyDecisions, grants: Grants) -> None:
        self._keys = keys
        self._decisions = decisions
        self._grants = grants

    def on_behalf(  # noqa: PLR0913 - who, which key, what for, and by way of whom
        self,
        caller: Caller,
        key: str,
        actions: Sequence[str],
        *,
        via: str,
        region: str,
        encryption_context: dict[str, str],
    ) -> Key:
        """Use a key with the caller's permissions; with `kms:CreateGrant` among the actions a grant is made."""
        found = self._usable(key, caller.account, region)
        if SERVICE_MANAGED.holds and found.key_manager == "AWS" and found.account_id != caller.account:
            raise KeyNotAccessible(key, "an AWS managed key serves its own account only")
        principal = f"{via}.{region}.amazonaws.com"
        request = _grant_request(principal, encryption_context)
        for action in actions:
            context = grant_context(request, by_service=True) if action == "kms:CreateGrant" else {}
            decision = self._decisions.decide(caller, found, Use(action, encryption_context, principal, context))
            if SERVICE_RIGHTS.holds and not decision.allowed:
                raise KeyNotAccessible(key, decision.message)
        grant_id = None
        if "kms:CreateGrant" in actions:
            grant_id, _token = self._grants.create(found, caller.account, request)
        return Key(found.arn, found.key_manager, grant_id, found)

    def by_grant(self, key: str, account: str, *, via: str, region: str, grant_id: str | None) -> Key:
        """Use a key by the grant that the service once made for an account; the caller's permissions do not count."""
        found = self._usable(key, account, region)
        grant = self._grants.of_service(found, f"{via}.{region}.amazonaws.com", account, grant_id)
        if grant is None:
            raise KeyNotAccessible(key, f"{via} holds no grant on it for account {account}")
        return Key(found.arn, found.key_manager, grant.id, found)

    def by_service(  # noqa: PLR0913 - which key, who, what for, and for which data
        self, key: str, account: str, region: str, *, service: str, actions: Sequence[str], context: Context
    ) -> bool:
        """Whether a service may use a key in its own name: the key's policy decides."""
        try:
            found = self._usable(key, account, region)
        except KeyNotAccessible:
            return False
        return all(self._decisions.of_service(service, found, action, context).allowed for action in actions)

    def retire(self, key: str, grant_id: str) -> None:
        """The service needs its grant no more."""
        region, account = key.split(":")[3:5]
        self._keys.find(key, account, region).grants.pop(grant_id, None)

    def _usable(self, name: str, account: str, region: str) -> MotoKey:
        try:
            key = self._keys.find(name, account, region)
        except AwsError as error:
            raise KeyNotAccessible(name, error.message, KeyNotAccessible.MISSING) from error
        if SERVICE_ENABLED.holds and key.key_state != "Enabled":
            raise KeyNotAccessible(name, f"its state is {key.key_state}", key.key_state)
        symmetric = (key.key_spec, key.key_usage) == ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
        if SERVICE_SYMMETRIC.holds and not symmetric:
            raise KeyNotAccessible(name, f"it is {key.key_spec} for {key.key_usage}, not symmetric")
        return key


def _grant_request(principal: str, encryption_context: dict[str, str]) -> dict[str, Any]:
    constraints = {"EncryptionContextSubset": encryption_context} if encryption_context else {}
    return {
        "GranteePrincipal": principal,
        "RetiringPrincipal": principal,
        "Operations": list(GRANTED),
        "Constraints": constraints,
    }
