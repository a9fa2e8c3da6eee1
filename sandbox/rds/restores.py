"""What both restores have in common: which parameters they take, and what they read the data with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.rds.keys import NEEDED_TO_RESTORE
from sandbox.rds.models import AVAILABLE
from sandbox.rds.tags import read_tags
from sandbox.register.rds_restores import RESTORE_AVAILABLE, RESTORE_KEY, RESTORE_TAGS

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.kms import Key
    from sandbox.rds.core import Core
    from sandbox.rds.models import Snapshot, Tags

HONOURED = frozenset(
    {
        "BackupRetentionPeriod",
        "CopyTagsToSnapshot",
        "DBSubnetGroupName",
        "DeletionProtection",
        "EnableIAMDatabaseAuthentication",
        "Engine",
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


def tags_of_restored(call: Call, snapshot: Snapshot) -> Tags:
    """Those of the call; without any the snapshot's, but never those of a database in another account."""
    if call.parameters.get("Tags") is not None:
        return read_tags(call.parameters["Tags"])
    foreign = snapshot.database_arn.account != call.caller.account
    return {} if foreign and RESTORE_TAGS.holds else dict(snapshot.tags)
