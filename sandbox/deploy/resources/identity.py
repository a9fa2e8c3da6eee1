"""Roles and policies: AWS::IAM."""

from sandbox.deploy.documents import policy_document
from sandbox.deploy.properties import Properties, tag_list
from sandbox.deploy.registry import Before, Made, makes, updates
from sandbox.deploy.site import Site
from sandbox.permissions.managed_policies import know_managed_policy

# Where a policy is attached: property of the template, the API's word for it.
HOLDERS = (("Roles", "Role"), ("Users", "User"), ("Groups", "Group"))


@makes("AWS::IAM::Role")
def role(site: Site, properties: Properties) -> Made:
    """Ref is the role's name."""
    name = properties.text("RoleName", site.name(64))
    trust = policy_document(properties.want("AssumeRolePolicyDocument"), site.resource.where)
    said = properties.some("Path", "Description", "MaxSessionDuration", "PermissionsBoundary")
    tags = tag_list(properties.tags())
    made = site.call("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust, Tags=tags, **said)["Role"]
    site.on_delete("iam", "DeleteRole", RoleName=name)
    _put_policies(site, name, properties)
    return Made(ref=name, attributes={"Arn": made["Arn"], "RoleId": made["RoleId"]})


@updates("AWS::IAM::Role", "AssumeRolePolicyDocument", "ManagedPolicyArns", "PermissionsBoundary", "Policies")
def change_role(site: Site, properties: Properties, before: Before) -> Made:
    """What a role may do, for every call from now on, also of those who act as it already."""
    name = before.made.ref
    trust = policy_document(properties.want("AssumeRolePolicyDocument"), site.resource.where)
    site.call("iam", "UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=trust)
    properties.some("Path", "Description", "MaxSessionDuration", "RoleName", "Tags")
    _bound(site, name, properties.text("PermissionsBoundary", ""))
    policies, managed = _put_policies(site, name, properties)
    for policy in before.values.get("Policies", []):
        if policy["PolicyName"] not in policies:
            site.call("iam", "DeleteRolePolicy", RoleName=name, PolicyName=policy["PolicyName"])
    for arn in before.values.get("ManagedPolicyArns", []):
        if arn not in managed:
            site.call("iam", "DetachRolePolicy", RoleName=name, PolicyArn=arn)
    return before.made


def _bound(site: Site, name: str, boundary: str) -> None:
    if boundary:
        site.call("iam", "PutRolePermissionsBoundary", RoleName=name, PermissionsBoundary=boundary)
    else:
        site.call("iam", "DeleteRolePermissionsBoundary", RoleName=name)


def _put_policies(site: Site, name: str, properties: Properties) -> tuple[list[str], list[str]]:
    """Give the names of the inline policies and the ARNs of the managed ones."""
    policies = {policy["PolicyName"]: policy for policy in properties.take("Policies", [])}
    managed: list[str] = properties.take("ManagedPolicyArns", [])
    for policy_name, policy in policies.items():
        document = policy_document(policy["PolicyDocument"], site.resource.where)
        site.call("iam", "PutRolePolicy", RoleName=name, **{**policy, "PolicyDocument": document})
        site.on_delete("iam", "DeleteRolePolicy", RoleName=name, PolicyName=policy_name)
    for arn in managed:
        know_managed_policy(site.account.id, arn)
        site.call("iam", "AttachRolePolicy", RoleName=name, PolicyArn=arn)
        site.on_delete("iam", "DetachRolePolicy", RoleName=name, PolicyArn=arn)
    return list(policies), managed


@makes("AWS::IAM::Policy")
def inline_policy(site: Site, properties: Properties) -> Made:
    """An inline policy that stands as a resource of its own."""
    name = properties.want("PolicyName")
    document = policy_document(properties.want("PolicyDocument"), site.resource.where)
    for holders, word in HOLDERS:
        for holder in properties.take(holders, []):
            place = {f"{word}Name": holder, "PolicyName": name}
            site.call("iam", f"Put{word}Policy", PolicyDocument=document, **place)
            site.on_delete("iam", f"Delete{word}Policy", **place)
    return Made(ref=name, attributes={"Id": name})


@makes("AWS::IAM::ManagedPolicy")
def managed_policy(site: Site, properties: Properties) -> Made:
    """Ref is the policy's ARN."""
    name = properties.text("ManagedPolicyName", site.name(128))
    document = policy_document(properties.want("PolicyDocument"), site.resource.where)
    said = properties.some("Path", "Description")
    made = site.call("iam", "CreatePolicy", PolicyName=name, PolicyDocument=document, **said)["Policy"]
    arn = made["Arn"]
    site.on_delete("iam", "DeletePolicy", PolicyArn=arn)
    for holders, word in HOLDERS:
        for holder in properties.take(holders, []):
            site.call("iam", f"Attach{word}Policy", PolicyArn=arn, **{f"{word}Name": holder})
            site.on_delete("iam", f"Detach{word}Policy", PolicyArn=arn, **{f"{word}Name": holder})
    return Made(ref=arn, attributes={"PolicyArn": arn, "PolicyId": made["PolicyId"]})
