"""Calls are allowed and refused as IAM does it, with the rights of the role that calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import REGION, SOURCE, TARGET, Caller
from sandbox.gate import AwsError, Call
from sandbox.permissions import Simulator
from sandbox.permissions.actions import ROWS, needs_of
from tests.sandbox.rights import TRUST_LAMBDA, Rights, allow, policy, rds_arn, refused, rights, root

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    simulator = Simulator()
    yield simulator
    simulator.close()


@pytest.fixture
def world(simulator: Simulator) -> Iterator[Rights]:
    with rights(simulator) as made:
        yield made


def call_of(caller: Caller, service: str, operation: str, **parameters: Any) -> Call:
    return Call(caller, REGION, service, operation, parameters, caller.account, 0.0)


def decided(world: Rights) -> list[tuple[str, str, bool]]:
    return [(one.action, one.resource, one.allowed) for one in world.permissions.decisions]


# Roles


def test_a_role_may_do_what_its_inline_policy_says_and_nothing_else(world: Rights) -> None:
    topic = world.client("sns").create_topic(Name="alarms")["TopicArn"]
    role = world.role(SOURCE, "speaker", allow("sns:Publish", topic))
    assert role.client("sns").publish(TopicArn=topic, Message="hello")["MessageId"]
    other = world.client("sns").create_topic(Name="other")["TopicArn"]
    with refused(
        "AuthorizationError",
        "User: arn:aws:sts::111111111111:assumed-role/speaker/test is not authorized to perform: sns:Publish"
        f" on resource: {other} because no",
    ):
        role.client("sns").publish(TopicArn=other, Message="hello")


def test_a_managed_policy_counts_in_its_default_version(world: Rights) -> None:
    iam = world.client("iam")
    arn = iam.create_policy(PolicyName="lists", PolicyDocument=policy(allow("sqs:ListQueues")))["Policy"]["Arn"]
    role = world.role(SOURCE, "lister")
    with refused("AccessDenied", "sqs:ListQueues"):
        role.client("sqs").list_queues()
    iam.attach_role_policy(RoleName="lister", PolicyArn=arn)
    role.client("sqs").list_queues()
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("sns:ListTopics")), SetAsDefault=True)
    with refused("AccessDenied", "sqs:ListQueues"):
        role.client("sqs").list_queues()


def test_an_explicit_deny_beats_every_allow(world: Rights) -> None:
    deny = {"Effect": "Deny", "Action": "ssm:PutParameter", "Resource": "*"}
    role = world.role(SOURCE, "reader", allow("*"), deny)
    with refused("AccessDeniedException", "with an explicit deny in an identity-based policy"):
        role.client("ssm").put_parameter(Name="/a", Value="1", Type="String")


def test_a_permissions_boundary_narrows_a_role(world: Rights) -> None:
    iam = world.client("iam")
    bound = iam.create_policy(PolicyName="bound", PolicyDocument=policy(allow("sns:*")))["Policy"]["Arn"]
    role = world.role(SOURCE, "bounded", allow("*"))
    iam.put_role_permissions_boundary(RoleName="bounded", PermissionsBoundary=bound)
    role.client("sns").list_topics()
    with refused("AccessDenied", "because no permissions boundary allows the sqs:ListQueues action"):
        role.client("sqs").list_queues()
    denies = policy(allow("*"), {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"})
    iam.create_policy_version(PolicyArn=bound, PolicyDocument=denies, SetAsDefault=True)
    with refused("AccessDenied", "with an explicit deny in a permissions boundary"):
        role.client("sqs").list_queues()
    iam.delete_role_permissions_boundary(RoleName="bounded")
    role.client("sqs").list_queues()


def test_a_boundary_is_a_policy_that_is_there(world: Rights) -> None:
    iam, bound = world.client("iam"), f"arn:aws:iam::{SOURCE.id}:policy/bound"
    role = {"RoleName": "bounded", "AssumeRolePolicyDocument": policy(TRUST_LAMBDA)}
    with refused("NoSuchEntity", f"Scope ARN: {bound} does not exist or is not attachable"):
        iam.create_role(**role, PermissionsBoundary=bound)
    iam.create_role(**role, PermissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess")
    with refused("NoSuchEntity", bound):
        iam.put_role_permissions_boundary(RoleName="bounded", PermissionsBoundary=bound)
    found = iam.get_role(RoleName="bounded")["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    assert found == "arn:aws:iam::aws:policy/PowerUserAccess"


def test_a_policy_that_bounds_a_role_stays(world: Rights) -> None:
    iam = world.client("iam")
    bound = iam.create_policy(PolicyName="bound", PolicyDocument=policy(allow("sns:*")))["Policy"]["Arn"]
    world.role(SOURCE, "bounded", allow("*"))
    iam.put_role_permissions_boundary(RoleName="bounded", PermissionsBoundary=bound)
    with refused("DeleteConflict", "attached to entities"):
        iam.delete_policy(PolicyArn=bound)
    iam.delete_role_permissions_boundary(RoleName="bounded")
    iam.delete_policy(PolicyArn=bound)


def test_a_deleted_role_keeps_no_rights(world: Rights) -> None:
    role = world.role(SOURCE, "leaver", allow("*"))
    sqs = role.client("sqs")
    sqs.list_queues()
    iam = world.client("iam")
    iam.delete_role_policy(RoleName="leaver", PolicyName="rights")
    iam.delete_role(RoleName="leaver")
    with refused("AccessDenied"):
        sqs.list_queues()


def test_a_user_has_its_own_and_its_groups_rights(world: Rights) -> None:
    iam = world.client("iam")
    iam.create_user(UserName="dba")
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="p", PolicyDocument=policy(allow("sqs:ListQueues")))
    caller = Caller(SOURCE.id, f"arn:aws:iam::{SOURCE.id}:user/dba")
    assert not world.permissions.check(caller, "sqs:ListQueues", "*").allowed
    iam.add_user_to_group(GroupName="readers", UserName="dba")
    assert world.permissions.check(caller, "sqs:ListQueues", "*").allowed


def test_everybody_may_ask_who_they_are(world: Rights) -> None:
    answer = world.role(SOURCE, "nobody").client("sts").get_caller_identity()
    assert answer["Account"] == SOURCE.id


def test_time_conditions_read_the_virtual_clock(world: Rights) -> None:
    until = {"DateLessThan": {"aws:CurrentTime": "2026-01-02T00:00:00Z"}}
    sqs = world.role(SOURCE, "hurried", allow("sqs:ListQueues", Condition=until)).client("sqs")
    sqs.list_queues()
    world.wait(86_401)
    with refused("AccessDenied"):
        sqs.list_queues()


# The table


def test_the_administrator_needs_no_row_but_a_role_gets_a_loud_error(world: Rights) -> None:
    world.client("athena").list_work_groups()
    role = world.role(SOURCE, "explorer", allow("*"))
    with refused("InternalFailure", "add a row for (athena, ListWorkGroups)"):
        role.client("athena").list_work_groups()


def test_a_policy_that_iam_would_refuse_is_named(world: Rights) -> None:
    role = world.role(SOURCE, "odd", allow("sqs:ListQueues"))
    broken = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs", "Resource": "*"}]}
    from moto.iam.models import iam_backends  # noqa: PLC0415 - moto checks documents on their way in

    iam_backends[SOURCE.id]["aws"].get_role("odd").policies["rights"] = json.dumps(broken)
    with refused("InternalFailure", "(sqs, ListQueues)", "Action must be"):
        role.client("sqs").list_queues()


SAMPLES: dict[str, Any] = {
    "AliasName": "alias/a",
    "AttributeName": "restore",
    "Bucket": "fleet",
    "DBClusterIdentifier": "c",
    "DBClusterParameterGroupName": "cpg",
    "DBClusterSnapshotIdentifier": "cs",
    "DBInstanceIdentifier": "d",
    "DBInstanceParameterGroupName": "pg",
    "DBParameterGroupName": "pg",
    "DBSnapshotIdentifier": "s",
    "DBSubnetGroupName": "sg",
    "Engine": "mysql",
    "Entries": [{"Source": "snapferry", "DetailType": "Snapshot Shared", "EventBusName": "ferry"}],
    "FinalDBSnapshotIdentifier": "f",
    "FunctionName": "poll",
    "Item": {"id": {"S": "1"}},
    "Key": {"id": {"S": "1"}},
    "Name": "name",
    "Namespace": "Snapferry",
    "OptionGroupName": "og",
    "QueueName": "q",
    "QueueUrl": "http://127.0.0.1:1/111111111111/q",
    "QuotaCode": "L-7B6409FD",
    "RequestItems": {"t": []},
    "ResourceName": rds_arn(SOURCE, "cluster", "c"),
    "RoleArn": "arn:aws:iam::111111111111:role/r",
    "RoleName": "r",
    "SecretId": "rds!cluster-1",
    "ServiceCode": "rds",
    "SnapshotIdentifier": "cs",
    "SourceDBClusterSnapshotIdentifier": f"arn:aws:rds:{REGION}:{TARGET.id}:cluster-snapshot:theirs",
    "SourceDBSnapshotIdentifier": f"arn:aws:rds:{REGION}:{TARGET.id}:snapshot:theirs",
    "TableName": "t",
    "Tags": [{"Key": "k", "Value": "v"}],
    "TargetDBClusterSnapshotIdentifier": "cs2",
    "TargetDBSnapshotIdentifier": "s2",
    "TopicArn": f"arn:aws:sns:{REGION}:111111111111:t",
    "TransactItems": [{"Put": {"TableName": "t", "Item": {"id": {"S": "1"}}}}],
    "executionArn": f"arn:aws:states:{REGION}:111111111111:execution:m:e",
    "logGroupName": "/aws/lambda/poll",
    "logStreamName": "one",
    "mapRunArn": f"arn:aws:states:{REGION}:111111111111:mapRun:m/l:e",
    "stateMachineArn": f"arn:aws:states:{REGION}:111111111111:stateMachine:m",
}


@pytest.mark.parametrize(("service", "operation"), sorted(ROWS), ids=str)
def test_every_row_is_a_question_that_iam_understands(world: Rights, service: str, operation: str) -> None:
    """A wrong action or an ARN of a type that AWS does not know for it would be an error of the simulator."""
    caller = Caller(SOURCE.id, f"arn:aws:sts::{SOURCE.id}:assumed-role/r/x", f"arn:aws:iam::{SOURCE.id}:role/r")
    parameters = dict(SAMPLES)
    if (service, operation) == ("stepfunctions", "ListExecutions"):
        parameters.pop("mapRunArn")
    call = Call(caller, REGION, service, operation, parameters, SOURCE.id, 0.0)
    needs = needs_of(call)
    assert needs
    for need in needs:
        assert not world.permissions.check(
            caller, need.action, need.resource, resource_account=SOURCE.id, context=need.context
        ).allowed


# RDS


def needed(operation: str, **parameters: Any) -> set[tuple[str, str]]:
    caller = Caller(TARGET.id, f"arn:aws:sts::{TARGET.id}:assumed-role/r/x", f"arn:aws:iam::{TARGET.id}:role/r")
    needs = needs_of(call_of(caller, "rds", operation, **parameters)) or []
    return {(need.action.removeprefix("rds:"), need.resource.split(":", 4)[4]) for need in needs}


def test_a_copy_needs_source_and_target_and_its_tags() -> None:
    source = rds_arn(SOURCE, "cluster-snapshot", "shared")
    assert needed(
        "CopyDBClusterSnapshot",
        SourceDBClusterSnapshotIdentifier=source,
        TargetDBClusterSnapshotIdentifier="Mine",
        Tags=[{"Key": "snapferry:transfer", "Value": "1"}],
    ) == {
        ("CopyDBClusterSnapshot", "111111111111:cluster-snapshot:shared"),
        ("CopyDBClusterSnapshot", "222222222222:cluster-snapshot:mine"),
        ("AddTagsToResource", "222222222222:cluster-snapshot:mine"),
    }


def test_a_restore_needs_the_groups_that_aws_fills_in() -> None:
    assert needed(
        "RestoreDBClusterFromSnapshot",
        DBClusterIdentifier="db",
        SnapshotIdentifier="snap",
        Engine="aurora-mysql",
        DBSubnetGroupName="private",
    ) == {
        ("RestoreDBClusterFromSnapshot", "222222222222:cluster:db"),
        ("RestoreDBClusterFromSnapshot", "222222222222:cluster-snapshot:snap"),
        ("RestoreDBClusterFromSnapshot", "222222222222:subgrp:private"),
        ("RestoreDBClusterFromSnapshot", "222222222222:cluster-pg:default.aurora-mysql"),
        ("RestoreDBClusterFromSnapshot", "222222222222:og:default:aurora-mysql"),
    }


def test_a_cluster_member_needs_its_cluster() -> None:
    assert needed("CreateDBInstance", DBInstanceIdentifier="one", DBClusterIdentifier="db", Engine="aurora-mysql") == {
        ("CreateDBInstance", "222222222222:db:one"),
        ("CreateDBInstance", "222222222222:cluster:db"),
    }


def test_a_shared_snapshot_belongs_to_the_account_in_its_arn(world: Rights) -> None:
    only = {"StringEquals": {"aws:ResourceAccount": SOURCE.id}}
    role = world.role(TARGET, "copier", allow("rds:DescribeDBSnapshots", Condition=only)).caller
    for account, allowed in ((SOURCE, True), (TARGET, False)):
        call = call_of(role, "rds", "DescribeDBSnapshots", DBSnapshotIdentifier=rds_arn(account, "snapshot", "shared"))
        if allowed:
            world.permissions.authorise(call)
        else:
            with pytest.raises(AwsError):
                world.permissions.authorise(call)


def test_a_listing_without_a_name_needs_all_names(world: Rights) -> None:
    narrow = world.role(SOURCE, "narrow", allow("rds:DescribeDBClusters", rds_arn(SOURCE, "cluster", "example-*")))
    wide = world.role(SOURCE, "wide", allow("rds:DescribeDBClusters", rds_arn(SOURCE, "cluster", "*")))
    wide.client("rds").describe_db_clusters()
    with refused("AccessDenied", f"on resource: {rds_arn(SOURCE, 'cluster', '*')}"):
        narrow.client("rds").describe_db_clusters()


def test_tags_of_a_resource_decide_and_a_new_resource_has_none(world: Rights) -> None:
    mine = rds_arn(SOURCE, "snapshot", "sf-1")
    ours = {"snapferry:transfer": "1"}
    tags = {mine: ours, rds_arn(SOURCE, "db", "db"): ours}
    world.permissions.tag_sources.append(tags.get)
    own = {"StringEquals": {"aws:ResourceTag/snapferry:transfer": "1"}}
    role = world.role(SOURCE, "tidier", allow("rds:*", Condition=own))
    authorise = world.permissions.authorise
    authorise(call_of(role.caller, "rds", "DeleteDBSnapshot", DBSnapshotIdentifier="sf-1"))
    for operation, name in (("DeleteDBSnapshot", "other"), ("CreateDBSnapshot", "sf-1")):
        with pytest.raises(AwsError) as caught:
            authorise(call_of(role.caller, "rds", operation, DBSnapshotIdentifier=name, DBInstanceIdentifier="db"))
        assert caught.value.code == "AccessDenied"


def test_tags_of_the_request_decide(world: Rights) -> None:
    only = {"ForAllValues:StringEquals": {"aws:TagKeys": ["snapferry:transfer"]}}
    role = world.role(SOURCE, "tagger", allow("rds:AddTagsToResource", Condition=only))
    arn = rds_arn(SOURCE, "snapshot", "sf-1")
    ours, theirs = ({"Key": name, "Value": "1"} for name in ("snapferry:transfer", "owner"))
    world.permissions.authorise(call_of(role.caller, "rds", "AddTagsToResource", ResourceName=arn, Tags=[ours]))
    with pytest.raises(AwsError):
        world.permissions.authorise(
            call_of(role.caller, "rds", "AddTagsToResource", ResourceName=arn, Tags=[ours, theirs])
        )


# Policies on resources


BUS = f"arn:aws:events:{REGION}:{TARGET.id}:event-bus/ferry"


def admit_source(world: Rights, **condition: Any) -> None:
    events = world.client("events", TARGET)
    events.create_event_bus(Name="ferry")
    statement = {
        "Sid": "source",
        "Effect": "Allow",
        "Principal": {"AWS": root(SOURCE)},
        "Action": "events:PutEvents",
        "Resource": BUS,
        "Condition": {"StringEquals": condition},
    }
    events.put_permission(EventBusName="ferry", Policy=policy(statement))


def put(bus: str, detail_type: str) -> dict[str, Any]:
    return {"Entries": [{"EventBusName": bus, "Source": "snapferry", "DetailType": detail_type, "Detail": "{}"}]}


def test_a_foreign_bus_admits_the_sources_that_its_policy_names(world: Rights) -> None:
    admit_source(world, **{"events:source": "snapferry", "events:detail-type": ["Snapshot Shared"]})
    sender = world.role(SOURCE, "sender", allow("events:PutEvents", BUS)).caller
    stranger = world.role(SOURCE, "stranger").caller
    authorise = world.permissions.authorise
    authorise(call_of(sender, "events", "PutEvents", **put(BUS, "Snapshot Shared")))
    for caller, detail_type in ((sender, "Other"), (stranger, "Snapshot Shared")):
        with pytest.raises(AwsError) as caught:
            authorise(call_of(caller, "events", "PutEvents", **put(BUS, detail_type)))
        assert caught.value.code == "AccessDeniedException"


def test_a_bus_policy_counts_for_administrators_of_the_other_account(world: Rights) -> None:
    admit_source(world, **{"events:source": "snapferry"})
    authorise, admin = world.permissions.authorise, SOURCE.admin.caller
    authorise(call_of(admin, "events", "PutEvents", **put(BUS, "Snapshot Shared")))
    other = BUS.replace("ferry", "default")
    with pytest.raises(AwsError, match="no resource-based policy allows"):
        authorise(call_of(admin, "events", "PutEvents", **put(other, "Snapshot Shared")))


def test_neither_account_can_assume_a_role_that_does_not_trust_it(world: Rights) -> None:
    arn = world.role(TARGET, "restorer").arn
    with refused("AccessDenied", "sts:AssumeRole"):
        world.client("sts", SOURCE).assume_role(RoleArn=arn, RoleSessionName="visit")
    trust = {"Effect": "Allow", "Principal": {"AWS": root(SOURCE)}, "Action": "sts:AssumeRole"}
    world.client("iam", TARGET).update_assume_role_policy(RoleName="restorer", PolicyDocument=policy(trust))
    assert world.client("sts", SOURCE).assume_role(RoleArn=arn, RoleSessionName="visit")["Credentials"]


def test_a_service_is_judged_by_the_resources_policy(world: Rights) -> None:
    queue = f"arn:aws:sqs:{REGION}:{SOURCE.id}:dead"
    rule = f"arn:aws:events:{REGION}:{SOURCE.id}:rule/ferry/r"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}

    def may(service: str, source: str) -> bool:
        return world.permissions.check_service(
            service, "sqs:SendMessage", queue, document, {"aws:SourceArn": source}
        ).allowed

    assert may("events.amazonaws.com", rule)
    assert not may("scheduler.amazonaws.com", rule)
    assert not may("events.amazonaws.com", f"{rule}2")
    trusted = {"Version": "2012-10-17", "Statement": [TRUST_LAMBDA]}
    role = f"arn:aws:iam::{SOURCE.id}:role/r"
    assert world.permissions.check_service("lambda.amazonaws.com", "sts:AssumeRole", role, trusted).allowed
    assert not world.permissions.check_service("events.amazonaws.com", "sts:AssumeRole", role, trusted).allowed


def test_a_role_with_a_path_is_the_principal_that_its_arn_names(world: Rights) -> None:
    role = world.role(TARGET, "receiver", allow("events:PutEvents"), path="/snapferry/")
    statement = {"Effect": "Allow", "Principal": {"AWS": role.arn}, "Action": "events:PutEvents", "Resource": BUS}
    bus = BUS.replace(TARGET.id, SOURCE.id)
    document = {"Version": "2012-10-17", "Statement": [statement | {"Resource": bus}]}
    caller = role.caller
    assert world.permissions.check(caller, "events:PutEvents", bus, resource_policy=document).allowed


# The rest


def test_narrow_access_to_items_of_a_table(world: Rights) -> None:
    world.client("dynamodb").create_table(
        TableName="ferry",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    locks = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["lock#*"]}}
    table = f"arn:aws:dynamodb:{REGION}:{SOURCE.id}:table/ferry"
    dynamodb = world.role(SOURCE, "locker", allow("dynamodb:PutItem", table, Condition=locks)).client("dynamodb")
    dynamodb.put_item(TableName="ferry", Item={"id": {"S": "lock#key"}})
    with refused("AccessDeniedException", "dynamodb:PutItem"):
        dynamodb.put_item(TableName="ferry", Item={"id": {"S": "lease#1"}})
    with refused("AccessDeniedException", "dynamodb:PutItem"):
        dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": "ferry", "Item": {"id": {"S": "lease#1"}}}}])


def test_every_decision_is_noted(world: Rights) -> None:
    queues = world.role(SOURCE, "noted", allow("sqs:ListQueues"))
    queues.client("sqs").list_queues()
    with refused("AuthorizationError"):
        queues.client("sns").list_topics()
    assert decided(world)[-2:] == [("sqs:ListQueues", "*", True), ("sns:ListTopics", "*", False)]


def test_without_node_everything_is_allowed_and_said() -> None:
    with rights(None) as world:
        assert not world.permissions.checking
        world.role(SOURCE, "anybody").client("sqs").list_queues()


def test_the_simulators_process_ends_with_its_standard_input() -> None:
    simulator = Simulator()
    process = simulator._process  # noqa: SLF001 - the process is what this is about
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    assert process.wait(timeout=10) == 0
    process.stdout.close()
