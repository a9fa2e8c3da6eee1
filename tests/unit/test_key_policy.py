"""Writing a key policy: what KMS would refuse is not tried, and what others write is not lost silently."""

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from snapferry import lease as leases
from snapferry.errors import KeyPolicyEditLost, KeyPolicyNotEditable
from snapferry.key_policy import KeyPolicy
from tests.unit.policies import ADMINISTRATORS, POLICY, lease

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER = {**ADMINISTRATORS, "Sid": "SomebodyElse"}


class Kms:
    """One key's policy; KMS shows a new one only after a while, and somebody else may write at any moment."""

    def __init__(self, policy: dict[str, Any]) -> None:
        self.written = [leases.encoded(policy)]
        self.reads_until_shown = 0
        self.refusal: str | None = None
        self.after_put: Callable[[], None] = lambda: None
        self._stale_reads = 0

    @property
    def policy(self) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self.written[-1]))

    def get_key_policy(self, *, KeyId: str, PolicyName: str) -> dict[str, str]:  # noqa: N803 - boto3's names
        assert (KeyId, PolicyName) == (KEY, "default")
        stale = self._stale_reads > 0
        self._stale_reads -= stale
        return {"Policy": self.written[-2 if stale else -1]}

    def put_key_policy(self, *, KeyId: str, PolicyName: str, Policy: str) -> None:  # noqa: N803 - boto3's names
        assert (KeyId, PolicyName) == (KEY, "default")
        if self.refusal:
            raise ClientError({"Error": {"Code": self.refusal, "Message": "No."}}, "PutKeyPolicy")
        self.written.append(Policy)
        self._stale_reads = self.reads_until_shown
        self.after_put()


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr("snapferry.key_policy.time", clock)
    return clock


def of(kms: Kms) -> KeyPolicy:
    return KeyPolicy(cast("Any", kms), KEY)


def test_a_lease_is_opened_and_closed_and_the_policy_is_what_it_was() -> None:
    kms = Kms(POLICY)
    assert leases.holds(of(kms).open(lease()), lease())
    assert leases.holds(kms.policy, lease())
    assert of(kms).close(lease().transfer) == POLICY
    assert kms.policy == POLICY


def test_what_is_open_already_is_not_written_again() -> None:
    kms = Kms(POLICY)
    of(kms).open(lease())
    of(kms).open(lease())
    assert len(kms.written) == 2


def test_what_is_closed_already_is_not_written_again() -> None:
    kms = Kms({**POLICY, "Statement": ADMINISTRATORS})
    of(kms).close(lease().transfer)
    assert len(kms.written) == 1


def test_it_waits_until_kms_shows_what_was_written(time: Time) -> None:
    kms = Kms(POLICY)
    kms.reads_until_shown = 5
    assert leases.holds(of(kms).open(lease()), lease())
    assert time.now == 10.0


def test_an_edit_of_others_before_ours_stays() -> None:
    kms = Kms(POLICY)
    of(kms).open(lease())
    kms.written.append(leases.encoded({**kms.policy, "Statement": [*kms.policy["Statement"], OTHER]}))
    of(kms).close(lease().transfer)
    assert kms.policy["Statement"] == [ADMINISTRATORS, OTHER]


def test_an_edit_of_others_that_takes_the_lease_out_is_told() -> None:
    kms = Kms(POLICY)
    theirs = leases.encoded({**POLICY, "Statement": [ADMINISTRATORS, OTHER]})  # made from what they read before us
    kms.after_put = lambda: kms.written.append(theirs)
    with pytest.raises(KeyPolicyEditLost, match="CloudTrail"):
        of(kms).open(lease())
    assert kms.written[-1] == theirs  # not fought over


def test_an_edit_of_others_that_puts_the_lease_back_is_told() -> None:
    kms = Kms(POLICY)
    of(kms).open(lease())
    theirs = leases.encoded({**kms.policy, "Statement": [*kms.policy["Statement"], OTHER]})
    kms.after_put = lambda: kms.written.append(theirs)
    with pytest.raises(KeyPolicyEditLost):
        of(kms).close(lease().transfer)


def test_an_edit_of_others_directly_after_ours_that_keeps_the_lease_is_fine() -> None:
    kms = Kms(POLICY)
    kms.after_put = lambda: kms.written.append(
        leases.encoded({**kms.policy, "Statement": [OTHER, *kms.policy["Statement"]]})
    )
    assert leases.holds(of(kms).open(lease()), lease())


def test_the_patience_stays_below_the_functions_timeout(time: Time) -> None:
    kms = Kms(POLICY)
    kms.reads_until_shown = 1000
    with pytest.raises(KeyPolicyEditLost):
        of(kms).open(lease())
    assert time.now < 60


def test_a_policy_without_room_is_refused_before_anything_is_written() -> None:
    filler = {**ADMINISTRATORS, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o" * 31_500}}}
    kms = Kms({**POLICY, "Statement": [filler]})
    with pytest.raises(KeyPolicyNotEditable, match="no room"):
        of(kms).open(lease())
    assert len(kms.written) == 1


def test_deleted_principals_are_named_before_kms_refuses_them() -> None:
    kms = Kms({**POLICY, "Statement": [{**ADMINISTRATORS, "Principal": {"AWS": "AROAQ3EXAMPLEROLE0002"}}]})
    with pytest.raises(KeyPolicyNotEditable, match="AROAQ3EXAMPLEROLE0002"):
        of(kms).open(lease())
    assert len(kms.written) == 1


def test_closing_has_no_reasons_of_its_own_to_refuse() -> None:
    dead = {**ADMINISTRATORS, "Principal": {"AWS": "AROAQ3EXAMPLEROLE0002"}}
    kms = Kms(leases.opened({**POLICY, "Statement": [dead]}, lease()))
    of(kms).close(lease().transfer)
    assert kms.policy["Statement"] == [dead]


@pytest.mark.parametrize("code", ["MalformedPolicyDocumentException", "LimitExceededException"])
def test_a_refusal_of_kms_gets_a_name(code: str) -> None:
    kms = Kms(POLICY)
    kms.refusal = code
    with pytest.raises(KeyPolicyNotEditable, match=r"KMS refused the new policy of .*: No\."):
        of(kms).open(lease())


def test_any_other_error_of_kms_flies_as_it_is() -> None:
    kms = Kms(POLICY)
    kms.refusal = "KMSInternalException"
    with pytest.raises(ClientError):
        of(kms).open(lease())
