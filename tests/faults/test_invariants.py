"""Each invariant is seen to break when somebody breaks it; a transfer breaks none, at any of its calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import CONNECTION, DATABASE
from tests.faults.invariants import Invariants
from tests.faults.ours import MANAGED_TAG, TRANSFER_TAG

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.gate import Call
    from sandbox.stage import Stage
    from tests.faults.invariants import Broken

TRANSFER = "0123456789abcdef"
TAGS = [{"Key": TRANSFER_TAG, "Value": TRANSFER}]
THIRD = "333333333333"


class Vandal:
    """Does to a stage what Snapferry must not."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.sandbox = stage, stage.sandbox
        self.rds, self.kms = stage.sandbox.client("rds", SOURCE), stage.sandbox.client("kms", SOURCE)

    def leave_snapshot(self, tags: list[dict[str, str]]) -> None:
        name = f"left-{self.sandbox.clock.now:.0f}"
        self.rds.create_db_cluster_snapshot(DBClusterIdentifier=DATABASE, DBClusterSnapshotIdentifier=name, Tags=tags)
        self.sandbox.clock.run(limit=3600)

    def share_copy(self, with_whom: str) -> None:
        self.leave_snapshot([])
        name = f"shared-{self.sandbox.clock.now:.0f}"
        self.rds.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=f"left-{self.sandbox.clock.now - 3600:.0f}",
            TargetDBClusterSnapshotIdentifier=name,
            KmsKeyId=self.stage.transfer_key,
            Tags=TAGS,
        )
        self.sandbox.clock.run(limit=4 * 3600)
        self.rds.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=[with_whom]
        )

    def add_statement(self, **changed: Any) -> None:
        root = f"arn:aws:iam::{TARGET.id}:root"
        end = {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}
        statement = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:Decrypt", "Resource": "*"}
        policy = json.loads(self.kms.get_key_policy(KeyId=self.stage.transfer_key, PolicyName="default")["Policy"])
        number = f"{len(policy['Statement']):016x}"
        policy["Statement"].append({"Sid": f"Snapferry{number}Use", **statement, "Condition": end, **changed})
        self.kms.put_key_policy(KeyId=self.stage.transfer_key, PolicyName="default", Policy=json.dumps(policy))

    def write_row(self, account: Any, row_id: str) -> None:
        stack = self.stage.source if account is SOURCE else self.stage.target
        key = {"kind": {"S": row_id.partition("#")[0]}, "id": {"S": row_id}}
        item = {**key, "expires": {"N": str(int(self.sandbox.clock.now) + 9_999_999)}}
        item |= {"transfer": {"S": TRANSFER}, "arn": {"S": "arn:of:nothing"}, "until": {"S": "2099-01-01T00:00:00Z"}}
        self.sandbox.client("dynamodb", account).put_item(TableName=stack.outputs["StateTableName"], Item=item)

    def bring_up(self) -> None:
        """A database that looks restored, open under the password that it came with."""
        self.sandbox.client("rds", TARGET).create_db_cluster(
            DBClusterIdentifier="restored",
            Engine="aurora-mysql",
            MasterUsername="master",
            MasterUserPassword="Production-1",
            DBSubnetGroupName=self.stage.target_network.subnet_group,
            VpcSecurityGroupIds=[self.stage.target_network.security_group],
            Tags=[{"Key": MANAGED_TAG, "Value": "true"}],
        )

    def publish(self) -> None:
        text = json.dumps({"arn": f"arn:aws:rds:eu-west-1:{TARGET.id}:cluster:nowhere"})
        self.sandbox.client("ssm", TARGET).put_parameter(Name=CONNECTION, Type="String", Value=text, Overwrite=True)

    def touch_production(self) -> None:
        self.rds.modify_db_cluster(DBClusterIdentifier=DATABASE, BackupRetentionPeriod=9, ApplyImmediately=True)

    def tag_production(self) -> None:
        arn = self.rds.describe_db_clusters(DBClusterIdentifier=DATABASE)["DBClusters"][0]["DBClusterArn"]
        self.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "cost", "Value": "9"}])

    def edit_policy_of_others(self) -> None:
        self.add_statement(Sid=f"Snapferry{TRANSFER}Theirs")

    def let_a_group_in(self) -> None:
        group = self.stage.target.outputs["QuarantineGroupId"]
        rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        self.sandbox.client("ec2", TARGET).authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])

    def grant(self) -> None:
        self.kms.create_grant(
            KeyId=self.stage.transfer_key, GranteePrincipal=f"arn:aws:iam::{TARGET.id}:root", Operations=["Decrypt"]
        )

    def keep_secret(self) -> None:
        self.sandbox.client("secretsmanager", TARGET).create_secret(Name="snapferry/gone/1", SecretString="x")


DEEDS: dict[str, tuple[Callable[[Vandal], object], set[str]]] = {
    "a snapshot stays": (lambda vandal: vandal.leave_snapshot(TAGS), {"no snapshot is left"}),
    "an untagged snapshot": (lambda vandal: vandal.leave_snapshot([]), {"nothing of others is touched"}),
    "a share without a lease": (
        lambda vandal: vandal.share_copy(TARGET.id),
        {"what is open is on the books", "nothing of others is touched", "no snapshot is left"},
    ),
    "a share with a third account": (
        lambda vandal: vandal.share_copy(THIRD),
        {"only the target is let in", "what is open is on the books", "nothing of others is touched"}
        | {"no snapshot is left"},
    ),
    "a statement": (lambda vandal: vandal.add_statement(), {"what is open is on the books", "no access is left"}),
    "a statement without an end": (
        lambda vandal: vandal.add_statement(Condition={}),
        {"what is open is on the books", "every statement ends by itself", "no access is left"},
    ),
    "a statement for everybody": (
        lambda vandal: vandal.add_statement(Principal={"AWS": "*"}),
        {"what is open is on the books", "only the target is let in", "no access is left"},
    ),
    "a lease": (lambda vandal: vandal.write_row(SOURCE, f"lease#{TRANSFER}"), {"no row is open"}),
    "a lock": (lambda vandal: vandal.write_row(TARGET, "lock#name"), {"no row is open"}),
    "work begun": (lambda vandal: vandal.write_row(TARGET, "begun#arn"), {"no row is open"}),
    "a kept copy that is gone": (
        lambda vandal: vandal.write_row(SOURCE, f"kept#{TRANSFER}"),
        {"what is on the books is there"},
    ),
    "a database under its old password": (
        lambda vandal: vandal.bring_up(),
        {"production's password opens nothing", "no half-restored database is left"},
    ),
    "a connection to nowhere": (
        lambda vandal: vandal.publish(),
        {"what is published is there", "no half-restored database is left"},
    ),
    "production is changed": (lambda vandal: vandal.touch_production(), {"nothing of others is touched"}),
    "production is tagged": (lambda vandal: vandal.tag_production(), {"nothing of others is touched"}),
    "somebody's statement": (lambda vandal: vandal.edit_policy_of_others(), {"nothing of others is touched"}),
    "a group": (lambda vandal: vandal.let_a_group_in(), {"nothing of others is touched"}),
    "a grant": (lambda vandal: vandal.grant(), {"no grant is left"}),
    "a secret": (lambda vandal: vandal.keep_secret(), {"no secret is left"}),
}


def rules(broken: list[Broken]) -> set[str]:
    return {each.rule for each in broken}


def test_a_transfer_breaks_nothing_at_any_of_its_calls(stage: Stage) -> None:
    invariants, seen = Invariants(stage), []

    def look(call: Call) -> None:
        if call.operation.startswith(("Put", "Modify", "Create", "Copy", "Delete", "Restore")):
            seen.extend(invariants.broken())

    stage.sandbox.gate.after.append(look)
    ended = stage.sandbox.wait_for(stage.start("good"))
    stage.sandbox.gate.after.remove(look)
    assert (ended["status"], seen) == ("SUCCEEDED", [])
    assert invariants.wait_for_rest() == []
    assert [each.name for each in invariants.ours.databases()] == ["example-db-2-1", "example-db-2"]


# Each deed after the other: what is broken before counts no more.
@pytest.mark.parametrize("name", DEEDS)
def test_what_is_broken_is_told(stage: Stage, name: str) -> None:
    invariants = Invariants(stage)
    before = set(invariants.broken_at_rest())
    deed, expected = DEEDS[name]
    deed(Vandal(stage))
    assert rules([each for each in invariants.broken_at_rest() if each not in before]) == expected
