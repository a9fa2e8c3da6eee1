"""Roles and policies: AWS::IAM."""

from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.deploy.documents import policy_document
from sandbox.deploy.managed_policies import know_managed_policy
from sandbox.deploy.properties import Properties, tag_list
from sandbox.deploy.registry import Made, makes
from sandbox.deploy.site import Site

if TYPE_CHECKING:
    from collections.abc import Callable

# Where a policy is attached: property of the template, the API's word for it.
HOLDERS = (("Roles", "Role"), ("Users", "User"), ("Groups", "Group"))


@makes("AWS::IAM::Role")
def role(site: Site, properties: Properties) -> Made:
    """Ref is the role's name."""
    name = properties.text("RoleName", site.name(64))
    trust = policy_document(properties.want("AssumeRolePolicyDocument"), site.resource.where)
    inline, managed = properties.take("Policies", []), properties.take("ManagedPolicyArns", [])
    said = properties.some("Path", "Description", "MaxSessionDuration", "PermissionsBoundary")
    tags = tag_list(properties.tags())
    made = site.call("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust, Tags=tags, **said)["Role"]
    for policy in inline:
        document = policy_document(policy["PolicyDocument"], site.resource.where)
        site.call("iam", "PutRolePolicy", RoleName=name, **{**policy, "PolicyDocument": document})
    for arn in managed:
        know_managed_policy(site.account, arn)
        site.call("iam", "AttachRolePolicy", RoleName=name, PolicyArn=arn)

    def delete() -> None:
        for arn in managed:
            site.call("iam", "DetachRolePolicy", RoleName=name, PolicyArn=arn)
        for policy in inline:
            site.call("iam", "DeleteRolePolicy", RoleName=name, PolicyName=policy["PolicyName"])
        site.call("iam", "DeleteRole", RoleName=name)

    return Made(name, {"Arn": made["Arn"], "RoleId": made["RoleId"]}, delete)


@makes("AWS::IAM::Policy")
def policy(site: Site, properties: Properties) -> Made:
    """An inline policy that stands as a resource of its own."""
    name = properties.want("PolicyName")
    document = policy_document(properties.want("PolicyDocument"), site.resource.where)
    deletions: list[Callable[[], Any]] = []
    for holders, word in HOLDERS:
        for holder in properties.take(holders, []):
            place = {f"{word}Name": holder, "PolicyName": name}
            site.call("iam", f"Put{word}Policy", PolicyDocument=document, **place)
            deletions.append(partial(site.call, "iam", f"Delete{word}Policy", **place))
    return Made(name, {"Id": name}, lambda: [delete() for delete in deletions])


@makes("AWS::IAM::ManagedPolicy")
def managed_policy(site: Site, properties: Properties) -> Made:
    """Ref is the policy's ARN."""
    name = properties.text("ManagedPolicyName", site.name(128))
    document = policy_document(properties.want("PolicyDocument"), site.resource.where)
    said = properties.some("Path", "Description")
    made = site.call("iam", "CreatePolicy", PolicyName=name, PolicyDocument=document, **said)["Policy"]
    arn = made["Arn"]
    deletions: list[Callable[[], Any]] = []
    for holders, word in HOLDERS:
        for holder in properties.take(holders, []):
            place = {f"{word}Name": holder, "PolicyArn": arn}
            site.call("iam", f"Attach{word}Policy", **place)
            deletions.append(partial(site.call, "iam", f"Detach{word}Policy", **place))
    deletions.append(lambda: site.call("iam", "DeletePolicy", PolicyArn=arn))
    return Made(arn, {"PolicyArn": arn, "PolicyId": made["PolicyId"]}, lambda: [delete() for delete in deletions])
