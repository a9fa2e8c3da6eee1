"""What would make a restore fail, found before the first hour of a copy is spent."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from snapferry import aws, names
from snapferry.databases import Database, find_database
from snapferry.errors import GiveUp, RestoreNotPossible
from snapferry.findings import Findings
from snapferry.target.connections import MOST_PREVIOUS, Connections
from snapferry.target.engine_checks import OF_THIS_ACCOUNT, against_engine
from snapferry.target.hooks import ClientOf, against_hooks
from snapferry.target.own_key import find_own_key
from snapferry.target.profile_checks import SERVERLESS, foreign_fields
from snapferry.target.target_stack import Clients, TargetStack
from snapferry.target.wanted import Wanted

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_rds import RDSClient

_MEMBER_SUFFIX: Final = 3  # "-16": a cluster's instances are called after it
_A_FAMILY: Final = {"instance": "an instance", "cluster": "a cluster"}
_ROLE_NOT_FOUND: Final = "NoSuchEntity"
_SUBNET_GROUP_NOT_FOUND: Final = "DBSubnetGroupNotFoundFault"
_GROUP_NOT_FOUND: Final = frozenset({"InvalidGroup.NotFound", "InvalidGroupId.Malformed"})


def check_restore(wanted: Wanted, stack: TargetStack, clients: Clients, findings: Findings) -> None:
    """Note everything that would make a restore fail. Reads only."""
    looks: tuple[Callable[[], Iterator[GiveUp]], ...] = (
        lambda: _against_name(wanted, clients.rds),
        lambda: _against_class(wanted),
        lambda: _against_network(wanted, stack, clients),
        lambda: _against_family(wanted),
        lambda: against_engine(wanted, clients.rds),
        lambda: _against_monitoring(wanted, stack, aws.client),
        lambda: _against_number(wanted, clients.rds),
        lambda: against_hooks(wanted.profile.hooks, stack),
        lambda: _against_connection(wanted, stack, clients),
    )
    for look in looks:
        findings.check(lambda look=look: findings.add(*look()))  # type: ignore[misc]
    check_key(stack, clients, findings)


def check_key(stack: TargetStack, clients: Clients, findings: Findings) -> None:
    """Note if the own key cannot encrypt a copy and a database."""
    findings.check(lambda: find_own_key(clients.kms, stack))


def _against_name(wanted: Wanted, rds: "RDSClient") -> Iterator[GiveUp]:
    if not names.is_database_name(wanted.identifier) or len(wanted.identifier) > names.LONGEST - _MEMBER_SUFFIX:
        yield RestoreNotPossible(
            f"{wanted.identifier!r} cannot be a database's name (profile field identifier)",
            resource=wanted.identifier,
            remedy=f"at most {names.LONGEST - _MEMBER_SUFFIX} letters, digits and single hyphens, a letter first",
        )
        return
    yield from _against_new_name(wanted, rds)
    there = find_database(rds, wanted.identifier)
    if there is not None and not _is_our_own(there, wanted):
        yield RestoreNotPossible(
            f"there is a database {wanted.identifier} already (profile field identifier)",
            resource=there.arn,
            remedy="choose another name; one with {transfer} in it is free every time",
        )


def _against_new_name(wanted: Wanted, rds: "RDSClient") -> Iterator[GiveUp]:
    """Only a database of Snapferry's, and of the same family, is moved away for another one."""
    if wanted.naming is None:
        return
    name = wanted.naming.name
    if not names.is_database_name(name) or name == wanted.identifier:
        yield RestoreNotPossible(
            f"{name!r} cannot be a name that the database is given in the end (profile field rename_to)",
            resource=name,
            remedy="choose one that RDS takes, and another one as identifier; {transfer} in that helps",
        )
        return
    there = find_database(rds, name)
    if there and (not there.managed or there.family != wanted.family):
        yield RestoreNotPossible(
            f"the {there.family} {name} has the name that the new database shall have (profile field rename_to), and "
            f"is no {wanted.family} that Snapferry has restored",
            resource=there.arn,
            remedy="rename that one yourself, or choose another rename_to",
        )


def _against_connection(wanted: Wanted, stack: TargetStack, clients: Clients) -> Iterator[GiveUp]:
    """A parameter that somebody else uses stays theirs (NotOurs); one that is full takes no other database."""
    parameter = stack.connection(wanted.name)
    found = Connections(clients.profiles.ssm).find(parameter)
    if found is not None and len(found.previous) >= MOST_PREVIOUS:
        yield RestoreNotPossible(
            f"{parameter} lists {len(found.previous)} previous databases already, and can hold no more",
            resource=parameter,
            remedy="give the profile a shorter keep_previous_hours; apply_retention deletes those whose time is over",
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
    elif wanted.chosen_class == SERVERLESS and wanted.chosen_scaling is None:
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
            remedy=OF_THIS_ACCOUNT,
        )
    for group in (*wanted.profile.security_groups, stack.quarantine_group):
        there = _vpc_of_security_group(clients.ec2, group)
        if there is None:
            yield RestoreNotPossible(
                f"there is no security group {group} (profile field security_groups)",
                resource=group,
                remedy=OF_THIS_ACCOUNT,
            )
        elif vpc is not None and there != vpc:
            yield RestoreNotPossible(
                f"security group {group} is in {there}, the subnet group in {vpc}",
                resource=group,
                remedy="name a subnet group and security groups of one VPC, the target stack's",
            )


def _against_family(wanted: Wanted) -> Iterator[GiveUp]:
    """What a profile sets and the database cannot have must not be dropped silently."""
    for field in foreign_fields(wanted.profile, wanted.family):
        yield RestoreNotPossible(
            f"{wanted.database} is {_A_FAMILY[wanted.family]}, which has no such setting (profile field {field})",
            resource=wanted.database,
            remedy=f"take it out, or give {wanted.database} a profile of its own",
        )


def _against_monitoring(wanted: Wanted, stack: TargetStack, client: ClientOf) -> Iterator[GiveUp]:
    """Only the stack's own role may be handed to Enhanced Monitoring, so that no profile can hand on another."""
    if not wanted.profile.monitoring_seconds:
        return
    if stack.monitoring_role is None:
        yield RestoreNotPossible(
            "the stack names no role for Enhanced Monitoring (profile field monitoring_seconds)",
            resource="MonitoringRoleArn",
            remedy="deploy the target stack with the parameter MonitoringRoleArn, or leave the field out",
        )
    elif not _is_role(stack.monitoring_role, client):
        yield RestoreNotPossible(
            "the stack's role for Enhanced Monitoring is not there (profile field monitoring_seconds)",
            resource=stack.monitoring_role,
            remedy="make it, or deploy the target stack with another MonitoringRoleArn",
        )


def _is_role(arn: str, client: ClientOf) -> bool:
    try:
        client("iam").get_role(RoleName=arn.rpartition("/")[2])
    except ClientError as error:
        if aws.code(error) == _ROLE_NOT_FOUND:
            return False
        raise
    return True


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
