"""The sandbox's KMS: AWS's rules in front of moto's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.accounts import ACCOUNTS
from sandbox.gate import AwsError, Call, Gate
from sandbox.kms import keys, log_groups, topics
from sandbox.kms.calls import CallChecks
from sandbox.kms.decisions import KeyDecisions
from sandbox.kms.grant_answers import GrantAnswers
from sandbox.kms.grants import Grants
from sandbox.kms.key_answers import KeyAnswers
from sandbox.kms.keys import KeyNotAccessible, Keys
from sandbox.kms.passwords import ManagedPasswords
from sandbox.kms.pinning import PolicyBook
from sandbox.kms.policy_answers import PolicyAnswers
from sandbox.kms.use import Key, ServiceUse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.accounts import Caller
    from sandbox.clock import Clock
    from sandbox.permissions import Permissions


class Kms:
    """Keys of both accounts."""

    def __init__(self, permissions: Permissions, clock: Clock) -> None:
        self.known_accounts = {account.id for account in ACCOUNTS}
        """Accounts that a key policy may name; others are invalid principals."""
        self._keys = Keys(clock)
        self._policies = PolicyBook(clock)
        self.grants = Grants(clock)
        decisions = KeyDecisions(permissions, self._policies, self.grants)
        self._checks = CallChecks(self._keys, decisions)
        self._use = ServiceUse(self._keys, decisions, self.grants)
        self._passwords = ManagedPasswords(permissions, self._use)
        self._answers = {
            **KeyAnswers(clock).by_operation(),
            **PolicyAnswers(self._policies, decisions, self.known_accounts).by_operation(),
            **GrantAnswers(self._keys, self.grants, decisions).by_operation(),
        }
        permissions.tag_sources.append(keys.tags_of)

    @property
    def policy_delay(self) -> float:
        """Virtual seconds after PutKeyPolicy until other services and other accounts see the new policy; 0 at first."""
        return self._policies.delay

    @policy_delay.setter
    def policy_delay(self, seconds: float) -> None:
        self._policies.delay = seconds

    @property
    def policy_read_delay(self) -> float:
        """Virtual seconds until GetKeyPolicy shows a new key policy; as long it may show the older ones."""
        return self._policies.read_delay

    @policy_read_delay.setter
    def policy_read_delay(self, seconds: float) -> None:
        self._policies.read_delay = seconds

    def register(self, gate: Gate) -> None:
        """Take KMS's calls; what is not answered here moto answers, once the call is authorised."""
        gate.before.append(self._before)
        gate.before.append(lambda call: log_groups.check(call, self._use))
        gate.before.append(lambda call: topics.check(call, self._use))
        for operation, answer in self._answers.items():
            gate.answer("kms", operation, answer)

    def default_key(self, account: str, region: str, alias: str = "alias/aws/rds") -> str:
        """ARN of an account's AWS managed key, made on first use."""
        return str(self._keys.default(account, region, alias).arn)

    def resolve(self, key: str, account: str, region: str) -> str:
        """ARN of the key behind an id, ARN, alias or alias ARN.

        Raises:
            KeyNotAccessible: there is none.
        """
        try:
            return str(self._keys.find(key, account, region).arn)
        except AwsError as error:
            raise KeyNotAccessible(key, error.message) from error

    def use(  # noqa: PLR0913 - who, which key, what for, and by way of whom
        self,
        caller: Caller,
        key: str,
        actions: Sequence[str],
        *,
        via: str,
        region: str,
        encryption_context: dict[str, str] | None = None,
    ) -> Key:
        """A service uses a key on a caller's behalf.

        Args:
            caller: whose permissions count.
            key: id, ARN, alias or alias ARN.
            actions: all must be allowed; with `kms:CreateGrant` the service makes a grant for itself.
            via: the service, `rds` or `secretsmanager`.
            region: where the service works.
            encryption_context: of the data; a grant is bound to it.

        Raises:
            KeyNotAccessible: missing, not enabled, of another Region, asymmetric, or not allowed.
        """
        context = encryption_context or {}
        return self._use.on_behalf(caller, key, actions, via=via, region=region, encryption_context=context)

    def use_by_grant(self, key: str, account: str, *, via: str, region: str, grant_id: str | None = None) -> Key:
        """A service uses a key by its own grant, made once for `account`; nobody's permissions count any more.

        Args:
            key: its ARN.
            account: on whose behalf the grant was made.
            via: the service.
            region: where the service works.
            grant_id: that grant; any grant of this service and account when None.

        Raises:
            KeyNotAccessible: not enabled, or the grant is gone.
        """
        return self._use.by_grant(key, account, via=via, region=region, grant_id=grant_id)

    def retire_grant(self, key_arn: str, grant_id: str) -> None:
        """A service gives up a grant of its own: what it was for is deleted."""
        self._use.retire(key_arn, grant_id)

    def allow_managed_password(self, caller: Caller, key: str | None, *, secret_name: str, region: str) -> Key:
        """Require what a caller needs to have RDS keep a master password in Secrets Manager.

        Args:
            caller: who creates or modifies the database.
            key: the secret's key (MasterUserSecretKmsKeyId); None: the default key `aws/secretsmanager`.
            secret_name: `rds!cluster-...`.
            region: of the database.

        Raises:
            AwsError: AccessDenied, for Secrets Manager's part.
            KeyNotAccessible: for the key's part.
        """
        return self._passwords.require(caller, key, secret_name=secret_name, region=region)

    def _before(self, call: Call) -> None:
        if call.service == "kms":
            self._checks.authorise(call)
        elif call.service == "secretsmanager":
            self._passwords.authorise_reading(call)
