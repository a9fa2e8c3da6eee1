"""Writing a key policy: what KMS would refuse is not tried, and what others write is not lost silently."""

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from snapferry.errors import (
    KeyPolicyEditLost,
    KeyPolicyFull,
    KeyPolicyLockout,
    KeyPolicyNamesTheDeleted,
    KeyPolicyNotEditable,
)
from snapferry.leasing import lease as leases
from snapferry.leasing import policy_checks
from snapferry.leasing.books import Books
from snapferry.leasing.key_policy import Edit, KeyPolicy
from snapferry.leasing.lease import Lease
from tests.unit.fake_kms import KEY, Kms
from tests.unit.policies import ADMINISTRATORS, POLICY, lease

EDITOR = "arn:aws:iam::111111111111:role/snapferry-source-EditKeyPolicyFunctionRole"
OTHER = {**ADMINISTRATORS, "Sid": "SomebodyElse"}


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr("snapferry.leasing.key_policy.time", clock)
    return clock


def of(kms: Kms, *, seen: tuple[str, ...] = ()) -> KeyPolicy:
    """The policy's editor, by whose books these transfers' leases have been seen open."""
    books = Books(open=frozenset(seen), noted=frozenset({lease().transfer, *seen}))
    return KeyPolicy(cast("Any", kms), KEY, editor=EDITOR, books=books)


def opened(kms: Kms, wanted: Lease | None = None) -> Edit:
    edit = of(kms).open(wanted or lease())
    assert edit is not None
    return edit


def with_statement(policy: dict[str, Any], statement: dict[str, Any]) -> str:
    return leases.encoded({**policy, "Statement": [*policy["Statement"], statement]})


def test_a_lease_is_opened_and_closed_and_the_policy_is_what_it_was() -> None:
    kms = Kms(POLICY)
    assert leases.holds(opened(kms).document, lease())
    assert leases.holds(kms.policy, lease())
    assert of(kms).close(lease().transfer).document == POLICY
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
    assert leases.holds(opened(kms).document, lease())
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
    assert leases.holds(opened(kms).document, lease())


def test_the_patience_stays_below_the_functions_timeout(time: Time) -> None:
    kms = Kms(POLICY)
    kms.reads_until_shown = 1000
    with pytest.raises(KeyPolicyEditLost):
        of(kms).open(lease())
    assert time.now < 60


def test_a_policy_without_room_is_refused_before_anything_is_written() -> None:
    filler = {**ADMINISTRATORS, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o" * 31_500}}}
    kms = Kms({**POLICY, "Statement": [filler]})
    with pytest.raises(KeyPolicyFull, match="no room"):
        of(kms).open(lease())
    assert len(kms.written) == 1


def test_deleted_principals_are_named_before_kms_refuses_them() -> None:
    kms = Kms({**POLICY, "Statement": [{**ADMINISTRATORS, "Principal": {"AWS": "AROAQ3EXAMPLEROLE0002"}}]})
    with pytest.raises(KeyPolicyNamesTheDeleted, match="AROAQ3EXAMPLEROLE0002"):
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


def test_without_room_because_of_other_leases_it_waits() -> None:
    document = POLICY
    others = [f"{number:016x}" for number in range(100)]
    while policy_checks.has_room(leases.opened(document, lease())):
        document = leases.opened(document, lease(others.pop()))
    kms = Kms(document)
    assert of(kms, seen=tuple(leases.transfers_in(document))).open(lease()) is None
    assert len(kms.written) == 1


def test_a_read_without_a_lease_that_is_open_is_read_again(time: Time) -> None:
    first, second = lease("1" * 16), lease()
    kms = Kms(POLICY)
    kms.written.append(leases.encoded(leases.opened(POLICY, first)))
    kms.stale_reads = 3
    of(kms, seen=(first.transfer,)).open(second)
    assert leases.holds(kms.policy, first)
    assert leases.holds(kms.policy, second)
    assert time.now == 6.0


def test_a_read_with_a_lease_that_is_closed_is_read_again() -> None:
    gone = lease("1" * 16)
    kms = Kms(leases.opened(POLICY, gone))
    kms.written.append(leases.encoded(POLICY))
    kms.stale_reads = 2
    of(kms).open(lease())
    assert leases.transfers_in(kms.policy) == {lease().transfer}


def test_closing_does_not_believe_an_old_read_that_lacks_the_lease() -> None:
    kms = Kms(POLICY)
    opened(kms)
    kms.stale_reads = 2
    of(kms, seen=(lease().transfer,)).close(lease().transfer)
    assert kms.policy == POLICY


def test_a_lease_that_somebody_took_out_by_hand_is_missed_but_not_for_ever(time: Time) -> None:
    kms = Kms(POLICY)
    of(kms, seen=("1" * 16,)).open(lease())
    assert leases.transfers_in(kms.policy) == {lease().transfer}
    assert time.now <= 25


def test_an_edit_of_others_that_ours_overwrites_is_told_where_the_reads_show_it() -> None:
    kms = Kms(POLICY)
    kms.before_put = lambda: kms.written.append(with_statement(POLICY, OTHER))
    kms.reads_until_shown = 1  # theirs shows, then ours, which was made from what we had read before
    assert opened(kms).remarks == (
        "an edit of somebody else at the same moment may be overwritten: statement SomebodyElse is new",
    )


def test_an_edit_of_others_directly_after_ours_is_told() -> None:
    kms = Kms(POLICY)
    kms.after_put = lambda: kms.written.append(with_statement(kms.policy, OTHER))
    assert opened(kms).remarks == ("somebody else edited at the same moment: statement SomebodyElse is new",)


def test_where_nobody_else_writes_there_is_nothing_to_tell() -> None:
    kms = Kms(POLICY)
    kms.reads_until_shown = 3
    assert opened(kms).remarks == ()
    assert of(kms).close(lease().transfer).remarks == ()


def test_a_policy_that_does_not_let_the_editor_edit_is_refused_before_anything_is_written() -> None:
    kms = Kms({**POLICY, "Statement": [{**ADMINISTRATORS, "Action": "kms:Decrypt"}]})
    with pytest.raises(KeyPolicyLockout, match="EditKeyPolicyFunctionRole"):
        of(kms).open(lease())
    assert len(kms.written) == 1


def test_kms_finding_a_lockout_has_the_same_name() -> None:
    kms = Kms(POLICY)
    kms.refusal = "MalformedPolicyDocumentException"
    kms.message = "The new key policy will not allow you to update the key policy in the future."
    with pytest.raises(KeyPolicyLockout):
        of(kms).open(lease())
