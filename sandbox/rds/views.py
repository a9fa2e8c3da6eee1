"""The records as AWS's output shows them. Times become datetimes; what has no value is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sandbox.rds.core import aws_time
from sandbox.rds.engines import ENGINES
from sandbox.rds.families import INSTANCES
from sandbox.rds.models import AVAILABLE, CREATING, OPTION_GROUP, WHOLE, Cluster, Database, Instance, Snapshot
from sandbox.rds.network import Vpcs
from sandbox.rds.tags import tag_list
from sandbox.register.rds_names import SHARED_BY_ARN, SHARED_WITHOUT_TAGS
from sandbox.register.rds_snapshots import PROGRESS

if TYPE_CHECKING:
    from sandbox.rds.store import Store

LOOPBACK = "127.0.0.1"
BYTES_PER_GB = 1 << 30


def snapshot_row(snapshot: Snapshot, now: float, viewer: str, *, by_arn: bool = True) -> dict[str, Any]:
    """DBSnapshot or DBClusterSnapshot.

    Args:
        snapshot: the record.
        now: virtual epoch seconds.
        viewer: the account that looks.
        by_arn: whether another account sees the ARN as the identifier, and the type `shared`.
    """
    own = snapshot.arn.account == viewer
    plain = own or not (by_arn and SHARED_BY_ARN.holds)
    family = snapshot.family
    row = {
        family.snapshot_id: snapshot.name if plain else str(snapshot.arn),
        f"{family.snapshot_word}Arn": str(snapshot.arn),
        family.database_id: snapshot.database_arn.name,
        family.resource_id_member: snapshot.database_resource_id,
        "SnapshotCreateTime": aws_time(snapshot.created),
        "SnapshotType": snapshot.type if plain else "shared",
        "Engine": snapshot.engine,
        "EngineVersion": snapshot.engine_version,
        "LicenseModel": ENGINES[snapshot.engine].license_model,
        "AllocatedStorage": snapshot.size_gb,
        "Status": snapshot.status,
        "PercentProgress": _progress(snapshot, now),
        "Port": snapshot.port,
        "VpcId": snapshot.vpc,
        "MasterUsername": snapshot.master_username,
        family.encrypted_member: snapshot.encrypted,
        "StorageEncryptionType": snapshot.storage_encryption,
        "KmsKeyId": snapshot.key_arn,
        "StorageType": snapshot.details.get("StorageType"),
        "BackupRetentionPeriod": snapshot.details.get("BackupRetentionPeriod"),
        "PreferredBackupWindow": snapshot.details.get("PreferredBackupWindow"),
        "IAMDatabaseAuthenticationEnabled": False,
        "TagList": tag_list(snapshot.tags) if own or not SHARED_WITHOUT_TAGS.holds else [],
    }
    more = _instance_snapshot(snapshot) if family is INSTANCES else _cluster_snapshot(snapshot)
    return _present({**row, **more})


def _progress(snapshot: Snapshot, now: float) -> int:
    whole = snapshot.status == AVAILABLE or not PROGRESS.holds
    return WHOLE if whole else snapshot.work.percent(now)


def _instance_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    copied_from = snapshot.copied_from
    foreign = copied_from is not None and (copied_from.account, copied_from.region) != (
        snapshot.arn.account,
        snapshot.arn.region,
    )
    return {
        "AvailabilityZone": snapshot.zone,
        "InstanceCreateTime": aws_time(snapshot.database_created),
        "OriginalSnapshotCreateTime": aws_time(snapshot.first_created),
        "SnapshotDatabaseTime": aws_time(snapshot.first_created),
        "OptionGroupName": snapshot.option_group,
        "SnapshotTarget": "region",
        "FullSnapshotSizeInBytes": snapshot.size_gb * BYTES_PER_GB,
        "SourceDBSnapshotIdentifier": str(copied_from) if foreign else None,
        "SourceRegion": copied_from.region if copied_from and foreign else None,
    }


def _cluster_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "AvailabilityZones": [snapshot.zone],
        "ClusterCreateTime": aws_time(snapshot.database_created),
        "EngineMode": snapshot.details.get("EngineMode", "provisioned"),
        "SourceDBClusterSnapshotArn": str(snapshot.copied_from) if snapshot.copied_from else None,
    }


def database_row(database: Database, store: Store) -> dict[str, Any]:
    """DBInstance or DBCluster."""
    if isinstance(database, Cluster):
        return cluster_row(database, store)
    return instance_row(cast("Instance", database), store)


def instance_row(instance: Instance, store: Store) -> dict[str, Any]:
    """DBInstance. The endpoint appears once somebody could connect."""
    cluster = store.cluster_of(instance)
    row = {
        **_database_row(instance),
        "DBInstanceStatus": instance.status,
        "DBInstanceClass": instance.instance_class,
        "DBName": instance.database_name,
        "DBClusterIdentifier": cluster.name if cluster else None,
        "DbInstancePort": 0,
        "InstanceCreateTime": aws_time(instance.created),
        "AvailabilityZone": instance.network.zone,
        "DBSubnetGroup": Vpcs(instance.arn.account, instance.arn.region).subnet_group(instance.network.subnet_group),
        "DBParameterGroups": [
            {"DBParameterGroupName": instance.parameter_group, "ParameterApplyStatus": _apply_status(instance)},
        ],
        "OptionGroupMemberships": _memberships(instance),
        "MultiAZ": instance.multi_az,
        "PubliclyAccessible": instance.publicly_accessible,
        "PromotionTier": instance.promotion_tier if cluster else None,
    }
    if cluster is not None:
        row["VpcSecurityGroups"] = _security_groups(cluster)
    if instance.status != CREATING:
        address, port = endpoint(instance, cluster or instance)
        row["Endpoint"] = {"Address": address, "Port": port, "HostedZoneId": "ZSANDBOX"}
    return _present(row)


def _memberships(instance: Instance) -> list[dict[str, str]]:
    """The option group, and one that waits for the maintenance window."""
    memberships = [{"OptionGroupName": instance.option_group, "Status": "in-sync"}]
    if OPTION_GROUP in instance.pending:
        waiting = {"OptionGroupName": instance.pending[OPTION_GROUP], "Status": "pending-maintenance-apply"}
        memberships.append(waiting)
    return memberships


def _apply_status(instance: Instance) -> str:
    return "in-sync" if instance.parameters_in_sync else "pending-reboot"


def cluster_row(cluster: Cluster, store: Store) -> dict[str, Any]:
    """DBCluster. Both endpoints lead to the one server."""
    row = {
        **_database_row(cluster),
        "Status": cluster.status,
        "DatabaseName": cluster.database_name,
        "AllocatedStorage": cluster.size_gb if cluster.is_multi_az else 1,
        "ClusterCreateTime": aws_time(cluster.created),
        "AvailabilityZones": [cluster.network.zone],
        "DBSubnetGroup": cluster.network.subnet_group,
        "DBClusterParameterGroup": cluster.parameter_group,
        "EngineMode": cluster.shown.get("EngineMode", "provisioned"),
        "DBClusterOptionGroupMemberships": [
            {"DBClusterOptionGroupName": cluster.option_group, "Status": "in-sync"},
        ],
        "MultiAZ": cluster.is_multi_az,
        "CrossAccountClone": False,
        "DBClusterMembers": [
            {
                "DBInstanceIdentifier": member.name,
                "IsClusterWriter": number == 0,
                "DBClusterParameterGroupStatus": "in-sync",
                "PromotionTier": member.promotion_tier,
            }
            for number, member in enumerate(store.members(cluster))
        ],
        "Port": endpoint(cluster, cluster)[1],
    }
    if cluster.status != CREATING:
        address = endpoint(cluster, cluster)[0]
        row["Endpoint"] = address
        row["ReaderEndpoint"] = address.replace(".cluster-", ".cluster-ro-")
    return _present(row)


def endpoint(named: Database, holder: Database) -> tuple[str, int]:
    """Address and port: of the server that holds the data, or, without a data plane, of AWS's form."""
    if holder.server is not None:
        return LOOPBACK, holder.server.port
    kind = "cluster-" if isinstance(named, Cluster) else ""
    return f"{named.name}.{kind}{named.arn.account}.{named.arn.region}.rds.amazonaws.com", holder.port


def _database_row(database: Database) -> dict[str, Any]:
    family, secret = database.family, database.secret
    return {
        **_settings(database),
        family.database_id: database.name,
        f"{family.database_word}Arn": str(database.arn),
        family.resource_id_member: database.resource_id,
        "Engine": database.engine,
        "EngineVersion": database.engine_version,
        "MasterUsername": database.master_username,
        "AllocatedStorage": database.size_gb,
        "StorageEncrypted": database.key_arn is not None,
        "StorageEncryptionType": database.storage_encryption,
        "KmsKeyId": database.key_arn,
        "VpcSecurityGroups": _security_groups(database),
        "BackupRetentionPeriod": database.backup_retention_days,
        "PreferredBackupWindow": database.backup_window,
        "DeletionProtection": database.deletion_protection,
        "CopyTagsToSnapshot": database.copy_tags_to_snapshot,
        "IAMDatabaseAuthenticationEnabled": database.iam_authentication,
        "PendingModifiedValues": {name: it for name, it in database.pending.items() if name != OPTION_GROUP} or None,
        "MasterUserSecret": None
        if secret is None
        else {"SecretArn": secret.arn, "SecretStatus": secret.status, "KmsKeyId": secret.key.arn},
        "TagList": tag_list(database.tags),
    }


def _settings(database: Database) -> dict[str, Any]:
    """As they are shown: a domain as a list of one membership."""
    settings = dict(database.shown)
    domain = settings.pop("Domain", None)
    role = settings.pop("DomainIAMRoleName", None)
    if domain:
        membership = {"Domain": domain, "Status": "joined", "IAMRoleName": role}
        settings["DomainMemberships"] = [_present(membership)]
    return settings


def _security_groups(database: Database) -> list[dict[str, str]]:
    return [{"VpcSecurityGroupId": group, "Status": "active"} for group in database.network.security_groups]


def _present(row: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in row.items() if value is not None}
