"""RDS instances."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.databases.family import RestorePlan, new_password
from snapferry.databases.records import Database, encryption_of, secret_of, tag_list, tags_of
from snapferry.databases.restore_settings import Step, parameters

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

_NOT_FOUND: Final = "DBInstanceNotFound"


class Instances:
    """RDS instances of the caller's account, as a ``DatabaseFamily``."""

    def __init__(self, rds: "RDSClient") -> None:
        self._rds = rds

    def find(self, identifier: str) -> Database | None:
        """Return an instance, or None."""
        try:
            row = self._rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
        except ClientError as error:
            if aws.code(error) == _NOT_FOUND:
                return None
            raise
        return database_of_row(row)

    def all(self) -> Iterator[Database]:
        """Yield every instance of this account and Region, members of clusters among them."""
        for page in self._rds.get_paginator("describe_db_instances").paginate():
            for row in page["DBInstances"]:
                yield database_of_row(row)

    def restore(self, plan: RestorePlan) -> None:
        """Begin the restore; its key is the snapshot's (aws-facts 1.2)."""
        self._rds.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier=plan.identifier,
            DBSnapshotIdentifier=plan.snapshot_arn,
            VpcSecurityGroupIds=[plan.quarantine_group],
            PubliclyAccessible=False,
            DeletionProtection=False,  # until it is done: an unfinished one must be deletable
            Tags=tag_list(plan.tags),
            **parameters(Step.RESTORE_INSTANCE, plan.settings),
        )

    def secure(self, plan: RestorePlan, password: str | None) -> None:
        """Replace the master password, and set what no restore takes: in one call, so all or nothing."""
        self._rds.modify_db_instance(
            DBInstanceIdentifier=plan.identifier,
            **new_password(plan, password),
            **parameters(Step.CHANGE_INSTANCE, plan.settings),
            ApplyImmediately=True,
        )

    def create_instances(self, plan: RestorePlan) -> None:
        """Do nothing: an instance is what one connects to."""

    def open(self, plan: RestorePlan) -> None:
        """Move it into the profile's security groups."""
        self._rds.modify_db_instance(
            DBInstanceIdentifier=plan.identifier,
            **parameters(Step.OPEN_INSTANCE, plan.settings),
            ApplyImmediately=True,
        )

    def rename(self, identifier: str, name: str) -> None:
        """Ask RDS to rename it, which means a reboot."""
        self._rds.modify_db_instance(
            DBInstanceIdentifier=identifier, NewDBInstanceIdentifier=name, ApplyImmediately=True
        )

    def delete(self, identifier: str) -> None:
        """Ask RDS to delete it, with its automated backups and without a last snapshot: it held no new data."""
        found = self.find(identifier)
        if found is None:
            return
        if found.protected:  # the last steps of a restore protect it, and the one after them may fail
            self._rds.modify_db_instance(
                DBInstanceIdentifier=identifier, DeletionProtection=False, ApplyImmediately=True
            )
        self._rds.delete_db_instance(
            DBInstanceIdentifier=identifier, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
        )


def database_of_row(row: Any) -> Database:
    """Read one row of DescribeDBInstances."""
    endpoint = row.get("Endpoint", {})
    return Database(
        identifier=row["DBInstanceIdentifier"],
        arn=row["DBInstanceArn"],
        family="instance",
        status=row["DBInstanceStatus"],
        engine=row["Engine"],
        engine_version=row.get("EngineVersion", ""),
        gigabytes=row.get("AllocatedStorage", 0),
        encryption=encryption_of(row),
        key_arn=row.get("KmsKeyId"),
        port=endpoint.get("Port") or row.get("DbInstancePort", 0),
        endpoint=endpoint.get("Address"),
        master_username=row.get("MasterUsername", ""),
        instance_class=row.get("DBInstanceClass"),
        member_of=row.get("DBClusterIdentifier"),
        security_groups=tuple(group["VpcSecurityGroupId"] for group in row.get("VpcSecurityGroups", [])),
        pending=bool(row.get("PendingModifiedValues")),
        protected=row.get("DeletionProtection", False),
        secret=secret_of(row),
        tags=tags_of(row.get("TagList", [])),
        option_group=next((group["OptionGroupName"] for group in row.get("OptionGroupMemberships", [])), None),
        resource_id=row.get("DbiResourceId", ""),
    )
