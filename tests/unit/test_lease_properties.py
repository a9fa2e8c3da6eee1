"""The lease against policies in every language that KMS takes: strings and lists, Not…, conditions, any Sid.

The verdicts about lock-outs are held against IAM's own rules, by the simulator.
"""

import json
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sandbox.permissions import Simulator
from sandbox.permissions.simulator import Question
from snapferry.leasing import lease as leases
from snapferry.leasing import policy_checks
from snapferry.leasing.lease import Lease
from tests.unit.policies import LEASES, RICH_POLICIES, TRANSFERS, lease, padded

EDITOR = "arn:aws:iam::111111111111:role/snapferry-source-EditKeyPolicyFunctionRole"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@given(RICH_POLICIES, LEASES)
def test_open_keeps_every_statement_and_close_undoes_it(policy: dict[str, Any], wanted: Lease) -> None:
    as_read = json.loads(leases.encoded(policy))
    opened = leases.opened(as_read, wanted)
    theirs = leases.statements_in(as_read)
    assert leases.statements_in(opened)[: len(theirs)] == theirs
    assert leases.changes(as_read, opened) == []
    closed = leases.closed(opened, wanted.transfer)
    assert leases.same(closed, as_read)
    assert leases.statements_in(closed) == theirs
    assert leases.fingerprint(closed) == leases.fingerprint(as_read) == leases.fingerprint(opened)


@given(RICH_POLICIES, LEASES)
def test_both_may_run_twice(policy: dict[str, Any], wanted: Lease) -> None:
    opened = leases.opened(policy, wanted)
    assert leases.opened(opened, wanted) == opened
    assert leases.holds(opened, wanted)
    closed = leases.closed(opened, wanted.transfer)
    assert leases.closed(closed, wanted.transfer) == closed
    assert not leases.holds(closed, wanted)


@given(RICH_POLICIES, st.lists(TRANSFERS, min_size=2, max_size=5, unique=True), st.randoms(use_true_random=False))
def test_the_order_of_several_leases_does_not_matter(policy: dict[str, Any], transfers: list[str], random: Any) -> None:
    document = policy
    steps = [(transfer, True) for transfer in transfers] + [(transfer, False) for transfer in transfers]
    random.shuffle(steps)
    open_now: set[str] = set()
    for transfer, opens in steps:
        if opens:
            document = leases.opened(document, lease(transfer))
            open_now.add(transfer)
        else:
            document = leases.closed(document, transfer)
            open_now.discard(transfer)
        assert leases.transfers_in(document) == open_now
    for transfer in open_now:
        document = leases.closed(document, transfer)
    assert leases.same(document, {**policy, "Statement": leases.statements_in(policy)})


@given(RICH_POLICIES, LEASES, st.integers(min_value=-400, max_value=400))
def test_near_the_limit_there_is_room_or_it_is_told_and_closing_always_fits(
    policy: dict[str, Any], wanted: Lease, room: int
) -> None:
    most = leases.SIZE_LIMIT - leases.RESERVE
    full = padded(policy, most - leases.size({"Statement": leases.statements(wanted)}) + room)
    opened = leases.opened(full, wanted)
    assert policy_checks.has_room(opened) == (len(leases.encoded(opened).encode()) <= 32_768 - 2_048)
    closed = leases.closed(opened, wanted.transfer)
    assert leases.statements_in(closed) == leases.statements_in(full)
    assert leases.fingerprint(closed) == leases.fingerprint(full)


@given(RICH_POLICIES, LEASES)
def test_deleted_principals_are_found_and_never_taken_out(policy: dict[str, Any], wanted: Lease) -> None:
    dead = leases.dead_principals(policy)
    assert leases.dead_principals(leases.opened(policy, wanted)) == dead
    text = json.dumps([each.get(key) for each in leases.statements_in(policy) for key in ("Principal", "NotPrincipal")])
    assert all(f'"{name}"' in text for name in dead)
    assert bool(dead) == ('"AROAQ3EXAMPLE' in text or '"AIDAQ3EXAMPLE' in text)


@given(policy=RICH_POLICIES, wanted=LEASES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_lockout_is_always_caught(simulator: Simulator, policy: dict[str, Any], wanted: Lease) -> None:
    """Whatever IAM's rules would refuse to our role is told before; conditions are KMS's own business."""
    opened = leases.opened(policy, wanted)
    assume(not leases.dead_principals(policy))
    assume(not any(each.get("Condition") for each in leases.statements_in(policy)))
    assume(not any("NotPrincipal" in each for each in leases.statements_in(policy)))
    if not may_put(simulator, opened):
        assert policy_checks.locks_out(opened, EDITOR)
    else:
        assert not policy_checks.locks_out(opened, EDITOR)


@given(policy=RICH_POLICIES, wanted=LEASES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much])
def test_what_is_called_a_lockout_is_one_whatever_the_conditions(
    simulator: Simulator, policy: dict[str, Any], wanted: Lease
) -> None:
    """Nobody is refused a lease because of a condition that may never be met."""
    opened = leases.opened(policy, wanted)
    assume(not leases.dead_principals(policy))
    assume(not any("NotPrincipal" in each for each in leases.statements_in(policy)))
    assume(any(each.get("Condition") for each in leases.statements_in(policy)))
    assert not (policy_checks.locks_out(opened, EDITOR) and may_put(simulator, opened))


def may_put(simulator: Simulator, policy: dict[str, Any]) -> bool:
    context: dict[str, str | list[str]] = {"aws:PrincipalArn": EDITOR, "aws:CurrentTime": "2026-01-01T00:00:00Z"}
    question = Question(
        principal=EDITOR,
        action="kms:PutKeyPolicy",
        resource=KEY,
        resource_account="111111111111",
        identity_policies={"everything": EVERYTHING},
        resource_policy={"Version": "2012-10-17", "Statement": leases.statements_in(policy)},
        boundary=None,
        context=context,
    )
    return simulator.decide(question).allowed
