"""Buckets of a template have what it gives them; a policy that the sandbox cannot keep is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE
from sandbox.deploy.errors import NotInSandbox

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.world import Sandbox

BUCKET: dict[str, Any] = {
    "Type": "AWS::S3::Bucket",
    "Properties": {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        "LifecycleConfiguration": {
            "Rules": [{"Id": "end", "Status": "Enabled", "Prefix": "old/", "ExpirationInDays": 90}]
        },
        "Tags": [{"Key": "team", "Value": "ferry"}],
    },
}
NO_PLAIN_HTTP = {"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def policy(**statement: Any) -> dict[str, Any]:
    given = {"Principal": "*", "Action": "s3:*", "Resource": "*", **statement}
    properties = {"Bucket": {"Ref": "Box"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": [given]}}
    return {"Type": "AWS::S3::BucketPolicy", "Properties": properties}


def deploy(sandbox: Sandbox, folder: Path, **resources: Any) -> str:
    path = folder / "template.json"
    path.write_text(json.dumps({"Resources": resources, "Outputs": {"Box": {"Value": {"Ref": "Box"}}}}))
    return sandbox.deploy(SOURCE, "with-bucket", path, {}).outputs["Box"]


def test_a_bucket_has_what_the_template_gives_it(sandbox: Sandbox, tmp_path: Path) -> None:
    name = deploy(sandbox, tmp_path, Box=BUCKET, Policy=policy(**NO_PLAIN_HTTP))
    s3 = sandbox.client("s3", SOURCE)
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()) == {True}
    (ends,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert (ends["ID"], ends["Filter"]["Prefix"], ends["Expiration"]["Days"]) == ("end", "old/", 90)
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "team", "Value": "ferry"}]
    assert s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"] == [
        {"ObjectOwnership": "BucketOwnerEnforced"}
    ]
    sandbox.stacks[SOURCE.id, "with-bucket"].delete()
    assert name not in {row["Name"] for row in s3.list_buckets()["Buckets"]}


@pytest.mark.parametrize("statement", [{"Effect": "Allow"}, {"Effect": "Deny"}, {**NO_PLAIN_HTTP, "Effect": "Allow"}])
def test_a_bucket_policy_that_the_sandbox_would_not_keep_is_refused(
    sandbox: Sandbox, tmp_path: Path, statement: dict[str, Any]
) -> None:
    with pytest.raises(NotInSandbox, match="plain HTTP"):
        deploy(sandbox, tmp_path, Box=BUCKET, Policy=policy(**statement))
