"""Where a database stands: subnet groups, security groups and parameter groups, which moto keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends
from moto.rds.models import rds_backends

from sandbox.protocol import AwsError
from sandbox.rds.identifiers import Arn
from sandbox.rds.models import Network
from sandbox.register.rds_databases import (
    PARAMETER_GROUP_FAMILY,
    PUBLIC_BY_DEFAULT,
    SECURITY_GROUP,
    SECURITY_GROUP_VPC,
    SUBNET_GROUP,
    ZONE,
)

if TYPE_CHECKING:
    from sandbox.gate import Call

DEFAULT = "default"
NOT_FOUND = 404


class Vpcs:
    """One account's network in one Region, as RDS looks at it."""

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self._ec2 = ec2_backends[account][region]
        self._groups = rds_backends[account][region].subnet_groups

    @classmethod
    def of(cls, call: Call) -> Vpcs:
        """The caller's."""
        return cls(call.caller.account, call.region)

    def place(self, subnet_group: str | None, security_groups: list[str] | None, zone: str | None) -> Network:
        """Where a new database will stand; what is not given is the default of the account.

        Raises:
            AwsError: DBSubnetGroupNotFoundFault, InvalidParameterValue, InvalidParameterCombination.
        """
        group = self.subnet_group(subnet_group or DEFAULT)
        zones = sorted(subnet["SubnetAvailabilityZone"]["Name"] for subnet in group["Subnets"])
        ZONE.refuse_if(zone is not None and zone not in zones, zone=zone, group=group["DBSubnetGroupName"])
        chosen = self.security_groups(security_groups, group["VpcId"])
        return Network(group["DBSubnetGroupName"], group["VpcId"], zone or zones[0], chosen)

    def subnet_group(self, name: str) -> dict[str, Any]:
        """A subnet group as AWS shows it; `default` is made of the default VPC, as RDS does."""
        known = self._groups.get(name)
        if known is not None:
            return self._shown(known.name, known.description, known.vpc_id, known.subnets)
        SUBNET_GROUP.refuse_if(name != DEFAULT, name=name)
        vpc = self._ec2.get_default_vpc()
        if vpc is None:
            raise SUBNET_GROUP.refusal(name=name)
        subnets = [
            {"SubnetIdentifier": one.id, "SubnetAvailabilityZone": {"Name": zone}, "SubnetStatus": "Active"}
            for zone, one in sorted(self._ec2.get_default_subnets().items())
        ]
        return self._shown(DEFAULT, DEFAULT, vpc.id, subnets)

    def security_groups(self, asked: list[str] | None, vpc: str) -> tuple[str, ...]:
        """The groups to attach: those asked for, if they are of this VPC, or the VPC's default one."""
        if not asked:
            default = self._ec2.get_default_security_group(vpc)
            return (default.id,) if default else ()
        for group_id in asked:
            group = self._ec2.get_security_group_from_id(group_id)
            SECURITY_GROUP.refuse_if(group is None, group=group_id)
            SECURITY_GROUP_VPC.refuse_if(group is not None and group.vpc_id != vpc)
        return tuple(asked)

    def public_by_default(self, network: Network, *, group_given: bool) -> bool:
        """AWS derives PubliclyAccessible from the VPC: the default one, or one with an internet gateway, is public."""
        if not group_given or not PUBLIC_BY_DEFAULT.holds:
            return True
        gateways = self._ec2.internet_gateways.values()
        return any(gateway.vpc and gateway.vpc.id == network.vpc for gateway in gateways)

    def _shown(self, name: str, description: str, vpc: str, subnets: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "DBSubnetGroupName": name,
            "DBSubnetGroupDescription": description,
            "VpcId": vpc,
            "SubnetGroupStatus": "Complete",
            "Subnets": subnets,
            "DBSubnetGroupArn": str(Arn(self.region, self.account, "subgrp", name)),
        }


def parameter_group(call: Call, asked: str | None, family: str, *, of_cluster: bool) -> str:
    """The parameter group to use; `default.<family>` always exists.

    Raises:
        AwsError: DBParameterGroupNotFound / DBClusterParameterGroupNotFound; InvalidParameterCombination for a
            group of another engine or version.
    """
    if asked is None or asked == f"default.{family}":
        return f"default.{family}"
    backend = rds_backends[call.caller.account][call.region]
    if of_cluster:
        group = backend.db_cluster_parameter_groups.get(asked)
        its_family = group.db_parameter_group_family if group else None
        code, word = "DBClusterParameterGroupNotFound", "DBClusterParameterGroup"
    else:
        single = backend.db_parameter_groups.get(asked)
        its_family = single.family if single else None
        code, word = "DBParameterGroupNotFound", "DBParameterGroup"
    if its_family is None:
        raise AwsError(code, f"{word} not found: {asked}", NOT_FOUND)
    PARAMETER_GROUP_FAMILY.refuse_if(its_family != family, name=asked, its=its_family, family=family)
    return asked
