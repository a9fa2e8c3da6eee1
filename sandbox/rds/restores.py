"""What both restores have in common: which parameters they take, and what they read the data with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.attributes import of_restored
from sandbox.rds.engines import engine_named
from sandbox.rds.identifiers import Arn
from sandbox.rds.keys import NEEDED_TO_RESTORE
from sandbox.rds.models import AVAILABLE
from sandbox.rds.network import parameter_group
from sandbox.rds.options import KIND, chosen_group, lasting_options, needs_group
from sandbox.rds.provision import common_settings, insights_key, placed, retention
from sandbox.rds.setting_checks import check_settings
from sandbox.rds.tags import read_tags
from sandbox.rds.windows import backup_window
from sandbox.register.rds_options import RESTORE_OPTIONS
from sandbox.register.rds_restores import RESTORE_AVAILABLE, RESTORE_KEY, RESTORE_TAGS

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.kms import Key
    from sandbox.rds.core import Core
    from sandbox.rds.models import Snapshot, Tags

HONOURED = frozenset(
    {
        "BackupRetentionPeriod",
        "PreferredBackupWindow",
        "CopyTagsToSnapshot",
        "DBSubnetGroupName",
        "DeletionProtection",
        "EnableIAMDatabaseAuthentication",
        "Engine",
        "OptionGroupName",
        "Port",
        "Tags",
        "VpcSecurityGroupIds",
    },
)


def check_available(snapshot: Snapshot) -> None:
    """Refuse to restore what is not finished."""
    RESTORE_AVAILABLE.refuse_if(snapshot.status != AVAILABLE, snapshot.family, name=snapshot.name)


def key_to_read(core: Core, call: Call, snapshot: Snapshot) -> Key | None:
    """The snapshot's key, with the caller's permissions: what the data is decrypted with.

    Raises:
        AwsError: KMSKeyNotAccessibleFault.
    """
    if snapshot.key_arn is None or not RESTORE_KEY.holds:
        return None
    return core.keys.use(
        call.caller,
        snapshot.key_arn,
        NEEDED_TO_RESTORE,
        region=call.region,
        resource_id=snapshot.database_resource_id,
    )


def restored_record(core: Core, call: Call, arn: Arn, snapshot: Snapshot, version: str) -> dict[str, Any]:
    """What a snapshot and a call say of a restored database, be it an instance or a cluster.

    Raises:
        AwsError: what they say cannot be.
    """
    given, engine, family = call.parameters, engine_named(snapshot.engine), snapshot.family
    check_settings(given, engine, version)
    asked = given.get("DBClusterParameterGroupName" if family.clustered else "DBParameterGroupName")
    resource_id = core.store.new_resource_id(family)
    return {
        "arn": arn,
        "resource_id": resource_id,
        "engine": engine.name,
        "engine_version": version,
        "master_username": snapshot.master_username,
        "database_name": given.get("DatabaseName", snapshot.database_name),
        "port": given.get("Port", snapshot.port),
        "created": core.clock.now,
        "network": placed(call),
        "parameter_group": parameter_group(call, asked, engine.parameter_family(version), of_cluster=family.clustered),
        "option_group": option_group_of_restored(core, call, snapshot, version),
        "tags": tags_of_restored(call, snapshot),
        "shown": of_restored(given, snapshot.details, engine, family, resource_id) | insights_key(core, call),
        **backups_of_restored(call, snapshot, resource_id),
        **common_settings(call),
    }


def backups_of_restored(call: Call, snapshot: Snapshot, resource_id: str) -> dict[str, Any]:
    """Retention and window as the call says, else "existing setting": as they were when the snapshot was taken."""
    given, details = call.parameters, snapshot.details
    days = given.get("BackupRetentionPeriod", details["BackupRetentionPeriod"])
    window = given.get("PreferredBackupWindow", details["PreferredBackupWindow"])
    return {
        "backup_retention_days": retention(days, snapshot.family),
        "backup_window": backup_window(window, resource_id),
    }


def option_group_of_restored(core: Core, call: Call, snapshot: Snapshot, version: str) -> str:
    """As the call says, else the default; but with lasting options the group that has them, where that is at hand.

    Raises:
        AwsError: OptionGroupNotFoundFault; InvalidParameterCombination.
    """
    its_own = Arn(call.region, call.caller.account, KIND, snapshot.option_group)
    named = call.parameters.get("OptionGroupName")
    if not named and snapshot.lasting_options and lasting_options(core, its_own) >= snapshot.lasting_options:
        return snapshot.option_group
    chosen = chosen_group(core, call, engine_named(snapshot.engine), version)
    lacking = needs_group(core, call, snapshot)
    code = core.settings.unconfirmed.lasting_options_restore_code
    RESTORE_OPTIONS.refuse_if(lacking, code=code, options=", ".join(sorted(lacking)))
    return chosen


def tags_of_restored(call: Call, snapshot: Snapshot) -> Tags:
    """Those of the call; without any the snapshot's, but never those of a database in another account."""
    if call.parameters.get("Tags") is not None:
        return read_tags(call.parameters["Tags"])
    foreign = snapshot.database_arn.account != call.caller.account
    return {} if foreign and RESTORE_TAGS.holds else dict(snapshot.tags)
