"""Grants that outlive a lease: which are the target's, and ending them."""

from typing import Any, cast

import pytest

from snapferry.leasing.grants import Grant, grants_of, revoke

KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TARGET = "222222222222"


class Kms:
    """The grants on one key, a few on each page."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self.pages = pages
        self.revoked: list[str] = []

    def get_paginator(self, operation: str) -> "Kms":
        assert operation == "list_grants"
        return self

    def paginate(self, *, KeyId: str) -> list[dict[str, Any]]:  # noqa: N803 - boto3's name
        assert KeyId == KEY
        return [{"Grants": page} for page in self.pages]

    def revoke_grant(self, *, KeyId: str, GrantId: str) -> None:  # noqa: N803 - boto3's names
        assert KeyId == KEY
        self.revoked.append(GrantId)


def row(grant: str, *, issuer: str, grantee: str) -> dict[str, Any]:
    return {"GrantId": grant, "IssuingAccount": issuer, "GranteePrincipal": grantee, "Operations": ["Decrypt"]}


def grant(**other: Any) -> Grant:
    known = {"id": "issued", "issuing_account": TARGET, "grantee": "rds.amazonaws.com", "operations": ["Decrypt"]}
    return Grant(**(known | other))


def test_those_that_the_target_has_issued_or_holds_are_found_on_every_page() -> None:
    issued = row("issued", issuer=f"arn:aws:iam::{TARGET}:root", grantee="rds.eu-west-1.amazonaws.com")
    held = row("held", issuer="arn:aws:iam::111111111111:root", grantee=f"arn:aws:iam::{TARGET}:role/copier")
    own = row("own", issuer="arn:aws:iam::111111111111:root", grantee="rds.eu-west-1.amazonaws.com")
    found = grants_of(cast("Any", Kms([own, issued], [held])), KEY, TARGET)
    assert [grant.id for grant in found] == ["issued", "held"]


def test_a_name_that_holds_the_targets_number_is_nobody_of_the_target() -> None:
    named = row(
        "named", issuer="arn:aws:iam::111111111111:root", grantee=f"arn:aws:iam::111111111111:role/for-{TARGET}"
    )
    assert grants_of(cast("Any", Kms([named])), KEY, TARGET) == []


def test_kms_does_not_tell_every_grant_s_principals() -> None:
    """GranteePrincipal and Operations are absent where KMS does not show them."""
    issued = {"GrantId": "issued", "IssuingAccount": f"arn:aws:iam::{TARGET}:root"}
    assert grants_of(cast("Any", Kms([issued])), KEY, TARGET) == [grant(grantee="", operations=[])]


def test_a_grant_is_ended_and_told_as_ended() -> None:
    kms = Kms()
    ended = revoke(cast("Any", kms), KEY, grant())
    assert kms.revoked == ["issued"]
    assert ended == grant(revoked=True)


@pytest.mark.parametrize("issuer", [f"arn:aws:iam::{TARGET}:root", TARGET, f"arn:aws-us-gov:iam::{TARGET}:root"])
def test_who_has_issued_it_is_told_by_account(issuer: str) -> None:
    service = {"GrantId": "issued", "IssuingAccount": issuer, "GranteeServicePrincipal": "rds.amazonaws.com"}
    assert grants_of(cast("Any", Kms([service])), KEY, TARGET) == [grant(operations=[])]


def test_one_that_is_given_to_the_whole_account_is_held_by_it() -> None:
    given = row("given", issuer="arn:aws:iam::111111111111:root", grantee=TARGET)
    (found,) = grants_of(cast("Any", Kms([given])), KEY, TARGET)
    assert found.issuing_account == "111111111111"
