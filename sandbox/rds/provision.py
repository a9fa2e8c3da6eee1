"""What creating and restoring have in common: a free name, a place, a key, and the moment the server starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.attributes import of_new
from sandbox.rds.encryption import storage_encryption
from sandbox.rds.engines import engine_named
from sandbox.rds.events import CREATED
from sandbox.rds.families import INSTANCES, Family
from sandbox.rds.identifiers import Arn, new_name
from sandbox.rds.keys import NEEDED_TO_CREATE
from sandbox.rds.models import AVAILABLE, CREATING, Cluster, Database
from sandbox.rds.network import Vpcs, parameter_group
from sandbox.rds.options import chosen_group
from sandbox.rds.setting_checks import check_settings
from sandbox.rds.tags import read_tags
from sandbox.rds.windows import backup_window
from sandbox.register.rds_backups import BACKUP_RANGE
from sandbox.register.rds_databases import (
    DATABASE_NAME_TAKEN,
    DATABASE_QUOTA,
    DATABASE_TAKES_TIME,
    KEY_OF_UNENCRYPTED,
    MASTER_USERNAME,
)
from sandbox.register.rds_settings import INSIGHTS_KEY

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.kms import Key
    from sandbox.rds.core import Core
    from sandbox.rds.models import Network
    from sandbox.rds.passwords import Passwords

LONGEST_RETENTION = 35
NEW_DATABASE = frozenset(
    {
        "BackupRetentionPeriod",
        "PreferredBackupWindow",
        "CopyTagsToSnapshot",
        "DBSubnetGroupName",
        "DeletionProtection",
        "EnableIAMDatabaseAuthentication",
        "Engine",
        "EngineVersion",
        "KmsKeyId",
        "ManageMasterUserPassword",
        "MasterUserPassword",
        "MasterUserSecretKmsKeyId",
        "MasterUsername",
        "OptionGroupName",
        "Port",
        "StorageEncrypted",
        "Tags",
        "VpcSecurityGroupIds",
    },
)
"""What both Create operations take."""


def arn_of_new(core: Core, call: Call, family: Family) -> Arn:
    """The ARN of a database to be made or restored, if its name is free and the account has room.

    Raises:
        AwsError: InvalidParameterValue; the family's AlreadyExists; its quota.
    """
    arn = free_arn(core, call, family)
    check_database_quota(core, family, arn)
    return arn


def free_arn(core: Core, call: Call, family: Family, parameter: str | None = None) -> Arn:
    """The ARN that a database will have, if its name is free.

    Raises:
        AwsError: InvalidParameterValue; the family's AlreadyExists.
    """
    parameter = parameter or family.database_id
    arn = Arn(call.region, call.caller.account, family.database_kind, new_name(parameter, call.parameters[parameter]))
    DATABASE_NAME_TAKEN.refuse_if(core.store.name_taken(arn), family, word=family.database_word)
    return arn


def check_database_quota(core: Core, family: Family, arn: Arn) -> None:
    """Refuse one database too many."""
    quotas = core.settings.quotas
    most = quotas.instances if family is INSTANCES else quotas.clusters
    held = [
        one
        for one in core.store.databases()
        if one.family is family and (one.arn.account, one.arn.region) == (arn.account, arn.region)
    ]
    DATABASE_QUOTA.refuse_if(len(held) >= most, family, most=most, word=family.database_word)


def new_record(core: Core, call: Call, arn: Arn, family: Family) -> dict[str, Any]:
    """What a call says of a new database, be it an instance on its own or a cluster.

    Raises:
        AwsError: what it says cannot be.
    """
    given, engine = call.parameters, engine_named(call.parameters["Engine"])
    check_settings(given, engine, given.get("EngineVersion", engine.default_version))
    MASTER_USERNAME.refuse_if(engine.has_master_user and not given.get("MasterUsername"))
    version = given.get("EngineVersion", engine.default_version)
    asked = given.get("DBClusterParameterGroupName" if family.clustered else "DBParameterGroupName")
    resource_id = core.store.new_resource_id(family)
    record = {
        "arn": arn,
        "resource_id": resource_id,
        "engine": engine.name,
        "engine_version": version,
        "master_username": given.get("MasterUsername", ""),
        "port": given.get("Port", engine.port),
        "created": core.clock.now,
        "network": placed(call),
        "parameter_group": parameter_group(call, asked, engine.parameter_family(version), of_cluster=family.clustered),
        "option_group": chosen_group(core, call, engine, version),
        "tags": read_tags(given.get("Tags")),
        "backup_retention_days": retention(given.get("BackupRetentionPeriod", 1), family),
        "backup_window": backup_window(given.get("PreferredBackupWindow"), resource_id),
        "shown": of_new(given, engine, family, resource_id) | insights_key(core, call),
        **common_settings(call),
    }
    key = key_for_new(core, call, resource_id)
    encryption = storage_encryption(core, engine, key.arn if key else None)
    return record | {
        "key_arn": key.arn if key else None,
        "storage_encryption": encryption,
        "held_keys": [key] if key else [],
    }


def begin_new(core: Core, passwords: Passwords, call: Call, database: Database, seconds: float) -> None:
    """Its master password, its server, and its first seconds.

    Raises:
        AwsError: the password cannot be; then no grant of RDS stays behind.
    """
    with core.keys.given_back_if_refused(*database.held_keys):
        password = passwords.initial(call, database) if engine_named(database.engine).has_master_user else ""
    database.server = core.data.create(database, password)
    begin(core, database, seconds)


def insights_key(core: Core, call: Call) -> dict[str, Any]:
    """Where Performance Insights is turned on: its key, the call's or the account's default one."""
    given = call.parameters
    if not given.get("EnablePerformanceInsights") or not INSIGHTS_KEY.holds:
        return {}
    default = core.keys.default(call.caller.account, call.region)
    key = given.get("PerformanceInsightsKMSKeyId", default)
    return {"PerformanceInsightsKMSKeyId": core.keys.resolve(call.caller, key, call.region)}


def retention(days: int, family: Family) -> int:
    """For how many days automated backups are kept.

    Raises:
        AwsError: InvalidParameterValue.
    """
    least = 1 if family.clustered else 0
    BACKUP_RANGE.refuse_if(not least <= days <= LONGEST_RETENTION, days=days)
    return days


def placed(call: Call) -> Network:
    """Where the call puts the database."""
    given = call.parameters
    zone = given.get("AvailabilityZone") or next(iter(given.get("AvailabilityZones") or []), None)
    return Vpcs.of(call).place(given.get("DBSubnetGroupName"), given.get("VpcSecurityGroupIds"), zone)


def publicly_accessible(call: Call, network: Network) -> bool:
    """As the call says; else as the VPC suggests."""
    said = call.parameters.get("PubliclyAccessible")
    if said is not None:
        return bool(said)
    return Vpcs.of(call).public_by_default(network, group_given="DBSubnetGroupName" in call.parameters)


def key_for_new(core: Core, call: Call, resource_id: str) -> Key | None:
    """The key for new storage; None for unencrypted storage.

    Raises:
        AwsError: KMSKeyNotAccessibleFault; InvalidParameterCombination.
    """
    named, encrypted = call.parameters.get("KmsKeyId"), call.parameters.get("StorageEncrypted")
    KEY_OF_UNENCRYPTED.refuse_if(named and encrypted is False)
    if not named and not encrypted:
        return None
    key = named or core.keys.default(call.caller.account, call.region)
    return core.keys.use(call.caller, key, NEEDED_TO_CREATE, region=call.region, resource_id=resource_id)


def common_settings(call: Call) -> dict[str, Any]:
    """Switches of a new database that the sandbox honours: AWS's defaults are off, and one day of backups."""
    given = call.parameters
    return {
        "deletion_protection": bool(given.get("DeletionProtection")),
        "copy_tags_to_snapshot": bool(given.get("CopyTagsToSnapshot")),
        "iam_authentication": bool(given.get("EnableIAMDatabaseAuthentication")),
    }


def begin(core: Core, database: Database, seconds: float) -> None:
    """From now on it exists; it is `available`, and listens, after these virtual seconds."""
    core.store.add(database)
    for hear in core.on_begun:
        hear(database)
    if DATABASE_TAKES_TIME.holds:
        core.busy(database, CREATING, seconds, lambda: _ready(core, database))
    else:
        database.status = AVAILABLE
        let_listen(core, database)


def _ready(core: Core, database: Database) -> None:
    number, message = CREATED[database.family.database_kind]
    core.events.tell(database.arn, number, "creation", message)
    let_listen(core, database)


def let_listen(core: Core, database: Database) -> None:
    """Start the server of an available instance; a cluster's once it has an available member."""
    cluster = database if isinstance(database, Cluster) else core.store.cluster_of(database)
    if cluster is None:
        if database.server is not None:
            database.server.start()
        return
    answering = any(member.status == AVAILABLE for member in core.store.members(cluster))
    if cluster.server is not None and answering:
        cluster.server.start()
