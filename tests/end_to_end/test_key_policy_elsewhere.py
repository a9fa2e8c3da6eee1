"""KeyPolicyManaged=elsewhere: nothing is written; the plan shows what is wanted, and the found policy decides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.sources import make_snapshot, make_source
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

LETS_THE_TARGET_IN = {
    "Sid": "OurOwnStatementForRds",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{TARGET.id}:root"},
    "Action": [
        "kms:DescribeKey",
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
        "kms:*Grant*",
    ],
    "Resource": "*",
}


@pytest.fixture(scope="module")
def elsewhere(simulator: Simulator) -> Iterator[Story]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        said = {"KeyPolicyManaged": "elsewhere", "RevokeGrants": "true", "ShareOriginals": "true"}
        yield Story(set_stage(sandbox, source_parameters=said))


def policy_of(story: Story) -> dict[str, Any]:
    kms = story.sandbox.client("kms", SOURCE)
    text = kms.get_key_policy(KeyId=story.stage.transfer_key, PolicyName="default")["Policy"]
    policy: dict[str, Any] = json.loads(text)
    return policy


def writes_by_roles(story: Story) -> list[str]:
    return [
        call.caller.arn for call in story.sandbox.gate.log if call.operation == "PutKeyPolicy" and call.caller.role_arn
    ]


def test_without_a_policy_that_lets_the_target_in_the_plan_says_what_is_wanted(elsewhere: Story) -> None:
    run = elsewhere.run()
    assert (run.status, run.error) == ("FAILED", "KeyPolicyNotOpen")
    assert run.states_of("ferry-snapshot") == ["Plan the transfer", "Explain the failure", "Transfer failed"]
    statements = json.loads((run.cause or "").splitlines()[0].split("or wider ones: ")[1].rstrip("."))
    assert len(statements) == 3
    assert all(each["Principal"] == {"AWS": f"arn:aws:iam::{TARGET.id}:root"} for each in statements)
    elsewhere.assert_nothing_happened()
    assert writes_by_roles(elsewhere) == []


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"DateLessThan": {"aws:CurrentTime": "2026-01-01T12:00:00Z"}}, "aws:CurrentTime 2026-01-01T12:00:00Z"),
        ({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, "kms:ViaService s3.eu-west-1"),
    ],
)
def test_a_policy_whose_conditions_shut_the_target_out_is_refused_by_the_plan(
    elsewhere: Story, condition: dict[str, Any], said: str
) -> None:
    kms, key, before = elsewhere.sandbox.client("kms", SOURCE), elsewhere.stage.transfer_key, policy_of(elsewhere)
    shut = {**before, "Statement": [*before["Statement"], {**LETS_THE_TARGET_IN, "Condition": condition}]}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(shut))
    run = elsewhere.run(restore=False)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(before))
    assert run.error == "KeyPolicyNotOpen"
    assert "statement OurOwnStatementForRds would allow it, but for its condition" in (run.cause or "")
    assert said in (run.cause or "")
    elsewhere.assert_nothing_happened()


def test_with_such_a_policy_the_transfer_goes_through_and_leaves_it_alone(elsewhere: Story) -> None:
    kms = elsewhere.sandbox.client("kms", SOURCE)
    policy = policy_of(elsewhere)
    policy["Statement"].append(LETS_THE_TARGET_IN)
    kms.put_key_policy(KeyId=elsewhere.stage.transfer_key, PolicyName="default", Policy=json.dumps(policy))
    # a grant that somebody in the target has left on the key
    elsewhere.sandbox.client("kms", TARGET).create_grant(
        KeyId=elsewhere.stage.transfer_key,
        GranteePrincipal=f"arn:aws:iam::{TARGET.id}:user/admin",
        Operations=["Decrypt"],
    )
    run = elsewhere.run(restore=False)
    assert (run.status, run.cause) == ("SUCCEEDED", None)
    (grant,) = run.output["access"]["grants"]
    assert (grant["operations"], grant["revoked"]) == (["Decrypt"], True)
    assert "statement OurOwnStatementForRds is wider than a lease: it has no end" in " ".join(
        run.output["access"]["remarks"]
    )
    assert kms.list_grants(KeyId=elsewhere.stage.transfer_key)["Grants"] == []
    assert policy_of(elsewhere) == policy
    assert writes_by_roles(elsewhere) == []
    assert [name for account, name in elsewhere.snapshots() if account == "source"] == []


def test_what_somebody_else_has_made_is_taken_back_too_when_the_transfer_is_stopped(elsewhere: Story) -> None:
    """No tag tells whose share it is, and no statement: only the row that is noted before."""
    sandbox, stage = elsewhere.sandbox, elsewhere.stage
    before = policy_of(elsewhere)
    kms = sandbox.client("kms", SOURCE)
    open_to_all = {**before, "Statement": [*before["Statement"], LETS_THE_TARGET_IN]}
    kms.put_key_policy(KeyId=stage.transfer_key, Policy=json.dumps(open_to_all))
    database = make_source(sandbox, "postgres", name="theirs", encryption=stage.transfer_key)
    snapshot = make_snapshot(sandbox, database, "manual", "made-by-hand")

    def stop() -> None:
        assert TARGET.id in made.shared_with
        states = sandbox.client("stepfunctions", SOURCE)
        (running,) = states.list_executions(stateMachineArn=stage.machine_arn, statusFilter="RUNNING")["executions"]
        states.stop_execution(executionArn=running["executionArn"])

    (made,) = (one for one in sandbox.rds.store.snapshots.values() if str(one.arn) == snapshot)
    given: dict[str, Any] = {"database": "theirs", "snapshot": "made-by-hand", "restore": False}
    run = elsewhere.run(**given, when="Ask the target to take its copy", then=stop)
    sandbox.clock.run(limit=1800)
    kms.put_key_policy(KeyId=stage.transfer_key, Policy=json.dumps(before))
    assert run.status == "ABORTED"
    assert made.shared_with == set()
    assert ("source", "made-by-hand") in elsewhere.snapshots()
    assert elsewhere.state_rows("lease") == []
