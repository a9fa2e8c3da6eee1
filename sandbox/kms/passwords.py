"""Secrets and their keys: master passwords that RDS keeps for a caller, and reading a secret under a customer's key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.secretsmanager.models import secretsmanager_backends

from sandbox.accounts import PARTITION
from sandbox.gate import AwsError, Call
from sandbox.kms.keys import KeyNotAccessible
from sandbox.permissions import refusal
from sandbox.register.kms_keys import SECRET_READING, SECRET_RIGHTS

if TYPE_CHECKING:
    from sandbox.accounts import Caller
    from sandbox.kms.use import Key, ServiceUse
    from sandbox.permissions import Permissions

DEFAULT_KEY = "alias/aws/secretsmanager"
# "Permissions required for Secrets Manager integration", Amazon RDS User Guide.
_FOR_A_SECRET = ("secretsmanager:CreateSecret", "secretsmanager:TagResource")
_FOR_A_CUSTOMER_KEY = ("kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant")


class ManagedPasswords:
    """What RDS and Secrets Manager ask of the caller's permissions."""

    def __init__(self, permissions: Permissions, use: ServiceUse) -> None:
        self._permissions = permissions
        self._use = use

    def require(self, caller: Caller, key: str | None, *, secret_name: str, region: str) -> Key:
        """See `Kms.allow_managed_password`."""
        secret = f"arn:{PARTITION}:secretsmanager:{region}:{caller.account}:secret:{secret_name}-000000"
        context: dict[str, str | list[str]] = {
            "aws:ViaAWSService": "true",
            "aws:CalledVia": ["rds.amazonaws.com"],
            "secretsmanager:Name": secret_name,
        }
        for action in _FOR_A_SECRET:
            decision = self._permissions.check(caller, action, secret, context=context)
            if SECRET_RIGHTS.holds and not decision.allowed:
                raise refusal("rds", decision.message)
        look = ("kms:DescribeKey",)
        described = self._use.on_behalf(
            caller, key or DEFAULT_KEY, look, via="rds", region=region, encryption_context={}
        )
        if key is None:
            return described
        return self._use.on_behalf(
            caller, key, _FOR_A_CUSTOMER_KEY, via="secretsmanager", region=region, encryption_context={}
        )

    def authorise_reading(self, call: Call) -> None:
        """Whoever reads a secret under a customer managed key must be allowed to decrypt with it.

        Raises:
            AwsError: AccessDeniedException.
        """
        if call.operation != "GetSecretValue" or not SECRET_READING.holds:
            return
        secrets = secretsmanager_backends[call.caller.account][call.region].secrets
        secret = secrets.get(str(call.parameters["SecretId"]))
        key = getattr(secret, "kms_key_id", None)
        if secret is None or not key:
            return  # moto answers that it is missing; and a default key serves everybody in its account
        context = {"SecretARN": str(secret.arn)}
        try:
            self._use.on_behalf(
                call.caller,
                str(key),
                ("kms:Decrypt",),
                via="secretsmanager",
                region=call.region,
                encryption_context=context,
            )
        except KeyNotAccessible as error:
            raise AwsError(SECRET_READING.code, SECRET_READING.message, 400) from error
