"""What may be wrong in the target account: its profile, its network, its key, its quotas, its stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.accounts import TARGET
from sandbox.sources import make_source
from sandbox.stage import PROFILE, write_profile
from tests.end_to_end.wrong_setups.case import OFFER, Case, Cases
from tests.end_to_end.wrong_setups.scene import Attempt, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES: list[Case] = []
case = Cases("target", OFFER, CASES)
DECLINED = "TransferDeclined"


@case("there is no restore profile", DECLINED, "no restore profile")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.client("ssm", TARGET).delete_parameter(Name=PROFILE)
    yield Attempt()
    write_profile(scene.sandbox, scene.stage.target_network)


@case("the profile that the input names is not there", DECLINED, "/snapferry/profiles/reporting")
def _(_: Scene) -> Iterator[Attempt]:
    yield Attempt({"database": "example-db", "profile": "reporting"})


def _profile(wrong: str, says: str, text: str | None = None, **more: object) -> None:
    def arrange(scene: Scene) -> Iterator[Attempt]:
        with scene.profile(text, **more) as attempt:
            yield attempt

    case(wrong, DECLINED, says)(arrange)


_profile("the profile is no JSON", "it is no JSON", "{")
_profile("the profile lacks a field", "security_groups: this field is missing", '{"subnet_group": "databases"}')
_profile("the profile has a field that nobody knows", "subnets: no such field", subnets=["subnet-1"])
_profile("the profile wants no instance at all", "instances", instances=0)
_profile("the DB subnet group is not there", "no DB subnet group nowhere", subnet_group="nowhere")
_profile("a security group is not there", "no security group sg-00000000", security_groups=["sg-00000000"])
_profile("the new name cannot be a database's", "cannot be a database's name", identifier="{database}--2")
_profile("the new name is too long", "cannot be a database's name", identifier="{database}-{transfer}-" + "x" * 40)
_profile("the parameter group is not there", "no parameter group tuned", parameter_group="tuned")
_profile("the profile wants IOPS without saying of which storage", "iops: name storage_type", iops=3000)
_profile("the profile wants Multi-AZ of a cluster", "which has no such setting (profile field multi_az)", multi_az=True)
_profile("nobody sells that class for the engine", "AWS offers no db.z9.huge", instance_class="db.z9.huge")
_profile("the engine has no such log", "exports no log slow", log_exports=["slow"])
_profile("the stack names no role for Enhanced Monitoring", "names no role", monitoring_seconds=60)
_profile("the cluster's parameter group is not there", "no parameter group tuned", cluster_parameter_group="tuned")
_profile(
    "three things at once", "3 things stand in the way", subnet_group="nowhere", identifier="a--b", parameter_group="x"
)


@case("a security group is of another VPC", DECLINED, "the subnet group in")
def _(scene: Scene) -> Iterator[Attempt]:
    ec2 = scene.client("ec2", TARGET)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="elsewhere", Description="Elsewhere", VpcId=vpc)["GroupId"]
    with scene.profile(security_groups=[group]) as attempt:
        yield attempt


@case("the parameter group is of another engine", DECLINED, "is of postgres16")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.client("rds", TARGET).create_db_parameter_group(
        DBParameterGroupName="of-postgres", DBParameterGroupFamily="postgres16", Description="-"
    )
    with scene.profile(parameter_group="of-postgres") as attempt:
        yield attempt


@case("the option group is not there", DECLINED, "no option group nowhere")
def _(scene: Scene) -> Iterator[Attempt]:
    scene.source("mysql", "with-options")
    with scene.profile(option_group="nowhere"):
        yield Attempt({"database": "with-options"})


@case("the new name is taken", DECLINED, "there is a database example-db-2 already")
def _(scene: Scene) -> Iterator[Attempt]:
    make_source(scene.sandbox, "postgres", name="example-db-2", account=TARGET)
    yield Attempt()
    scene.client("rds", TARGET).delete_db_instance(DBInstanceIdentifier="example-db-2", SkipFinalSnapshot=True)
    scene.sandbox.clock.run(limit=3600)


@case("nobody says which class the instances shall have", DECLINED, "instance_class")
def _(scene: Scene) -> Iterator[Attempt]:
    described = {"Engine": "aurora-mysql", "MasterUsername": "master", "MasterUserPassword": "Any-Password-1"}
    scene.client("rds").create_db_cluster(DBClusterIdentifier="headless", StorageEncrypted=True, **described)
    scene.sandbox.clock.run(limit=3600)
    yield Attempt({"database": "headless"})


@case("the target's own key is disabled", DECLINED, "its state is Disabled")
def _(scene: Scene) -> Iterator[Attempt]:
    kms = scene.client("kms", TARGET)
    kms.disable_key(KeyId=scene.stage.own_key)
    yield Attempt()
    kms.enable_key(KeyId=scene.stage.own_key)


@case("the target's own key is about to be deleted, and only the snapshot shall cross", DECLINED, "PendingDeletion")
def _(scene: Scene) -> Iterator[Attempt]:
    kms = scene.client("kms", TARGET)
    kms.schedule_key_deletion(KeyId=scene.stage.own_key, PendingWindowInDays=7)
    yield Attempt({"database": "example-db", "restore": False})
    kms.cancel_key_deletion(KeyId=scene.stage.own_key)
    kms.enable_key(KeyId=scene.stage.own_key)


def _quota(wrong: str, name: str, says: str) -> None:
    def arrange(scene: Scene) -> Iterator[Attempt]:
        quotas = scene.sandbox.rds.settings.quotas
        before = getattr(quotas, name)
        setattr(quotas, name, 0)
        yield Attempt()
        setattr(quotas, name, before)

    case(wrong, DECLINED, says)(arrange)


_quota("the target may have no further cluster", "clusters", "0 of 0 DBClusters")
_quota("the target may have no further instance", "instances", "0 of 0 DBInstances")


@case("a role of the target's stack lacks its rights", DECLINED, "ssm:GetParameter")
def _(scene: Scene) -> Iterator[Attempt]:
    iam, role, kept = scene.client("iam", TARGET), "snapferry-target-AnswerOfferFunctionRole", "events:PutEvents"
    with scene.without_rights(role, TARGET) as attempt:
        sending = (
            f'{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "{kept}", "Resource": "*"}}}}'
        )
        iam.put_role_policy(RoleName=role, PolicyName="sending", PolicyDocument=sending)
        yield attempt
        iam.delete_role_policy(RoleName=role, PolicyName="sending")


@case("the target's stack does not take questions of this account", "EventNotDelivered", "could not be delivered")
def _(scene: Scene) -> Iterator[Attempt]:
    events = scene.client("events", TARGET)
    bus = events.describe_event_bus(Name="snapferry")
    events.remove_permission(EventBusName="snapferry", RemoveAllPermissions=True)
    yield Attempt()
    events.put_permission(EventBusName="snapferry", Policy=bus["Policy"])
