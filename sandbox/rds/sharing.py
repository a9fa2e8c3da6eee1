"""The `restore` attribute: who may copy and restore a snapshot, and who sees it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.rds.encryption import SSE_RDS_TYPE
from sandbox.rds.engines import engine_named
from sandbox.rds.models import AVAILABLE, Snapshot
from sandbox.rds.options import MAY_CROSS
from sandbox.register.rds_backups import AWSBACKUP_OF_CLUSTERS, BACKUP_BY_TYPE
from sandbox.register.rds_names import SHARED_ON_REQUEST
from sandbox.register.rds_options import SHARE_OPTIONS
from sandbox.register.rds_snapshots import (
    SHARE_ACCOUNT_ID,
    SHARE_ATTRIBUTE,
    SHARE_AVAILABLE,
    SHARE_DEFAULT_KEY,
    SHARE_MANUAL,
    SHARE_MULTI_AZ,
    SHARE_PUBLIC,
    SHARE_QUOTA,
)
from sandbox.register.rds_sources import SHARE_CUSTOM, SHARE_SSE_RDS, SHARE_SSE_RDS_PUBLIC

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.families import Family
    from sandbox.rds.store import Store

EVERYBODY = "all"
RESTORE = "restore"


class Sharing:
    """Modify and Describe of snapshot attributes, for one family."""

    def __init__(self, core: Core, family: Family) -> None:
        self._core = core
        self._family = family

    def modify(self, call: Call) -> dict[str, Any]:
        """ModifyDBSnapshotAttribute / ModifyDBClusterSnapshotAttribute."""
        given = call.parameters
        snapshot = self._core.store.own_snapshot(call, self._family, given[self._family.snapshot_id])
        SHARE_ATTRIBUTE.refuse_if(given["AttributeName"] != RESTORE, name=given["AttributeName"])
        added, removed = set(given.get("ValuesToAdd") or []), set(given.get("ValuesToRemove") or [])
        self._check_values(added | removed)
        if added:
            self._check_shareable(snapshot, added)
        shared = (snapshot.shared_with | added) - removed
        SHARE_QUOTA.refuse_if(len(shared - {EVERYBODY}) > self._core.settings.quotas.accounts_per_snapshot)
        snapshot.shared_with = shared
        return self._shown(snapshot)

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeDBSnapshotAttributes / DescribeDBClusterSnapshotAttributes; the owner's only."""
        return self._shown(
            self._core.store.own_snapshot(call, self._family, call.parameters[self._family.snapshot_id]),
        )

    def _check_values(self, values: set[str]) -> None:
        code = self._core.settings.unconfirmed.malformed_account_id_code
        for value in values - {EVERYBODY}:
            SHARE_ACCOUNT_ID.refuse_if(not re.fullmatch(r"\d{12}", value), code=code, value=value)

    def _check_shareable(self, snapshot: Snapshot, added: set[str]) -> None:
        family, unconfirmed = self._family, self._core.settings.unconfirmed
        SHARE_MANUAL.refuse_if(snapshot.type != "manual" or snapshot.is_recovery_point, family)
        SHARE_AVAILABLE.refuse_if(snapshot.status != AVAILABLE, family, name=snapshot.name)
        multi_az = snapshot.of_multi_az_cluster and unconfirmed.multi_az_cluster_snapshot_code
        SHARE_MULTI_AZ.refuse_if(multi_az, code=multi_az or None)
        SHARE_CUSTOM.refuse_if(engine_named(snapshot.engine).is_custom, code=unconfirmed.custom_snapshot_code)
        held_back = sorted(snapshot.lasting_options - (MAY_CROSS if snapshot.engine.startswith("oracle-") else set()))
        code, options = unconfirmed.lasting_options_share_code, ", ".join(held_back)
        SHARE_OPTIONS.refuse_if(held_back, code=code, options=options)
        SHARE_PUBLIC.refuse_if(snapshot.encrypted and EVERYBODY in added, code=unconfirmed.public_share_code)
        self._check_sse_rds(snapshot, added)
        default_key = unconfirmed.refuse_sharing_under_default_key and self._under_default_key(snapshot)
        SHARE_DEFAULT_KEY.refuse_if(default_key, family, code=unconfirmed.default_key_share_code)

    def _check_sse_rds(self, snapshot: Snapshot, added: set[str]) -> None:
        unconfirmed = self._core.settings.unconfirmed
        owned = snapshot.storage_encryption == SSE_RDS_TYPE
        public = owned and EVERYBODY in added and unconfirmed.sse_rds_public_code
        SHARE_SSE_RDS_PUBLIC.refuse_if(public, code=public or None)
        shared = owned and added - {EVERYBODY} and unconfirmed.sse_rds_share_code
        SHARE_SSE_RDS.refuse_if(shared, code=unconfirmed.sse_rds_share_code)

    def _under_default_key(self, snapshot: Snapshot) -> bool:
        return snapshot.key_arn == self._core.keys.default(snapshot.arn.account, snapshot.arn.region)

    def _shown(self, snapshot: Snapshot) -> dict[str, Any]:
        word = self._family.snapshot_word
        values = sorted(snapshot.shared_with)
        return {
            f"{word}AttributesResult": {
                self._family.snapshot_id: snapshot.name,
                f"{word}Attributes": [{"AttributeName": RESTORE, "AttributeValues": values}],
            },
        }


def visible(store: Store, call: Call, family: Family) -> list[Snapshot]:
    """The snapshots that a Describe call means: the account's own, and foreign ones only where it asks for them.

    Raises:
        AwsError: the family's NotFound, when the call names a snapshot that it may not see.
    """
    given, viewer = call.parameters, call.caller.account
    kind = given.get("SnapshotType")
    AWSBACKUP_OF_CLUSTERS.refuse_if(family.clustered and kind == "awsbackup", kind=kind)
    if given.get(family.snapshot_id):
        named = store.snapshot(call, family, given[family.snapshot_id])
        unsaid = kind is None and named.type == "automated" and named.arn.account == viewer
        words = {"word": family.snapshot_word, "name": given[family.snapshot_id]}
        BACKUP_BY_TYPE.refuse_if(unsaid, family, **words)
        candidates = [named]
    else:
        candidates = [one for one in store.snapshots.values() if one.family is family and one.arn.region == call.region]
    rows = [one for one in candidates if _meant(one, viewer, kind, given)]
    if not rows and given.get(family.snapshot_id):
        raise family.snapshot_missing(given[family.snapshot_id])
    return rows


def _meant(snapshot: Snapshot, viewer: str, kind: str | None, given: dict[str, Any]) -> bool:
    if snapshot.arn.account == viewer:
        return kind in (None, snapshot.type) or (kind == "public" and EVERYBODY in snapshot.shared_with)
    if kind in ("shared", None) and viewer in snapshot.shared_with:
        return kind == "shared" or bool(given.get("IncludeShared")) or not SHARED_ON_REQUEST.holds
    if kind in ("public", None) and EVERYBODY in snapshot.shared_with:
        return kind == "public" or bool(given.get("IncludePublic"))
    return False
