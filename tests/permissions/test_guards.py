"""What no role may do, asked of IAM's simulator role by role, with every option of both stacks switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import REGION, SOURCE, TARGET
from sandbox.permissions import UndecidableError
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.templates.stacks import rds_actions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.accounts import Account, Caller
    from sandbox.permissions import Context, Policy, Simulator
    from sandbox.stage import Stage

KEY = f"arn:aws:kms:{REGION}:{SOURCE.id}:key/11111111-1111-1111-1111-111111111111"
ROLE = f"arn:aws:iam::{TARGET.id}:role/monitoring"
EVERYTHING = {"DatabaseKeyArns": KEY, "ShareOriginals": "true", "RevokeGrants": "true",
              "ScheduleExpression": "rate(1 day)", "ScheduledDatabase": "example-db"}  # fmt: skip
EVERYTHING_THERE = {"MonitoringRoleArn": ROLE, "DrillSchedule": "rate(7 days)", "DrillDatabase": "example-db"}

CHANGING = ("Delete", "Modify", "Reboot", "Stop", "Start", "Promote", "Failover", "Restore", "Switchover", "AddTags",
            "RemoveTags", "AddRole", "Reset")  # fmt: skip
MANAGED: Context = {"aws:ResourceTag/snapferry:managed": "true"}
OURS: Context = {"aws:ResourceTag/snapferry:transfer": "0123456789abcdef"}
LEASED: Context = {"aws:ResourceTag/snapferry:lease": "allowed"}
SNAPSHOTS = ("snapshot:sf-example-db-0123456789abcdef-c", "cluster-snapshot:sf-example-db-0123456789abcdef-c")
DATABASES = ("db:example-db", "cluster:example-db", "db:example-db-2", "cluster:example-db-2")


@pytest.fixture(scope="module")
def stage(simulator: Simulator) -> Iterator[Stage]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield set_stage(sandbox, "aurora-mysql", source_parameters=EVERYTHING, target_parameters=EVERYTHING_THERE)


def test_no_role_of_the_source_changes_a_database_whatever_its_tags(stage: Stage) -> None:
    assert {"rds:DeleteDBCluster", "rds:ModifyDBInstance", "rds:RebootDBInstance"} < set(rds_actions(*CHANGING))
    for action in rds_actions(*CHANGING):
        for name in DATABASES:
            assert may(stage, SOURCE, action, rds(SOURCE, name), MANAGED | OURS) == set(), action


def test_no_role_of_either_account_both_tags_and_deletes(stage: Stage) -> None:
    for account in (SOURCE, TARGET):
        things = [rds(account, name) for name in (*SNAPSHOTS, *DATABASES)]
        taggers = {role for one in things for role in may(stage, account, "rds:AddTagsToResource", one)}
        deleters = {
            role
            for one in things
            for action in rds_actions("Delete")
            for role in may(stage, account, action, one, MANAGED | OURS)
        }
        assert taggers
        assert deleters
        assert not taggers & deleters


def test_in_the_target_a_database_without_the_tag_is_changed_by_nobody(stage: Stage) -> None:
    changing = [action for action in rds_actions(*CHANGING) if not action.startswith(("rds:Restore", "rds:AddTags"))]
    for action in changing:
        for name in DATABASES:
            assert may(stage, TARGET, action, rds(TARGET, name), OURS) == set(), action
    assert may(stage, TARGET, "rds:DeleteDBInstance", rds(TARGET, "db:example-db-2"), MANAGED) == {
        "DeleteDatabaseFunctionRole",
        "RetireDatabaseFunctionRole",
    }


def test_only_one_role_shares_snapshots_and_only_in_the_source(stage: Stage) -> None:
    for kind, name in (("DBSnapshot", SNAPSHOTS[0]), ("DBClusterSnapshot", SNAPSHOTS[1])):
        action = f"rds:Modify{kind}Attribute"
        assert may(stage, SOURCE, action, rds(SOURCE, name), OURS) == {"EditShareFunctionRole"}
        assert may(stage, TARGET, action, rds(TARGET, name), OURS) == set()


def test_only_one_role_writes_key_policies_of_the_stacks_own_key_and_never_past_the_lockout_check(stage: Stage) -> None:
    own: Context = {"aws:ResourceTag/snapferry:stack": stage.source.name}
    allowed = LEASED | own | {"kms:BypassPolicyLockoutSafetyCheck": "false"}
    assert writes(stage, allowed) == {"EditKeyPolicyFunctionRole"}
    assert writes(stage, allowed | {"kms:BypassPolicyLockoutSafetyCheck": "true"}) == set()
    assert writes(stage, allowed | {"aws:ResourceTag/snapferry:stack": "another"}) == set()
    assert writes(stage, own) == set()
    assert may(stage, SOURCE, "kms:PutKeyPolicy", KEY, LEASED) == set()
    for key in (stage.own_key, stage.target.outputs["LogsKeyArn"]):
        assert may(stage, TARGET, "kms:PutKeyPolicy", key, LEASED) == set()


@pytest.mark.parametrize("action", [
    "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:ReplicateKey", "kms:TagResource",
])  # fmt: skip
def test_no_role_ends_a_key_or_makes_it_one_that_may_be_leased(stage: Stage, action: str) -> None:
    for account, key in ((SOURCE, stage.transfer_key), (SOURCE, KEY), (TARGET, stage.own_key)):
        assert may(stage, account, action, key, LEASED) == set()


@pytest.mark.parametrize(("action", "resource"), [
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{TARGET.id}:secret:rds!cluster-1-abcdef"),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{TARGET.id}:secret:snapferry/a-abcdef"),
    ("sts:AssumeRole", f"arn:aws:iam::{SOURCE.id}:role/anything"),
    ("sts:AssumeRole", f"arn:aws:iam::{TARGET.id}:role/anything"),
    ("iam:PassRole", f"arn:aws:iam::{TARGET.id}:role/anything"),
    ("iam:PutRolePolicy", f"arn:aws:iam::{TARGET.id}:role/anything"),
    ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{TARGET.id}:function:anything"),
    ("events:PutEvents", f"arn:aws:events:{REGION}:{TARGET.id}:event-bus/default"),
])  # fmt: skip
def test_no_role_reads_a_password_or_gets_more_rights_than_it_has(stage: Stage, action: str, resource: str) -> None:
    for account in (SOURCE, TARGET):
        assert may(stage, account, action, resource) == set()


def rds(account: Account, name: str) -> str:
    return f"arn:aws:rds:{REGION}:{account.id}:{name}"


def writes(stage: Stage, context: Context) -> set[str]:
    """Who may write the transfer key's policy."""
    return may(stage, SOURCE, "kms:PutKeyPolicy", stage.transfer_key, context)


def may(stage: Stage, account: Account, action: str, resource: str, context: Context | None = None) -> set[str]:
    """The roles of an account's stack whose own policies allow it, were the resource theirs and left it to IAM."""

    def allowed(caller: Caller) -> bool:
        owner = caller.account
        policy = _leaves_it_to_iam(owner) if action.startswith(("kms:", "sts:")) else None
        try:
            return stage.sandbox.permissions.check(
                caller, action, resource, resource_account=owner, resource_policy=policy, context=context
            ).allowed
        except UndecidableError:  # the action knows no such resource
            return False

    return {name for name, caller in roles(stage, account) if allowed(caller)}


def _leaves_it_to_iam(owner: str) -> Policy:
    """The policy of a key, or of a role, that trusts its own account."""
    root = {"AWS": f"arn:aws:iam::{owner}:root"}
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": root, "Action": "*", "Resource": "*"}],
    }


def roles(stage: Stage, account: Account) -> list[tuple[str, Caller]]:
    stack = stage.source if account is SOURCE else stage.target
    made = [(name, stack.attributes[name].get("Arn")) for name, each in stack.template.resources.items()
            if each.type == "AWS::IAM::Role" and name in stack.attributes]  # fmt: skip
    return [(name, stage.sandbox.assume(str(arn), "asks").caller) for name, arn in made]
