"""Which KMS actions RDS does with the caller's permissions, and what it answers when it may not."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sandbox.accounts import Caller
from sandbox.kms import KeyNotAccessible
from sandbox.protocol import AwsError
from sandbox.rds.errors import key_not_accessible
from sandbox.register.rds_snapshots import GRANT_OF_SNAPSHOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.kms import Key, Kms

# The least that AWS documents for making an RDS resource under a key (RDS guide, Overview.Encryption.Keys).
NEEDED_TO_CREATE = ("kms:DescribeKey", "kms:CreateGrant")
# Reading a snapshot's data on the caller's behalf.
NEEDED_TO_RESTORE = (*NEEDED_TO_CREATE, "kms:Decrypt")
# What AWS documents for copying an encrypted snapshot, on the source's key and on the copy's (USER_CopySnapshot, 2026).
NEEDED_TO_COPY = (
    "kms:DescribeKey",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
# The check that the access still holds when a copy ends: RDS has its grant since the copy began.
NEEDED_TO_FINISH_COPY = tuple(action for action in NEEDED_TO_COPY if action != "kms:CreateGrant")

SPECIFIED = "The specified KMS key"
SOURCE = "The source snapshot KMS key"


class Keys:
    """KMS, as RDS uses it."""

    def __init__(self, kms: Kms) -> None:
        self._kms = kms

    def default(self, account: str, region: str, alias: str = "alias/aws/rds") -> str:
        """The ARN of the account's AWS managed key, made on first use."""
        return self._kms.default_key(account, region, alias)

    def resolve(self, caller: Caller, key: str, region: str) -> str:
        """The ARN of a key, however it is named.

        Raises:
            AwsError: KMSKeyNotAccessibleFault.
        """
        try:
            return self._kms.resolve(key, caller.account, region)
        except KeyNotAccessible as refusal:
            raise key_not_accessible(SPECIFIED, key) from refusal

    def use(  # noqa: PLR0913 - each says another thing about the use
        self,
        caller: Caller,
        key: str,
        actions: Sequence[str],
        *,
        region: str,
        resource_id: str,
        words: str = SPECIFIED,
    ) -> Key:
        """A key that this caller may use for these actions by way of RDS; with CreateGrant, RDS holds a grant then.

        Raises:
            AwsError: KMSKeyNotAccessibleFault; `words` begins its text.
        """
        try:
            return self._kms.use(
                caller,
                key,
                actions,
                via="rds",
                region=region,
                encryption_context=encryption_context(resource_id),
            )
        except KeyNotAccessible as refusal:
            raise key_not_accessible(words, key) from refusal

    def for_secret(self, caller: Caller, key: str | None, *, secret_name: str, region: str) -> Key:
        """The key of a managed password's secret; also the caller's right to make that secret.

        Raises:
            AwsError: KMSKeyNotAccessibleFault, AccessDenied.
        """
        try:
            return self._kms.allow_managed_password(caller, key, secret_name=secret_name, region=region)
        except KeyNotAccessible as refusal:
            raise key_not_accessible(SPECIFIED, refusal.key) from refusal

    def enabled(self, key: Key) -> bool:
        """Whether a key that RDS holds can be used now."""
        region, account = key.arn.split(":")[3:5]
        itself = Caller(account, f"arn:aws:iam::{account}:root")
        try:
            self._kms.use(itself, key.arn, (), via="rds", region=region)
        except KeyNotAccessible:
            return False
        return True

    @contextmanager
    def given_back_if_refused(self, *taken: Key | None) -> Iterator[None]:
        """A call that is refused in here leaves no grant of RDS behind."""
        try:
            yield
        except AwsError:
            self.release([key for key in taken if key is not None])
            raise

    def release(self, held: list[Key]) -> None:
        """RDS gives up its grants: what they were for is gone."""
        for key in held:
            if key.grant_id is not None and GRANT_OF_SNAPSHOT.holds:
                self._kms.retire_grant(key.arn, key.grant_id)
        held.clear()


def encryption_context(resource_id: str) -> dict[str, str]:
    """What RDS binds a data key to: the database that the data came from."""
    return {"aws:rds:db-id": resource_id}
