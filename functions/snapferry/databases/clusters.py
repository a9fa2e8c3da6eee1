"""Aurora clusters."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.databases.family import RestorePlan, new_password
from snapferry.databases.instances import Instances
from snapferry.databases.records import Database, Member, encryption_of, secret_of, tag_list, tags_of
from snapferry.databases.restore_settings import Step, parameters

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

_NOT_FOUND: Final = "DBClusterNotFoundFault"
_MEMBER_THERE: Final = "DBInstanceAlreadyExists"
_DELETING: Final = "deleting"


class Clusters:
    """Aurora clusters of the caller's account, as a ``DatabaseFamily``."""

    def __init__(self, rds: "RDSClient") -> None:
        self._rds = rds
        self._instances = Instances(rds)

    def find(self, identifier: str) -> Database | None:
        """Return a cluster with its members, or None."""
        try:
            row = self._rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"][0]
        except ClientError as error:
            if aws.code(error) == _NOT_FOUND:
                return None
            raise
        return _database_of_row(row, self._members(row))

    def all(self) -> Iterator[Database]:
        """Yield every cluster of this account and Region, without its members."""
        for page in self._rds.get_paginator("describe_db_clusters").paginate():
            for row in page["DBClusters"]:
                yield _database_of_row(row, ())

    def restore(self, plan: RestorePlan) -> None:
        """Begin the restore under the target's own key; AWS restores no instances with it (aws-facts 2.7)."""
        self._rds.restore_db_cluster_from_snapshot(
            DBClusterIdentifier=plan.identifier,
            SnapshotIdentifier=plan.snapshot_arn,
            Engine=plan.engine,
            EngineVersion=plan.engine_version,  # absent, it would be the Region's default version
            KmsKeyId=plan.key_arn,
            VpcSecurityGroupIds=[plan.quarantine_group],
            DeletionProtection=False,  # until it is done: an unfinished one must be deletable
            Tags=tag_list(plan.tags),
            **parameters(Step.RESTORE_CLUSTER, plan.settings),
        )

    def secure(self, plan: RestorePlan, password: str | None) -> None:
        """Replace the master password, set what no restore takes; possible while the cluster has no instance yet."""
        self._rds.modify_db_cluster(
            DBClusterIdentifier=plan.identifier,
            **new_password(plan, password),
            **parameters(Step.CHANGE_CLUSTER, plan.settings),
            ApplyImmediately=True,
        )

    def create_instances(self, plan: RestorePlan) -> None:
        """Create the cluster's instances: the first becomes the writer."""
        for number in range(1, plan.instances + 1):
            self._create_instance(plan, f"{plan.identifier}-{number}")

    def open(self, plan: RestorePlan) -> None:
        """Move it into the profile's security groups."""
        self._rds.modify_db_cluster(
            DBClusterIdentifier=plan.identifier,
            **parameters(Step.OPEN_CLUSTER, plan.settings),
            ApplyImmediately=True,
        )

    def rename(self, identifier: str, name: str) -> None:
        """Ask RDS to rename it; its members keep their names."""
        self._rds.modify_db_cluster(DBClusterIdentifier=identifier, NewDBClusterIdentifier=name, ApplyImmediately=True)

    def delete(self, identifier: str) -> None:
        """Ask RDS to delete its members, and once they are gone the cluster (aws-facts 2.9)."""
        found = self.find(identifier)
        if found is None:
            return
        if found.protected:  # the last steps of a restore protect it, and the one after them may fail
            self._rds.modify_db_cluster(DBClusterIdentifier=identifier, DeletionProtection=False, ApplyImmediately=True)
        for member in found.members:
            if member.status != _DELETING:
                self._instances.delete(member.identifier)
        if not found.members:
            self._rds.delete_db_cluster(
                DBClusterIdentifier=identifier, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
            )

    def _create_instance(self, plan: RestorePlan, identifier: str) -> None:
        try:
            self._rds.create_db_instance(
                DBInstanceIdentifier=identifier,
                Engine=plan.engine,
                DBClusterIdentifier=plan.identifier,
                PubliclyAccessible=False,
                Tags=tag_list(plan.tags),
                **parameters(Step.CREATE_MEMBER, plan.settings),
            )
        except ClientError as error:
            if aws.code(error) != _MEMBER_THERE:
                raise
            found = self._instances.find(identifier)
            if found is None or found.member_of != plan.identifier:
                raise

    def _members(self, row: Any) -> tuple[Member, ...]:
        rows = sorted(row.get("DBClusterMembers", []), key=lambda member: not member["IsClusterWriter"])
        found = (self._instances.find(member["DBInstanceIdentifier"]) for member in rows)
        return tuple(
            Member(identifier=one.identifier, status=one.status, instance_class=one.instance_class or "")
            for one in found
            if one is not None
        )


def _database_of_row(row: Any, members: tuple[Member, ...]) -> Database:
    return Database(
        identifier=row["DBClusterIdentifier"],
        arn=row["DBClusterArn"],
        family="cluster",
        status=row["Status"],
        engine=row["Engine"],
        engine_version=row.get("EngineVersion", ""),
        gigabytes=0,  # AllocatedStorage is always 1 for Aurora
        encryption=encryption_of(row),
        key_arn=row.get("KmsKeyId"),
        port=row.get("Port", 0),
        endpoint=row.get("Endpoint"),
        master_username=row.get("MasterUsername", ""),
        instance_class=members[0].instance_class if members else None,
        members=members,
        security_groups=tuple(group["VpcSecurityGroupId"] for group in row.get("VpcSecurityGroups", [])),
        pending=bool(row.get("PendingModifiedValues")),
        protected=row.get("DeletionProtection", False),
        secret=secret_of(row),
        tags=tags_of(row.get("TagList", [])),
        engine_mode=row.get("EngineMode"),
        scaling=_scaling_of(row.get("ServerlessV2ScalingConfiguration")),
        resource_id=row.get("DbClusterResourceId", ""),
    )


def _scaling_of(told: Any) -> tuple[float, float] | None:
    return (told["MinCapacity"], told["MaxCapacity"]) if told else None
