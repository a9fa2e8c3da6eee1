"""Security groups: AWS::EC2."""

from typing import Any

from sandbox.deploy.properties import Properties, tag_list
from sandbox.deploy.registry import Made, makes
from sandbox.deploy.site import Site

PORTS = ("IpProtocol", "FromPort", "ToPort")
# Template's name of the other end -> the API's list, and the name in it.
OTHER_ENDS = {
    "CidrIp": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "SourcePrefixListId": ("PrefixListIds", "PrefixListId"),
    "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
}
EVERYTHING_OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@makes("AWS::EC2::SecurityGroup")
def security_group(site: Site, properties: Properties) -> Made:
    """Ref is the group's id. A group with egress rules of its own loses AWS's "everything may leave"."""
    name = properties.text("GroupName", site.name(255))
    ingress = properties.take("SecurityGroupIngress", [])
    egress = properties.take("SecurityGroupEgress", [])
    vpc = properties.some("VpcId")
    made = site.call(
        "ec2", "CreateSecurityGroup", GroupName=name, Description=properties.want("GroupDescription"), **vpc
    )
    group = made["GroupId"]
    site.on_delete("ec2", "DeleteSecurityGroup", GroupId=group)
    if tags := properties.tags():
        site.call("ec2", "CreateTags", Resources=[group], Tags=tag_list(tags))
    if ingress:
        permissions = [_permission(one) for one in ingress]
        site.call("ec2", "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=permissions)
    if egress:
        site.call("ec2", "RevokeSecurityGroupEgress", GroupId=group, IpPermissions=[EVERYTHING_OUT])
        permissions = [_permission(one) for one in egress]
        site.call("ec2", "AuthorizeSecurityGroupEgress", GroupId=group, IpPermissions=permissions)
    described = site.call("ec2", "DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"][0]
    return Made(ref=group, attributes={"GroupId": group, "Id": group, "VpcId": described["VpcId"]})


@makes("AWS::EC2::SecurityGroupIngress")
def ingress_rule(site: Site, properties: Properties) -> Made:
    """A rule of a group that stands elsewhere: two groups that name each other need one."""
    return _rule(site, properties, "Ingress")


@makes("AWS::EC2::SecurityGroupEgress")
def egress_rule(site: Site, properties: Properties) -> Made:
    """See `ingress_rule`. A group that lets everything out still does: the rule comes on top."""
    return _rule(site, properties, "Egress")


def _rule(site: Site, properties: Properties, direction: str) -> Made:
    group = properties.want("GroupId")
    permissions = [_permission(properties.some(*PORTS, "Description", *OTHER_ENDS))]
    site.call("ec2", f"AuthorizeSecurityGroup{direction}", GroupId=group, IpPermissions=permissions)
    site.on_delete("ec2", f"RevokeSecurityGroup{direction}", GroupId=group, IpPermissions=permissions)
    return Made(ref=site.name(80))


def _permission(written: dict[str, Any]) -> dict[str, Any]:
    """One rule as the API wants it; a member that is not known here stays, and is refused with its name."""
    written = dict(written)
    permission = {name: written.pop(name) for name in PORTS if name in written}
    description = {name: written.pop(name) for name in ("Description",) if name in written}
    for name, (ends, member) in OTHER_ENDS.items():
        if name in written:
            permission[ends] = [{member: written.pop(name), **description}]
    return {**permission, **written}
