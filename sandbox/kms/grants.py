"""Grants: moto keeps them; here they count, and show who issued them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.gate import AwsError
from sandbox.kms.keys import backend_of
from sandbox.register.kms_keys import GRANT_COUNTS, GRANT_COVERS, GRANT_NAMED, GRANT_NUMBER, GRANT_SEEN_LATE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from moto.kms.models import Grant, Key

    from sandbox.accounts import Caller
    from sandbox.clock import Clock


@dataclass(frozen=True)
class _Issue:
    """What moto does not note of a grant."""

    account: str
    time: float


class Grants:
    """The grants on every key."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issues: dict[str, _Issue] = {}
        self.delay = 0.0
        """Virtual seconds until a new grant counts for whoever does not show its token."""
        self.most = 50_000
        """On one key."""

    def create(self, key: Key, issuer: str, request: dict[str, Any]) -> tuple[str, str]:
        """Make a grant, or find the same one again by its name; gives its id and token.

        Args:
            key: moto's.
            issuer: account of whoever makes it.
            request: CreateGrant's parameters.
        """
        for grant in key.grants.values():
            if request.get("Name") and _same(grant, request) and GRANT_NAMED.holds:
                return grant.id, grant.token
        GRANT_NUMBER.refuse_if(len(key.grants) >= self.most, key=key.arn)
        made = backend_of(key.account_id, key.region).create_grant(
            key.id,
            request["GranteePrincipal"],
            list(request["Operations"]),
            request.get("Name", ""),
            request.get("Constraints", {}),
            request.get("RetiringPrincipal", ""),
        )
        self._issues[made[0]] = _Issue(issuer, self._clock.now)
        return made

    def listed(self, key: Key, grant_id: str | None, grantee: str | None) -> list[dict[str, Any]]:
        """ListGrants' rows."""
        return [
            self._row(key, grant)
            for grant in key.grants.values()
            if grant_id in (None, grant.id) and grantee in (None, grant.grantee_principal)
        ]

    def revoke(self, key: Key, grant_id: str) -> None:
        """End a grant.

        Raises:
            AwsError: NotFoundException.
        """
        if key.grants.pop(grant_id, None) is None:
            raise AwsError("NotFoundException", f"Grant ID {grant_id} not found")

    def allows(
        self, key: Key, caller: Caller, action: str, encryption_context: dict[str, str], tokens: Collection[str] = ()
    ) -> bool:
        """Whether a grant to this role, user or account lets it do the action; with its token, at once."""
        names = {caller.arn, caller.role_arn, caller.account, f"arn:aws:iam::{caller.account}:root"}
        return GRANT_COUNTS.holds and any(
            grant.grantee_principal in names
            and _covers(grant, action, encryption_context)
            and (grant.token in tokens or self._is_seen(grant))
            for grant in key.grants.values()
        )

    def _is_seen(self, grant: Grant) -> bool:
        issue = self._issues.get(grant.id)
        return issue is None or not GRANT_SEEN_LATE.holds or self._clock.now >= issue.time + self.delay

    def of_service(self, key: Key, service_principal: str, account: str, grant_id: str | None) -> Grant | None:
        """A grant (the named one, or any) by which a service works on a key for an account."""
        for grant in key.grants.values():
            issue = self._issues.get(grant.id)
            of_account = issue is not None and issue.account == account
            if of_account and grant.grantee_principal == service_principal and grant_id in (None, grant.id):
                return grant
        return None

    def by_token(self, keys: Iterable[Key], token: str) -> tuple[Key, Grant]:
        """The grant with this token, and its key.

        Raises:
            AwsError: InvalidGrantTokenException.
        """
        for key in keys:
            for grant in key.grants.values():
                if grant.token == token:
                    return key, grant
        raise AwsError("InvalidGrantTokenException", "")

    def _row(self, key: Key, grant: Grant) -> dict[str, Any]:
        issue = self._issues.get(grant.id, _Issue(key.account_id, self._clock.now))
        row = {
            "KeyId": key.arn,
            "GrantId": grant.id,
            "Name": grant.name,
            "CreationDate": issue.time,
            "GranteePrincipal": grant.grantee_principal,
            "RetiringPrincipal": grant.retiring_principal,
            "IssuingAccount": f"arn:aws:iam::{issue.account}:root",
            "Operations": grant.operations,
            "Constraints": grant.constraints,
        }
        return {name: value for name, value in row.items() if value}


def _same(grant: Grant, request: dict[str, Any]) -> bool:
    return (
        grant.name == request["Name"]
        and grant.grantee_principal == request["GranteePrincipal"]
        and grant.operations == list(request["Operations"])
        and grant.constraints == request.get("Constraints", {})
        and grant.retiring_principal == request.get("RetiringPrincipal", "")
    )


def _covers(grant: Grant, action: str, encryption_context: dict[str, str]) -> bool:
    if not GRANT_COVERS.holds:
        return True
    constraints: dict[str, dict[str, str]] = grant.constraints or {}
    exact = constraints.get("EncryptionContextEquals")
    subset = constraints.get("EncryptionContextSubset", {})
    return (
        action.removeprefix("kms:") in grant.operations
        and exact in (None, encryption_context)
        and subset.items() <= encryption_context.items()
    )
