"""Keys that Snapferry does not write to, each refused by a name of its own."""

from typing import Any, cast

import pytest

from snapferry import errors
from snapferry.errors import KeyNotReleased, KeyOfAnotherStack
from snapferry.leasing.transfer_keys import check_released, find_transfer_key

KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
GOOD = {
    "Arn": KEY,
    "KeyManager": "CUSTOMER",
    "KeyState": "Enabled",
    "KeySpec": "SYMMETRIC_DEFAULT",
    "KeyUsage": "ENCRYPT_DECRYPT",
}


class Kms:
    """One key of some kind."""

    def __init__(self, facts: dict[str, str] | None = None, tags: dict[str, str] | None = None) -> None:
        self._facts = GOOD | (facts or {})
        self._tags = tags or {}

    def describe_key(self, **_: str) -> dict[str, Any]:
        return {"KeyMetadata": self._facts}

    def list_resource_tags(self, **_: Any) -> dict[str, Any]:
        return {"Tags": [{"TagKey": name, "TagValue": value} for name, value in self._tags.items()]}


def find(**facts: str) -> str:
    return find_transfer_key(cast("Any", Kms(facts)), KEY, region="eu-west-1")


def release(**tags: str) -> None:
    named = {f"snapferry:{name}": value for name, value in tags.items()}
    check_released(cast("Any", Kms(tags=named)), KEY, stack="snapferry-source")


def test_a_customer_managed_symmetric_key_of_this_region_will_do() -> None:
    assert find() == KEY


def test_a_key_that_will_not_do_for_several_reasons_is_told_all_of_them() -> None:
    with pytest.raises(errors.TransferNotPossible) as refused:
        find(KeyState="Disabled", KeySpec="RSA_2048")
    assert [type(each).__name__ for each in refused.value.reasons] == ["KeyDisabled", "KeyNotSymmetric"]


def test_a_key_of_another_region_is_told_before_kms_says_that_there_is_none() -> None:
    elsewhere = KEY.replace("eu-west-1", "eu-west-2")
    with pytest.raises(errors.KeyInAnotherRegion, match="is of the Region eu-west-2, not eu-west-1"):
        find_transfer_key(cast("Any", None), elsewhere, region="eu-west-1")


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"KeyManager": "AWS"}, "KeyManagedByAws"),
        ({"KeyState": "Disabled"}, "KeyDisabled"),
        ({"KeyState": "PendingImport"}, "KeyDisabled"),
        ({"KeyState": "PendingDeletion"}, "KeyPendingDeletion"),
        ({"KeyState": "PendingReplicaDeletion"}, "KeyPendingDeletion"),
        ({"KeySpec": "RSA_2048"}, "KeyNotSymmetric"),
        ({"KeyUsage": "GENERATE_VERIFY_MAC", "KeySpec": "HMAC_256"}, "KeyNotSymmetric"),
    ],
)
def test_each_kind_of_key_that_will_not_do_is_refused_by_name(facts: dict[str, str], error: str) -> None:
    with pytest.raises(errors.TransferKeyNotUsable) as raised:
        find(**facts)
    assert type(raised.value).__name__ == error
    assert raised.value.remedy
    assert "key/1234abcd" in str(raised.value)


def test_a_key_that_is_tagged_for_us_or_for_any_stack_may_be_edited() -> None:
    release(lease="allowed")
    release(lease="allowed", stack="snapferry-source")


def test_a_key_that_nobody_has_released_is_refused() -> None:
    for tags in ({}, {"lease": "denied"}, {"stack": "snapferry-source"}):
        with pytest.raises(KeyNotReleased, match="snapferry:lease=allowed"):
            release(**tags)


def test_a_key_of_another_stack_is_refused() -> None:
    with pytest.raises(KeyOfAnotherStack, match="snapferry-other"):
        release(lease="allowed", stack="snapferry-other")
