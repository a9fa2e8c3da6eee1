"""What no role may ever do (DESIGN, section 4), seen in the translated templates."""

import json
from typing import Any

import pytest
import yaml

from tests.templates import stacks
from tests.templates.stacks import SOURCE, TARGET, TEMPLATES, Statement, rds_actions, roles_that_may, statements

both = pytest.mark.parametrize("template", TEMPLATES)

OURS = {"Null": {"aws:ResourceTag/snapferry:transfer": "false"}}
MANAGED = {"StringEquals": {"aws:ResourceTag/snapferry:managed": "true"}}
DATABASES = {"DBInstance", "DBCluster", "GlobalCluster", "TenantDatabase", "DBShardGroup", "Integration"}
SHARING = ("rds:ModifyDBSnapshotAttribute", "rds:ModifyDBClusterSnapshotAttribute")


@both
def test_nothing_is_deleted_or_modified_on_every_resource(template: str) -> None:
    for statement in statements(template):
        if any(resource in {"*", "arn:*"} for resource in statement.resources):
            forbidden = (*rds_actions("Delete", "Modify"), "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")
            assert not [action for action in forbidden if statement.allows(action)], statement.role


def test_no_role_of_the_source_may_change_a_database() -> None:
    verbs = ("Delete", "Modify", "Reboot", "Stop", "Start", "Promote", "Failover", "Restore", "Switchover")
    on_databases = [action for action in rds_actions(*verbs) if not action.endswith(("Attribute", "Snapshot"))]
    assert {"rds:DeleteDBInstance", "rds:ModifyDBCluster", "rds:RebootDBInstance"} < set(on_databases)
    assert roles_that_may(SOURCE, *on_databases) == set()


@both
def test_no_role_may_both_tag_and_delete(template: str) -> None:
    taggers = roles_that_may(template, "rds:AddTagsToResource", "rds:RemoveTagsFromResource")
    assert taggers
    assert not taggers & roles_that_may(template, *rds_actions("Delete"))


@both
def test_no_role_may_both_tag_a_database_and_modify_it(template: str) -> None:
    taggers = roles_that_may(template, "rds:AddTagsToResource", "rds:RemoveTagsFromResource")
    assert not taggers & roles_that_may(template, "rds:ModifyDBInstance", "rds:ModifyDBCluster", *SHARING)


@both
def test_only_snapshots_that_are_named_and_tagged_as_ours_are_deleted(template: str) -> None:
    deleting = [
        each for each in statements(template) if _any(each, "rds:DeleteDBSnapshot", "rds:DeleteDBClusterSnapshot")
    ]
    assert {each.role for each in deleting} == {"DeleteSnapshotsFunctionRole"}
    for each in deleting:
        assert each.condition == OURS
        assert all(resource.endswith('snapshot:sf-*"}') for resource in each.resources)


def test_only_one_function_shares_and_only_snapshots_of_ours_unless_the_deployer_says_so() -> None:
    assert roles_that_may(TARGET, *SHARING) == set()
    sharing = [each for each in statements(SOURCE) if _any(each, *SHARING)]
    assert {each.role for each in sharing} == {"EditShareFunctionRole"}
    assert [each.only_if for each in sharing] == ["", "SharesOriginals"]
    for each in sharing[:1]:
        assert each.condition == OURS
        assert all(resource.endswith('snapshot:sf-*"}') for resource in each.resources)


def test_only_the_keys_that_the_deployer_names_are_used_besides_the_transfer_key() -> None:
    using = ("kms:Decrypt", "kms:CreateGrant", "kms:ReEncryptFrom")
    for each in statements(SOURCE):
        if each.role == "TellFailureFunctionRole" and _any(
            each, *using
        ):  # notifications, which hold no database's data
            assert "LogsKey" in each.resources[0]
            assert "sns." in json.dumps(each.condition)
        elif _any(each, *using):
            assert each.role in {"CopySnapshotFunctionRole", "CreateSnapshotFunctionRole"}
            named = json.dumps({"Ref": "DatabaseKeyArns"})
            assert (each.only_if == "HasDatabaseKeys") == (each.resources == (named,)), each.role
            assert each.only_if == "HasDatabaseKeys" or "TransferKey" in each.resources[0]


def test_the_target_changes_only_databases_that_snapferry_made() -> None:
    actions = ("rds:ModifyDBInstance", "rds:ModifyDBCluster", "rds:DeleteDBInstance", "rds:DeleteDBCluster")
    changing = [each for each in statements(TARGET) if _any(each, *actions)]
    assert {each.role for each in changing} == {
        "SecureDatabaseFunctionRole",
        "OpenDatabaseFunctionRole",
        "DeleteDatabaseFunctionRole",
        "RetireDatabaseFunctionRole",
        "TakeNameFunctionRole",
        "GiveNameBackFunctionRole",
    }
    for each in changing:
        assert each.condition == MANAGED, each.role


@both
def test_of_all_that_rds_can_delete_only_databases_and_snapshots_may_be(template: str) -> None:
    known = {f"rds:Delete{kind}" for kind in ("DBSnapshot", "DBClusterSnapshot", "DBInstance", "DBCluster")}
    assert {action for action in rds_actions("Delete") if roles_that_may(template, action)} <= known


def test_only_one_role_writes_key_policies_and_never_past_the_lockout_check() -> None:
    assert roles_that_may(TARGET, "kms:PutKeyPolicy") == set()
    assert roles_that_may(SOURCE, "kms:PutKeyPolicy") == {"EditKeyPolicyFunctionRole"}
    (allowed,) = (each for each in statements(SOURCE) if each.allows("kms:PutKeyPolicy"))
    assert allowed.condition == {
        "StringEquals": {"aws:ResourceTag/snapferry:lease": "allowed"},
        "StringEqualsIfExists": {"aws:ResourceTag/snapferry:stack": {"Ref": "AWS::StackName"}},
    }
    (denied,) = (each for each in statements(SOURCE) if each.effect == "Deny")
    assert (denied.role, denied.actions, denied.resources) == (allowed.role, ("kms:PutKeyPolicy",), ("*",))
    assert denied.condition == {"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}}


@both
def test_no_role_may_bind_itself_to_another_or_to_every_action(template: str) -> None:
    assert roles_that_may(template, "sts:AssumeRole", "iam:PutRolePolicy") == set()
    for statement in statements(template):
        assert not {"*", "rds:*", "kms:*", "s3:*"} & set(statement.actions), statement.role


def test_only_the_role_that_the_deployer_names_is_passed_on_and_only_to_enhanced_monitoring() -> None:
    assert roles_that_may(SOURCE, "iam:PassRole") == set()
    passing = [each for each in statements(TARGET) if each.allows("iam:PassRole")]
    assert {each.role for each in passing} == {"SecureDatabaseFunctionRole", "CreateInstancesFunctionRole"}
    for each in passing:
        assert each.only_if == "HasMonitoringRole"
        assert [json.loads(resource) for resource in each.resources] == [{"Ref": "MonitoringRoleArn"}]
        assert each.condition == {"StringEquals": {"iam:PassedToService": "monitoring.rds.amazonaws.com"}}


@pytest.mark.parametrize("template", [*stacks.TEMPLATES, stacks.HOOKS])
def test_every_role_carries_the_boundary_that_the_deployer_names(template: str) -> None:
    there = {
        name: role["Properties"].get("PermissionsBoundary")
        for name, role in stacks.of_type(template, "AWS::IAM::Role").items()
    }
    named = {"Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}
    assert there
    assert {name for name, boundary in there.items() if boundary != named} == set()


@both
def test_only_services_of_aws_act_as_a_role(template: str) -> None:
    for name, role in stacks.of_type(template, "AWS::IAM::Role").items():
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
            assert set(statement["Principal"]) == {"Service"}, name


@both
def test_a_function_that_uses_a_key_to_copy_or_restore_does_so_by_way_of_rds(template: str) -> None:
    for statement in statements(template):
        if statement.allows("kms:ReEncryptFrom"):
            assert "kms:ViaService" in json.dumps(statement.condition), statement.role


@both
def test_no_role_reads_a_password(template: str) -> None:
    assert roles_that_may(template, "secretsmanager:GetSecretValue") == set()


@both
def test_a_star_for_all_resources_or_all_accounts_has_its_reason_beside_it(template: str) -> None:
    path = stacks.ROOT / template
    lines = path.read_text(encoding="utf-8").splitlines()
    found = list(_statements_with_stars(yaml.compose(path.read_text(encoding="utf-8"))))
    assert found
    for first, last in found:
        assert any("# " in line for line in lines[first:last]), f"{template}:{first + 1} has a star without a reason"


def _any(statement: Statement, *actions: str) -> bool:
    return any(statement.allows(action) for action in actions)


def _statements_with_stars(node: Any) -> Any:
    """First and last line of each statement on `*`; in a key policy, `*` means that key and nothing else."""
    if isinstance(node, yaml.SequenceNode):
        for inner in node.value:
            yield from _statements_with_stars(inner)
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        if key.value == "Resource" and any(_is_star(text) for text in _texts(value)):
            yield node.start_mark.line, node.end_mark.line
        if key.value != "KeyPolicy":
            yield from _statements_with_stars(value)


def _texts(node: Any) -> list[str]:
    if isinstance(node, yaml.ScalarNode):
        return [node.value]
    inner = [each for pair in node.value for each in pair] if isinstance(node, yaml.MappingNode) else node.value
    return [text for each in inner for text in _texts(each)]


def _is_star(text: str) -> bool:
    return text == "*" or ":*:" in text
