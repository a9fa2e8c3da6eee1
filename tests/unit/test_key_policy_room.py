"""Leases never fill a key policy: its administrators keep room for an edit of their own, and transfers wait."""

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from snapferry.errors import KeyPolicyFull
from snapferry.leasing import lease as leases
from snapferry.leasing.books import Books
from snapferry.leasing.key_policy import KeyPolicy
from tests.unit.fake_kms import KEY, Kms
from tests.unit.policies import ADMINISTRATORS, POLICY, lease, padded

EDITOR = "arn:aws:iam::111111111111:role/snapferry-source-EditKeyPolicyFunctionRole"
LIMIT, RESERVE = 32_768, 2_048
LEASE = leases.size(leases.opened(POLICY, lease())) - leases.size(POLICY)
THEIR_SIZES = st.integers(min_value=16_000, max_value=LIMIT - RESERVE + 400)
MANY = [f"{number:016x}" for number in range(15)]


def open_in(kms: Kms, transfer: str) -> str:
    """What comes of a transfer's wish to open its lease: `open`, `wait` or `refused`."""
    try:
        return "wait" if editor(kms).open(lease(transfer)) is None else "open"
    except KeyPolicyFull:
        return "refused"


def editor(kms: Kms) -> KeyPolicy:
    """The policy's editor; its books know all leases that stand in the policy."""
    known = leases.transfers_in(kms.policy)
    return KeyPolicy(cast("Any", kms), KEY, editor=EDITOR, books=Books(open=known, noted=frozenset({*known, *MANY})))


def free(kms: Kms) -> int:
    return LIMIT - len(kms.written[-1].encode())


def statement_of(size: int) -> dict[str, Any]:
    """A statement that makes a document so many bytes longer, its comma counted."""
    known = {**ADMINISTRATORS, "Effect": "Deny", "Action": "kms:Decrypt", "Sid": ""}
    return {**known, "Sid": "D" * (size - len(leases.encoded(known)) - 1)}


@given(THEIR_SIZES)
def test_however_many_open_the_administrators_own_edit_still_fits(theirs: int) -> None:
    kms = Kms(padded(POLICY, theirs))
    outcomes = [open_in(kms, transfer) for transfer in MANY]
    if outcomes.count("open"):
        assert free(kms) >= RESERVE
        edited = {**kms.policy, "Statement": [*kms.policy["Statement"], statement_of(RESERVE)]}
        assert len(leases.encoded(edited).encode()) <= LIMIT
    # as many are open as there is room for, and no fewer
    alone = LIMIT - len(leases.encoded(padded(POLICY, theirs)).encode())
    assert outcomes.count("open") == min(len(MANY), max(0, (alone - RESERVE) // LEASE))


@given(THEIR_SIZES)
def test_it_waits_only_while_other_leases_take_the_room_and_is_refused_where_no_wait_helps(theirs: int) -> None:
    kms = Kms(padded(POLICY, theirs))
    outcomes = {transfer: open_in(kms, transfer) for transfer in MANY}
    waiting = [transfer for transfer, outcome in outcomes.items() if outcome == "wait"]
    assert (set(outcomes.values()) == {"refused"}) == (leases.transfers_in(kms.policy) == frozenset())
    for transfer in [*leases.transfers_in(kms.policy)]:
        editor(kms).close(transfer)
        if waiting:
            assert open_in(kms, waiting.pop()) == "open"


@given(st.integers(min_value=16_000, max_value=26_000), st.integers(min_value=200, max_value=RESERVE))
def test_what_an_administrator_writes_into_the_reserve_stands_and_hinders_no_closing(theirs: int, edit: int) -> None:
    kms = Kms(padded(POLICY, theirs))
    opened = [transfer for transfer in MANY if open_in(kms, transfer) == "open"]
    deny = statement_of(edit)
    kms.written.append(leases.encoded({**kms.policy, "Statement": [*kms.policy["Statement"], deny]}))
    writes = len(kms.written)
    assert open_in(kms, opened[0]) == "open"  # a repeat of its step
    assert open_in(kms, MANY[-1]) == "wait"
    assert len(kms.written) == writes
    for transfer in opened:
        editor(kms).close(transfer)
    assert kms.policy["Statement"] == [*padded(POLICY, theirs)["Statement"], deny]
