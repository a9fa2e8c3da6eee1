"""What would make a restore fail, found before the first hour of a copy is spent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from snapferry import aws, names
from snapferry.contracts import Profile
from snapferry.databases import Database, find_database
from snapferry.errors import OwnKeyNotUsable
from snapferry.hooks import against_hooks
from snapferry.keys import find_key
from snapferry.target_stack import Clients, TargetStack
from snapferry.vocabulary import Family

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_rds import RDSClient

_MEMBER_SUFFIX: Final = 3  # "-16": a cluster's instances are called after it
_SUBNET_GROUP_NOT_FOUND: Final = "DBSubnetGroupNotFoundFault"
_GROUP_NOT_FOUND: Final = frozenset({"InvalidGroup.NotFound", "InvalidGroupId.Malformed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One database that shall come up, and the names that follow from the profile.

    Attributes:
        family, instance_class: Of the source; the profile may name another class.
    """

    transfer: str
    database: str
    family: Family
    instance_class: str | None
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

    def _filled(self, pattern: str) -> str:
        return pattern.replace("{database}", self.database).replace("{transfer}", self.transfer).lower()


def reasons_against(wanted: Wanted, stack: TargetStack, clients: Clients) -> list[str]:
    """Return everything that would make a restore fail; an empty list if nothing is known of. Reads only."""
    found = [
        *_against_name(wanted, clients.rds),
        *_against_class(wanted),
        *_against_network(wanted, stack, clients),
        *(error.what for error in against_hooks(wanted.profile.hooks, stack)),
    ]
    try:
        find_key(clients.kms, stack.key, region=stack.region, refusal=OwnKeyNotUsable)
    except OwnKeyNotUsable as error:
        found.append(error.what)
    return found


def _against_name(wanted: Wanted, rds: "RDSClient") -> Iterator[str]:
    if not names.is_database_name(wanted.identifier) or len(wanted.identifier) > names.LONGEST - _MEMBER_SUFFIX:
        yield f"{wanted.identifier!r} cannot be a database's name (profile field identifier)"
        return
    there = find_database(rds, wanted.identifier)
    if there is not None and not _is_our_own(there, wanted):
        yield f"there is a database {wanted.identifier} already (profile field identifier; {{transfer}} in it helps)"


def _is_our_own(there: Database, wanted: Wanted) -> bool:
    return there.tags.get(names.TRANSFER_TAG) == wanted.transfer


def _against_class(wanted: Wanted) -> Iterator[str]:
    if wanted.chosen_class is None:
        yield "nobody says which class the instances shall have (profile field instance_class)"


def _against_network(wanted: Wanted, stack: TargetStack, clients: Clients) -> Iterator[str]:
    vpc = _vpc_of_subnet_group(clients.rds, wanted.profile.subnet_group)
    if vpc is None:
        yield f"there is no DB subnet group {wanted.profile.subnet_group} (profile field subnet_group)"
    for group in (*wanted.profile.security_groups, stack.quarantine_group):
        there = _vpc_of_security_group(clients.ec2, group)
        if there is None:
            yield f"there is no security group {group} (profile field security_groups)"
        elif vpc is not None and there != vpc:
            yield f"security group {group} is in {there}, the subnet group in {vpc}"


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
