"""What would make a restore fail, found before the first hour of a copy is spent."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from snapferry import aws, names
from snapferry.contracts import Profile, Scaling
from snapferry.databases import Database, find_database
from snapferry.errors import GiveUp, OwnKeyNotUsable, RestoreNotPossible
from snapferry.findings import Findings
from snapferry.hooks import against_hooks
from snapferry.keys import find_key
from snapferry.target_stack import Clients, TargetStack
from snapferry.vocabulary import Family

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_rds import RDSClient

_SERVERLESS: Final = "db.serverless"
_MEMBER_SUFFIX: Final = 3  # "-16": a cluster's instances are called after it
_OF_THIS_ACCOUNT: Final = "name one of the target account and Region in the profile"
_SUBNET_GROUP_NOT_FOUND: Final = "DBSubnetGroupNotFoundFault"
_PARAMETER_GROUP_NOT_FOUND: Final = frozenset({"DBParameterGroupNotFound", "DBClusterParameterGroupNotFound"})
_GROUP_NOT_FOUND: Final = frozenset({"InvalidGroup.NotFound", "InvalidGroupId.Malformed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One database that shall come up, and the names that follow from the profile.

    Attributes:
        family, instance_class, scaling: Of the source; the profile may name another class and scaling.
    """

    transfer: str
    database: str
    family: Family
    instance_class: str | None
    scaling: Scaling | None
    profile: Profile

    @property
    def identifier(self) -> str:
        """Name of the new database."""
        return self._filled(self.profile.identifier)

    @property
    def name(self) -> str:
        """Under which its connection is published."""
        return self._filled(self.profile.name)

    @property
    def chosen_class(self) -> str | None:
        """Class of each instance."""
        return self.profile.instance_class or self.instance_class

    @property
    def chosen_scaling(self) -> Scaling | None:
        """Capacity of a cluster's Serverless v2 instances."""
        return self.profile.scaling or self.scaling

    def _filled(self, pattern: str) -> str:
        return pattern.replace("{database}", self.database).replace("{transfer}", self.transfer).lower()


def check_restore(wanted: Wanted, stack: TargetStack, clients: Clients, findings: Findings) -> None:
    """Note everything that would make a restore fail. Reads only."""
    looks: tuple[Callable[[], Iterator[GiveUp]], ...] = (
        lambda: _against_name(wanted, clients.rds),
        lambda: _against_class(wanted),
        lambda: _against_network(wanted, stack, clients),
        lambda: _against_groups(wanted, clients.rds),
        lambda: _against_number(wanted, clients.rds),
        lambda: against_hooks(wanted.profile.hooks, stack),
    )
    for look in looks:
        findings.check(lambda look=look: findings.add(*look()))  # type: ignore[misc]
    check_key(stack, clients, findings)


def check_key(stack: TargetStack, clients: Clients, findings: Findings) -> None:
    """Note if the own key cannot encrypt a copy and a database."""
    findings.check(lambda: find_key(clients.kms, stack.key, region=stack.region, refusal=OwnKeyNotUsable))


def _against_name(wanted: Wanted, rds: "RDSClient") -> Iterator[GiveUp]:
    if not names.is_database_name(wanted.identifier) or len(wanted.identifier) > names.LONGEST - _MEMBER_SUFFIX:
        yield RestoreNotPossible(
            f"{wanted.identifier!r} cannot be a database's name (profile field identifier)",
            resource=wanted.identifier,
            remedy=f"at most {names.LONGEST - _MEMBER_SUFFIX} letters, digits and single hyphens, a letter first",
        )
        return
    there = find_database(rds, wanted.identifier)
    if there is not None and not _is_our_own(there, wanted):
        yield RestoreNotPossible(
            f"there is a database {wanted.identifier} already (profile field identifier)",
            resource=there.arn,
            remedy="choose another name; one with {transfer} in it is free every time",
        )


def _is_our_own(there: Database, wanted: Wanted) -> bool:
    return there.tags.get(names.TRANSFER_TAG) == wanted.transfer


def _against_class(wanted: Wanted) -> Iterator[GiveUp]:
    if wanted.chosen_class is None:
        yield RestoreNotPossible(
            "nobody says which class the instances shall have (profile field instance_class)",
            resource=wanted.identifier,
            remedy="name one in the profile, such as db.r6g.large",
        )
    elif wanted.chosen_class == _SERVERLESS and wanted.chosen_scaling is None:
        yield RestoreNotPossible(
            "nobody says between which capacities the Serverless v2 instances shall move (profile field scaling)",
            resource=wanted.identifier,
            remedy='name them in the profile, such as {"least": 0.5, "most": 8}',
        )


def _against_network(wanted: Wanted, stack: TargetStack, clients: Clients) -> Iterator[GiveUp]:
    subnets = wanted.profile.subnet_group
    vpc = _vpc_of_subnet_group(clients.rds, subnets)
    if vpc is None:
        yield RestoreNotPossible(
            f"there is no DB subnet group {subnets} (profile field subnet_group)",
            resource=subnets,
            remedy=_OF_THIS_ACCOUNT,
        )
    for group in (*wanted.profile.security_groups, stack.quarantine_group):
        there = _vpc_of_security_group(clients.ec2, group)
        if there is None:
            yield RestoreNotPossible(
                f"there is no security group {group} (profile field security_groups)",
                resource=group,
                remedy=_OF_THIS_ACCOUNT,
            )
        elif vpc is not None and there != vpc:
            yield RestoreNotPossible(
                f"security group {group} is in {there}, the subnet group in {vpc}",
                resource=group,
                remedy="name a subnet group and security groups of one VPC, the target stack's",
            )


def _against_groups(wanted: Wanted, rds: "RDSClient") -> Iterator[GiveUp]:
    for field, group, there in (
        ("parameter_group", wanted.profile.parameter_group, _has_parameter_group),
        ("cluster_parameter_group", wanted.profile.cluster_parameter_group, _has_cluster_parameter_group),
    ):
        if group and not there(rds, group):
            yield RestoreNotPossible(
                f"there is no parameter group {group} (profile field {field})", resource=group, remedy=_OF_THIS_ACCOUNT
            )


def _against_number(wanted: Wanted, rds: "RDSClient") -> Iterator[GiveUp]:
    """A further snapshot is worth waiting for; databases seldom go by themselves."""
    rows = {row["AccountQuotaName"]: row for row in rds.describe_account_attributes()["AccountQuotas"]}
    needed = {"DBInstances": wanted.profile.instances if wanted.family == "cluster" else 1}
    if wanted.family == "cluster":
        needed["DBClusters"] = 1
    for quota, number in needed.items():
        used, most = rows[quota]["Used"], rows[quota]["Max"]
        if used + number > most:
            yield RestoreNotPossible(
                f"the account has {used} of {most} {quota}, and {number} more would come up",
                resource=f"RDS quota {quota}",
                remedy="delete databases that nobody needs, or ask AWS for a higher quota",
            )


def _has_parameter_group(rds: "RDSClient", name: str) -> bool:
    return _is_there(lambda: rds.describe_db_parameter_groups(DBParameterGroupName=name)["DBParameterGroups"])


def _has_cluster_parameter_group(rds: "RDSClient", name: str) -> bool:
    return _is_there(
        lambda: rds.describe_db_cluster_parameter_groups(DBClusterParameterGroupName=name)["DBClusterParameterGroups"]
    )


def _is_there(ask: Callable[[], Sequence[object]]) -> bool:
    try:
        return bool(ask())
    except ClientError as error:
        if aws.code(error) in _PARAMETER_GROUP_NOT_FOUND:
            return False
        raise


def _vpc_of_subnet_group(rds: "RDSClient", name: str) -> str | None:
    try:
        return rds.describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"][0]["VpcId"]
    except ClientError as error:
        if aws.code(error) == _SUBNET_GROUP_NOT_FOUND:
            return None
        raise


def _vpc_of_security_group(ec2: "EC2Client", group: str) -> str | None:
    try:
        return ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0].get("VpcId")
    except ClientError as error:
        if aws.code(error) in _GROUP_NOT_FOUND:
            return None
        raise
