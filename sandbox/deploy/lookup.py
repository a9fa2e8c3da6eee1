"""Whether what an AWS-specific parameter names is there in the account."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from sandbox.accounts import Account
from sandbox.deploy.errors import NotInSandbox
from sandbox.deploy.site import World

# Parameter type -> operation of EC2, its argument, the list in the answer, the name in it.
EC2 = {
    "AWS::EC2::AvailabilityZone::Name": (
        "describe_availability_zones", "ZoneNames", "AvailabilityZones", "ZoneName"),
    "AWS::EC2::SecurityGroup::GroupName": (
        "describe_security_groups", "GroupNames", "SecurityGroups", "GroupName"),
    "AWS::EC2::SecurityGroup::Id": ("describe_security_groups", "GroupIds", "SecurityGroups", "GroupId"),
    "AWS::EC2::Subnet::Id": ("describe_subnets", "SubnetIds", "Subnets", "SubnetId"),
    "AWS::EC2::VPC::Id": ("describe_vpcs", "VpcIds", "Vpcs", "VpcId"),
}  # fmt: skip
PARAMETER_NAME = "AWS::SSM::Parameter::Name"
PARAMETER_VALUE = "AWS::SSM::Parameter::Value<String>"


@dataclass(frozen=True)
class LookUpInAccount:
    """Called with (type, value): what Ref gives, or None if there is no such thing."""

    world: World
    account: Account

    def __call__(self, kind: str, value: str) -> str | None:
        """See the class."""
        try:
            if kind in EC2:
                return self._in_ec2(value, *EC2[kind])
            if kind in (PARAMETER_NAME, PARAMETER_VALUE):
                return self._in_ssm(kind, value)
        except ClientError:  # "InvalidVpcID.NotFound" and its likes
            return None
        raise NotInSandbox(f"the sandbox does not know parameters of type {kind}")

    def _in_ec2(self, value: str, operation: str, argument: str, members: str, name: str) -> str | None:
        answer: dict[str, Any] = getattr(self.world.client("ec2", self.account), operation)(**{argument: [value]})
        return value if any(one[name] == value for one in answer[members]) else None

    def _in_ssm(self, kind: str, value: str) -> str:
        found = self.world.client("ssm", self.account).get_parameter(Name=value)["Parameter"]
        return str(found["Value"]) if kind == PARAMETER_VALUE else value
