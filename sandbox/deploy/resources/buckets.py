"""Buckets: AWS::S3."""

from typing import Any

from moto.moto_api._internal import mock_random

from sandbox.accounts import REGION
from sandbox.deploy.documents import policy_document
from sandbox.deploy.errors import NotInSandbox
from sandbox.deploy.properties import Properties, tag_list
from sandbox.deploy.registry import Made, makes
from sandbox.deploy.site import Site

PLAIN_HTTP = {"Bool": {"aws:SecureTransport": "false"}}


@makes("AWS::S3::Bucket")
def bucket(site: Site, properties: Properties) -> Made:
    """Ref is the bucket's name: small letters, and another one each time, for one that is retained keeps its own."""
    name = properties.text("BucketName", site.name(63, f"-{mock_random.get_random_hex(12)}").lower())
    encryption = properties.take("BucketEncryption")
    ownership = properties.take("OwnershipControls")
    access = properties.take("PublicAccessBlockConfiguration")
    lifecycle = properties.take("LifecycleConfiguration")
    tags = tag_list(properties.tags())
    site.call("s3", "CreateBucket", Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    site.on_delete("s3", "DeleteBucket", Bucket=name)
    if encryption is not None:
        rules = [
            {"ApplyServerSideEncryptionByDefault" if key == "ServerSideEncryptionByDefault" else key: value
             for key, value in rule.items()}
            for rule in encryption["ServerSideEncryptionConfiguration"]
        ]  # fmt: skip
        site.call("s3", "PutBucketEncryption", Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    if ownership is not None:
        site.call("s3", "PutBucketOwnershipControls", Bucket=name, OwnershipControls=ownership)
    if access is not None:
        site.call("s3", "PutPublicAccessBlock", Bucket=name, PublicAccessBlockConfiguration=access)
    if lifecycle is not None:
        rules = [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]
        site.call("s3", "PutBucketLifecycleConfiguration", Bucket=name, LifecycleConfiguration={"Rules": rules})
    if tags:
        site.call("s3", "PutBucketTagging", Bucket=name, Tagging={"TagSet": tags})
    return Made(ref=name, attributes={"Arn": f"arn:aws:s3:::{name}"})


@makes("AWS::S3::BucketPolicy")
def bucket_policy(site: Site, properties: Properties) -> Made:
    """Ref is the bucket's name. A policy may only forbid plain HTTP, which is all that the sandbox speaks.

    Nothing is put: moto reads no conditions, and would deny everything.
    """
    name, written = properties.want("Bucket"), properties.want("PolicyDocument")
    if any((one["Effect"], one.get("Condition")) != ("Deny", PLAIN_HTTP) for one in written["Statement"]):
        raise NotInSandbox(
            f"{site.resource.where}: the sandbox knows of bucket policies only the one against plain HTTP"
        )
    policy_document(written, site.resource.where)
    return Made(ref=name)


def _lifecycle_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """The API's words for CloudFormation's; any other member is handed on, for the API's model to judge."""
    given = dict(rule)
    named: dict[str, Any] = {"Filter": {"Prefix": given.pop("Prefix", "")}}
    if "Id" in given:
        named["ID"] = given.pop("Id")
    if "ExpirationInDays" in given:
        named["Expiration"] = {"Days": given.pop("ExpirationInDays")}
    return named | given
