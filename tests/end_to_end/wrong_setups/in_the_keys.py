"""What may be wrong with the route and the transfer key, as the source's deployer has set them up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.accounts import SOURCE
from tests.end_to_end.wrong_setups.case import OFFER, PLAN, Case, Cases
from tests.end_to_end.wrong_setups.scene import ROOT_MAY_ALL, Attempt, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES: list[Case] = []
case = Cases("source", PLAN, CASES)


@case("the route leads to the source account itself", "InvalidRoute", "the source account itself")
def _(scene: Scene) -> Iterator[Attempt]:
    with scene.another_stack(TargetAccountId=SOURCE.id) as attempt:
        yield attempt


@case("the transfer key is aws/rds", "KeyManagedByAws", "managed by AWS")
def _(scene: Scene) -> Iterator[Attempt]:
    default = scene.stage.databases(SOURCE).describe("example-db")["KmsKeyId"]
    with scene.another_stack(TransferKeyArn=default) as attempt:
        yield attempt


@case("the transfer key does not exist", "TransferKeyNotUsable", "does not exist")
def _(scene: Scene) -> Iterator[Attempt]:
    key = f"arn:aws:kms:eu-west-1:{SOURCE.id}:key/00000000-0000-0000-0000-000000000000"
    with scene.another_stack(TransferKeyArn=key) as attempt:
        yield attempt


@case("the transfer key is asymmetric", "KeyNotSymmetric", "RSA_2048")
def _(scene: Scene) -> Iterator[Attempt]:
    key = scene.key(tags={"lease": "allowed"}, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    with scene.another_stack(TransferKeyArn=key) as attempt:
        yield attempt


@case("the transfer key is disabled", "KeyDisabled", "Disabled")
def _(scene: Scene) -> Iterator[Attempt]:
    attempt, kms = scene.on_second_stack(), scene.client("kms")
    kms.disable_key(KeyId=scene.deployers_key)
    yield attempt
    kms.enable_key(KeyId=scene.deployers_key)


@case("the transfer key is about to be deleted", "KeyPendingDeletion", "PendingDeletion")
def _(scene: Scene) -> Iterator[Attempt]:
    attempt, kms = scene.on_second_stack(), scene.client("kms")
    kms.schedule_key_deletion(KeyId=scene.deployers_key, PendingWindowInDays=7)
    yield attempt
    kms.cancel_key_deletion(KeyId=scene.deployers_key)
    kms.enable_key(KeyId=scene.deployers_key)


@case("nobody has released the transfer key", "KeyNotReleased", "snapferry:lease=allowed")
def _(scene: Scene) -> Iterator[Attempt]:
    attempt, kms = scene.on_second_stack(), scene.client("kms")
    kms.untag_resource(KeyId=scene.deployers_key, TagKeys=["snapferry:lease"])
    yield attempt
    kms.tag_resource(KeyId=scene.deployers_key, Tags=[{"TagKey": "snapferry:lease", "TagValue": "allowed"}])


@case("the transfer key is another stack's", "KeyOfAnotherStack", "snapferry:stack=elsewhere")
def _(scene: Scene) -> Iterator[Attempt]:
    attempt, kms = scene.on_second_stack(), scene.client("kms")
    kms.tag_resource(KeyId=scene.deployers_key, Tags=[{"TagKey": "snapferry:stack", "TagValue": "elsewhere"}])
    yield attempt
    kms.untag_resource(KeyId=scene.deployers_key, TagKeys=["snapferry:stack"])


@case("the key policy has no room for a lease", "KeyPolicyFull", "no room")
def _(scene: Scene) -> Iterator[Attempt]:
    filling = [{**ROOT_MAY_ALL, "Sid": f"Filling{'x' * 900}{number}"} for number in range(31)]
    with scene.key_policy(ROOT_MAY_ALL, *filling) as attempt:
        yield attempt


@case("the key policy names a role that is deleted", "KeyPolicyNamesTheDeleted", "deleted users or roles")
def _(scene: Scene) -> Iterator[Attempt]:
    iam = scene.client("iam")
    arn = iam.create_role(RoleName="long-gone", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    theirs = {**ROOT_MAY_ALL, "Sid": "Theirs", "Principal": {"AWS": arn}, "Action": "kms:Decrypt"}
    with scene.key_policy(ROOT_MAY_ALL, theirs) as attempt:
        iam.delete_role(RoleName="long-gone")
        yield attempt


@case("the key policy does not let the stack edit it", "KeyPolicyLockout", "does not let")
def _(scene: Scene) -> Iterator[Attempt]:
    admin = {**ROOT_MAY_ALL, "Principal": {"AWS": SOURCE.admin.caller.arn}}
    looking = {**ROOT_MAY_ALL, "Sid": "Looking", "Action": ["kms:Describe*", "kms:Get*", "kms:List*"]}
    with scene.key_policy(admin, looking) as attempt:
        yield attempt


@case("the key policy is managed elsewhere, and lets nobody in", "KeyPolicyNotOpen", "add to it these statements")
def _(scene: Scene) -> Iterator[Attempt]:
    with scene.another_stack(KeyPolicyManaged="elsewhere") as attempt:
        yield attempt


@case("the target account has no such event bus", "EventNotDelivered", "event-bus/nowhere", OFFER)
def _(scene: Scene) -> Iterator[Attempt]:
    with scene.another_stack(TargetBusName="nowhere") as attempt:
        yield attempt
