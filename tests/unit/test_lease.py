"""The lease in a key policy: nothing that others wrote is ever changed, and our own part ends."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from snapferry.leasing import lease as leases
from snapferry.leasing.lease import Lease
from tests.unit.policies import ADMINISTRATORS, LEASES, POLICIES, POLICY, ROLE, TRANSFERS, lease

MEMBER = {"Sid": "One", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["kms:Decrypt"], "Resource": "*"}


@given(POLICIES, LEASES)
def test_opening_keeps_every_other_statement_in_its_place(policy: dict[str, Any], wanted: Lease) -> None:
    before = deepcopy(policy)
    opened = leases.opened(policy, wanted)
    assert policy == before  # a pure function
    assert opened["Statement"][:-3] == before["Statement"]
    assert {name: value for name, value in opened.items() if name != "Statement"} == {
        name: value for name, value in before.items() if name != "Statement"
    }
    assert leases.holds(opened, wanted)


@given(POLICIES, LEASES)
def test_closing_undoes_opening(policy: dict[str, Any], wanted: Lease) -> None:
    as_read = json.loads(leases.encoded(policy))
    assert leases.closed(leases.opened(as_read, wanted), wanted.transfer) == as_read


@given(POLICIES, LEASES)
def test_both_may_run_twice(policy: dict[str, Any], wanted: Lease) -> None:
    opened = leases.opened(policy, wanted)
    assert leases.opened(opened, wanted) == opened
    closed = leases.closed(opened, wanted.transfer)
    assert leases.closed(closed, wanted.transfer) == closed


@given(POLICIES, st.lists(TRANSFERS, min_size=2, max_size=4, unique=True), st.randoms(use_true_random=False))
def test_several_leases_close_in_any_order(policy: dict[str, Any], transfers: list[str], random: Any) -> None:
    document = policy
    for transfer in transfers:
        document = leases.opened(document, lease(transfer))
    random.shuffle(transfers)
    for position, transfer in enumerate(transfers):
        document = leases.closed(document, transfer)
        assert all(leases.holds(document, lease(other)) for other in transfers[position + 1 :])
    assert document == policy


@given(POLICIES, TRANSFERS, TRANSFERS)
def test_a_lease_of_another_end_replaces_the_older_one(policy: dict[str, Any], transfer: str, other: str) -> None:
    assume(transfer != other)
    older, newer = lease(transfer), lease(transfer, ends="2026-02-01T00:00:00Z")
    document = leases.opened(leases.opened(leases.opened(policy, older), lease(other)), newer)
    assert leases.holds(document, newer)
    assert not leases.holds(document, older)
    assert leases.holds(document, lease(other))
    assert len(document["Statement"]) == len(policy["Statement"]) + 6


def test_the_three_statements_of_a_lease() -> None:
    look, use, grant = leases.statements(lease("0123456789abcdef"))
    ends = {"DateLessThan": {"aws:CurrentTime": "2026-01-03T02:00:00Z"}}
    role = {"ArnEquals": {"aws:PrincipalArn": ROLE}}
    through_rds = {"StringEquals": {"kms:ViaService": ["rds.eu-west-1.amazonaws.com", "ec2.eu-west-1.amazonaws.com"]}}
    assert [each["Sid"] for each in (look, use, grant)] == [
        "Snapferry0123456789abcdefLook",
        "Snapferry0123456789abcdefUse",
        "Snapferry0123456789abcdefGrant",
    ]
    assert look["Action"] == ["kms:DescribeKey"]
    assert look["Condition"] == role | ends
    assert use["Condition"] == role | through_rds | ends
    assert grant["Action"] == ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]
    assert grant["Condition"] == role | {"Bool": {"kms:GrantIsForAWSResource": "true"}} | ends
    for each in (look, use, grant):
        assert each["Effect"] == "Allow"
        assert each["Principal"] == {"AWS": "arn:aws:iam::222222222222:root"}  # roles of other accounts may vanish
        assert each["Resource"] == "*"


@given(st.builds(lease, TRANSFERS, role_arn=st.none() | st.just(ROLE), via_service=st.booleans()))
def test_no_statement_is_without_an_end_nor_lets_anybody_administer_the_key(wanted: Lease) -> None:
    for statement in leases.statements(wanted):
        assert statement["Condition"]["DateLessThan"] == {"aws:CurrentTime": wanted.ends}
        assert not {"kms:*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"} & set(statement["Action"])


def test_a_deployer_may_let_in_the_whole_account_and_direct_calls() -> None:
    _, use, _ = leases.statements(lease(role_arn=None, via_service=False))
    assert use["Condition"] == {"DateLessThan": {"aws:CurrentTime": "2026-01-03T02:00:00Z"}}


def test_in_china_the_principal_is_of_that_partition_and_the_service_is_not() -> None:
    _, use, _ = leases.statements(lease(partition="aws-cn", region="cn-north-1"))
    assert use["Principal"] == {"AWS": "arn:aws-cn:iam::222222222222:root"}
    assert use["Condition"]["StringEquals"]["kms:ViaService"][0] == "rds.cn-north-1.amazonaws.com"


@given(POLICIES, st.lists(LEASES, max_size=3))
def test_our_own_statements_leave_the_fingerprint_alone(policy: dict[str, Any], wanted: list[Lease]) -> None:
    document = policy
    for each in wanted:
        document = leases.opened(document, each)
    assert leases.fingerprint(document) == leases.fingerprint(policy)


@given(POLICIES, LEASES)
def test_an_edit_of_others_changes_the_fingerprint(policy: dict[str, Any], wanted: Lease) -> None:
    before = leases.fingerprint(policy)
    document = leases.opened(policy, wanted)
    assert leases.fingerprint({**document, "Statement": [ADMINISTRATORS, *document["Statement"]]}) != before
    assert leases.fingerprint({**document, "Id": "another"}) != before


def test_a_document_that_only_looks_different_says_the_same() -> None:
    one = {"Version": "2012-10-17", "Statement": [MEMBER]}
    other = {"Statement": {**MEMBER, "Action": "kms:Decrypt"}, "Version": "2012-10-17"}
    assert leases.same(one, other)
    assert leases.fingerprint(one) == leases.fingerprint(other)


def test_a_lease_is_seen_although_kms_writes_a_list_of_one_without_brackets() -> None:
    opened = leases.opened(POLICY, lease())
    shown = json.loads(json.dumps(opened).replace('["kms:DescribeKey"]', '"kms:DescribeKey"'))
    assert shown != opened
    assert leases.holds(shown, lease())


def test_a_single_statement_without_a_list_is_not_rewritten_for_nothing() -> None:
    policy = {"Version": "2012-10-17", "Statement": ADMINISTRATORS}
    assert leases.closed(policy, "0123456789abcdef") == policy
    assert leases.opened(policy, lease())["Statement"][0] == ADMINISTRATORS


@pytest.mark.parametrize(
    "sid", ["Snapferry0123456789abcdef", "Snapferry0123456789abcdefLook2", "xSnapferry0123456789abcdefUse", "", 7]
)
def test_statements_with_a_similar_sid_are_others(sid: Any) -> None:
    assert leases.transfer_of({**ADMINISTRATORS, "Sid": sid}) is None


@pytest.mark.parametrize("name", ["copier", "path/to/Copy-Role_1", "a+b=c,d.e@f"])
def test_a_role_of_the_target_may_be_let_in(name: str) -> None:
    assert leases.is_role_of(f"arn:aws:iam::222222222222:role/{name}", "222222222222", "aws")


@pytest.mark.parametrize(
    "role_arn",
    [
        "arn:aws:iam::222222222222:role/*",  # every role of the account: ArnEquals knows wildcards
        "arn:aws:iam::222222222222:role/copie?",
        "arn:aws:iam::222222222222:role/",
        "arn:aws:iam::222222222222:role/copier\n",
        "arn:aws:iam::222222222222:user/copier",
        "arn:aws:iam::222222222222:root",
        "arn:aws:iam::333333333333:role/copier",
        "arn:aws-cn:iam::222222222222:role/copier",
        "*",
    ],
)
def test_nobody_else_is_let_in(role_arn: str) -> None:
    assert not leases.is_role_of(role_arn, "222222222222", "aws")


def test_principals_that_were_deleted_are_found_wherever_they_stand() -> None:
    dead = ["AIDAQ3EXAMPLEUSER0001", "AROAQ3EXAMPLEROLE0002"]
    policy = {
        "Statement": [
            {**ADMINISTRATORS, "Principal": {"AWS": ["arn:aws:iam::111111111111:root", dead[1]]}},
            {**MEMBER, "Principal": {"AWS": dead[0]}},
        ]
    }
    assert leases.dead_principals(policy) == dead


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "arn:aws:iam::111111111111:role/DATAIDAEXPORTPIPELINE"},  # holds AIDA and twelve letters
        {"AWS": ["arn:aws:iam::111111111111:role/AROAMEROVERNIGHTJOB", "111111111111"]},
        {"Service": "rds.amazonaws.com"},
    ],
)
def test_the_living_are_not_taken_for_dead(principal: Any) -> None:
    assert leases.dead_principals({"Statement": [{**ADMINISTRATORS, "Principal": principal}]}) == []


def test_an_id_in_a_condition_is_no_principal() -> None:
    condition = {"StringLike": {"aws:userId": "AROAQ3EXAMPLEROLE0002:*"}}
    assert leases.dead_principals({"Statement": [{**ADMINISTRATORS, "Condition": condition}]}) == []


def test_the_size_is_counted_in_bytes() -> None:
    assert leases.size({"Id": "ü"}) == len('{"Id":"ü"}') + 1
