"""The `restore` attribute: who may copy and restore a snapshot, and who sees it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.protocol import AwsError
from sandbox.rds.errors import invalid_value
from sandbox.rds.families import INSTANCES, Family
from sandbox.rds.models import AVAILABLE, Snapshot

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core
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
        if given["AttributeName"] != RESTORE:
            raise invalid_value(f"Invalid attribute name: {given['AttributeName']}")
        added, removed = set(given.get("ValuesToAdd") or []), set(given.get("ValuesToRemove") or [])
        self._check_values(added | removed)
        if added:
            self._check_shareable(snapshot, added)
        shared = (snapshot.shared_with | added) - removed
        if len(shared - {EVERYBODY}) > self._core.settings.quotas.accounts_per_snapshot:
            raise AwsError(
                "SharedSnapshotQuotaExceeded",
                "You have exceeded the maximum number of accounts that you can share a manual DB snapshot with.",
            )
        snapshot.shared_with = shared
        return self._shown(snapshot)

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeDBSnapshotAttributes / DescribeDBClusterSnapshotAttributes; the owner's only."""
        return self._shown(
            self._core.store.own_snapshot(call, self._family, call.parameters[self._family.snapshot_id]),
        )

    def _check_values(self, values: set[str]) -> None:
        for value in values:
            if value != EVERYBODY and not re.fullmatch(r"\d{12}", value):
                raise invalid_value(f"Invalid account id: {value}")

    def _check_shareable(self, snapshot: Snapshot, added: set[str]) -> None:
        unconfirmed = self._core.settings.unconfirmed
        if snapshot.type != "manual":
            raise self._family.snapshot_state("Only manual snapshots can be shared. Copy the snapshot, share the copy.")
        if snapshot.status != AVAILABLE:
            raise self._family.snapshot_state(f"The snapshot {snapshot.name} is not in the available state.")
        if self._is_of_multi_az_cluster(snapshot):
            message = "You can't share a snapshot of a Multi-AZ DB cluster."
            raise AwsError(unconfirmed.multi_az_cluster_snapshot_code, message)
        if snapshot.encrypted and EVERYBODY in added:
            raise AwsError(unconfirmed.public_share_code, "Encrypted snapshots can't be public.")
        if unconfirmed.refuse_sharing_under_default_key and self._under_default_key(snapshot):
            raise AwsError(
                unconfirmed.default_key_share_code or self._family.snapshot_state_code,
                "Snapshots encrypted with the default KMS key can't be shared.",
            )

    def _under_default_key(self, snapshot: Snapshot) -> bool:
        return snapshot.key_arn == self._core.keys.default(snapshot.arn.account, snapshot.arn.region)

    def _is_of_multi_az_cluster(self, snapshot: Snapshot) -> bool:
        return self._family is not INSTANCES and not snapshot.engine.startswith("aurora-")

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
    if given.get(family.snapshot_id):
        named = store.snapshot(call, family, given[family.snapshot_id])
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
        return kind == "shared" or bool(given.get("IncludeShared"))
    if kind in ("public", None) and EVERYBODY in snapshot.shared_with:
        return kind == "public" or bool(given.get("IncludePublic"))
    return False
