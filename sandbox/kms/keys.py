"""Finds keys in moto's KMS of both accounts, and makes the AWS managed ones on first use."""

from __future__ import annotations

import json
import struct
from datetime import UTC
from typing import TYPE_CHECKING, Any

from moto.kms.models import kms_backends
from moto.kms.utils import CIPHERTEXT_HEADER_FORMAT, HEADER_LEN

from sandbox.accounts import ACCOUNTS, PARTITION
from sandbox.gate import AwsError
from sandbox.register.kms_keys import DELETED, IMPORTED, OWN_REGION

if TYPE_CHECKING:
    from moto.kms.models import Key, KmsBackend

    from sandbox.clock import Clock


class KeyNotAccessible(Exception):
    """A service may not use a key on this caller's behalf; RDS says no more than that.

    Attributes:
        reason: why.
        state: the key's, if that is why, or MISSING; None if it is not.
    """

    MISSING = "Missing"

    def __init__(self, key: str, reason: str, state: str | None = None) -> None:
        super().__init__(f"KMS key [{key}]: {reason}")
        self.key = key
        self.reason = reason
        self.state = state


class Keys:
    """Every key, by id, ARN, alias or alias ARN."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def find(self, name: str, account: str, region: str) -> Key:
        """The key that a caller of `account` in `region` means.

        Raises:
            AwsError: NotFoundException, in KMS's words.
        """
        owner, bare = account, name
        if name.startswith("arn:"):
            _, _, _, key_region, owner, bare = name.split(":", 5)
            OWN_REGION.refuse_if(key_region != region, region=key_region)
            bare = bare.removeprefix("key/")
        if bare.startswith("alias/"):
            return self._by_alias(owner, region, bare, own=owner == account)
        key = self._living(owner, region).get(bare)
        if key is None:
            arn = f"arn:{PARTITION}:kms:{region}:{owner}:key/{bare}"
            raise AwsError("NotFoundException", f"Key '{arn}' does not exist")
        if key.origin == "EXTERNAL" and key.key_state == "Enabled" and IMPORTED.holds:
            key.enabled, key.key_state = False, "PendingImport"  # nobody has brought its material
        key.key_usage = key.key_usage or "ENCRYPT_DECRYPT"  # AWS's default; moto keeps an absent KeyUsage as None
        return key

    def of_ciphertext(self, blob: bytes, account: str, region: str) -> Key:
        """The key under which something was encrypted, in whichever account it lives.

        Raises:
            AwsError: InvalidCiphertextException.
        """
        if len(blob) > HEADER_LEN:
            key_id = struct.unpack(CIPHERTEXT_HEADER_FORMAT, blob[:HEADER_LEN])[0].decode("utf-8", "replace")
            for owner in (account, *(one.id for one in ACCOUNTS)):
                if key := self._living(owner, region).get(key_id):
                    return key
        raise AwsError("InvalidCiphertextException", "")

    def default(self, account: str, region: str, alias: str) -> Key:
        """An account's AWS managed key, made when it is first asked for."""
        backend = backend_of(account, region)
        for key in backend.keys.values():
            if alias in key.aliases:
                return key
        service = alias.removeprefix("alias/aws/")
        policy = json.dumps(_managed_key_policy(account, region, service))
        words = f"Default key that protects my {service} data when no other key is defined"
        key = backend.create_key(policy, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", words, None)
        key.key_manager = "AWS"
        key.key_rotation_status = True
        backend.create_alias(key.id, alias)
        return key

    def _by_alias(self, owner: str, region: str, alias: str, *, own: bool) -> Key:
        if alias.startswith("alias/aws/") and own:
            return self.default(owner, region, alias)
        for key in self._living(owner, region).values():
            if alias in key.aliases:
                return key
        arn = f"arn:{PARTITION}:kms:{region}:{owner}:{alias}"
        raise AwsError("NotFoundException", f"Alias {arn} is not found.")

    def _living(self, owner: str, region: str) -> dict[str, Key]:
        """The keys of an account, without those whose waiting period before deletion is over."""
        if not any(account.id == owner for account in ACCOUNTS):
            return {}
        backend = backend_of(owner, region)
        for key in list(backend.keys.values()) if DELETED.holds else []:
            if key.deletion_date and key.deletion_date.replace(tzinfo=UTC).timestamp() <= self._clock.now:
                backend.delete_key(key.id)
        return backend.keys


def backend_of(account: str, region: str) -> KmsBackend:
    """Moto's KMS of one account and Region."""
    return kms_backends[account][region]


def tags_of(arn: str) -> dict[str, str] | None:
    """A key's tags by ARN; None for what is no key."""
    service, region, account, resource = arn.split(":", 5)[2:] if arn.startswith("arn:") else ("",) * 4
    if service != "kms" or not resource.startswith("key/"):
        return None
    tags: dict[str, str] = backend_of(account, region).tagger.get_tag_dict_for_resource(resource[len("key/") :])
    return tags


def _managed_key_policy(account: str, region: str, service: str) -> dict[str, Any]:
    """The fixed policy of an AWS managed key: its service may use it for its own account, nobody else may."""
    return {
        "Version": "2012-10-17",
        "Id": f"auto-{service}-2",
        "Statement": [
            {
                "Sid": f"Allow access through {service} for all principals in the account that may use it",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [
                    "kms:Encrypt",
                    "kms:Decrypt",
                    "kms:ReEncrypt*",
                    "kms:GenerateDataKey*",
                    "kms:CreateGrant",
                    "kms:ListGrants",
                    "kms:DescribeKey",
                ],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {
                        "kms:CallerAccount": account,
                        "kms:ViaService": f"{service}.{region}.amazonaws.com",
                    }
                },
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{PARTITION}:iam::{account}:root"},
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                "Resource": "*",
            },
        ],
    }
