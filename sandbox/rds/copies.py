"""CopyDBSnapshot and CopyDBClusterSnapshot: within the account, and of what another account shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sandbox.data.sealed import SealError
from sandbox.protocol import AwsError
from sandbox.rds.errors import invalid_value
from sandbox.rds.families import INSTANCES, Family
from sandbox.rds.identifiers import Arn, new_name
from sandbox.rds.keys import NEEDED_TO_COPY, NEEDED_TO_FINISH_COPY, SOURCE
from sandbox.rds.models import AVAILABLE, COPYING, CREATING, FAILED, SealedData, Snapshot
from sandbox.rds.snapshots import check_room
from sandbox.rds.tags import check_tags, read_tags
from sandbox.rds.views import snapshot_row

if TYPE_CHECKING:
    from sandbox.accounts import Caller
    from sandbox.gate import Call
    from sandbox.kms import Key
    from sandbox.rds.core import Core
    from sandbox.rds.models import Tags


@dataclass(frozen=True)
class Transport:
    """One copy under way."""

    caller: Caller
    source: Snapshot
    copy: Snapshot


class Copies:
    """Copies of one family's snapshots."""

    def __init__(self, core: Core, family: Family) -> None:
        self._core = core
        self._family = family

    def copy(self, call: Call) -> dict[str, Any]:
        """Begin a copy. Its data moves when its time is over, if the access still holds then."""
        family, given = self._family, call.parameters
        source_id, target_id = f"Source{family.snapshot_id}", f"Target{family.snapshot_id}"
        name = new_name(target_id, given[target_id], family.longest_snapshot_name)
        source = self._core.store.snapshot(call, family, given[source_id])
        arn = Arn(call.region, call.caller.account, family.snapshot_kind, name)
        self._check_source(source)
        check_room(self._core, family, arn)
        self._check_copies_in_flight(arn)
        target_key = self._target_key(call, source)
        tags = self._tags(call, source)
        copy = self._record(source, arn, target_key, tags)
        transport = Transport(call.caller, source, copy)
        source_key, copy_key = self._keys(transport, NEEDED_TO_COPY)
        copy.key_arn = copy_key.arn if copy_key else None
        copy.held_keys = [key for key in (source_key, copy_key) if key is not None]
        self._core.store.snapshots[arn] = copy
        self._core.later(copy.work.due - copy.work.begun, lambda: self._finish(transport), f"copy to {arn}")
        return {family.snapshot_word: snapshot_row(copy, self._core.clock.now, call.caller.account)}

    def _check_source(self, source: Snapshot) -> None:
        if source.status != AVAILABLE:
            message = f"Cannot copy the snapshot because it is not currently in the available state: {source.name}."
            raise self._family.snapshot_state(message)
        if self._family is not INSTANCES and not source.engine.startswith("aurora-"):
            code = self._core.settings.unconfirmed.multi_az_cluster_snapshot_code
            raise AwsError(code, "You can't copy a snapshot of a Multi-AZ DB cluster.")

    def _check_copies_in_flight(self, arn: Arn) -> None:
        quotas = self._core.settings.quotas
        most = quotas.instance_copies_in_flight if self._family is INSTANCES else quotas.cluster_copies_in_flight
        running = [
            one
            for one in self._core.store.snapshots.values()
            if one.family is self._family
            and one.copied_from is not None
            and one.status in (CREATING, COPYING)
            and (one.arn.account, one.arn.region) == (arn.account, arn.region)
        ]
        if len(running) >= most:
            raise AwsError("SnapshotQuotaExceeded", f"Cannot copy more than {most} snapshots across regions")

    def _target_key(self, call: Call, source: Snapshot) -> str | None:
        """The key for the copy, by AWS's rules of when one must and when none may be named."""
        named: str | None = call.parameters.get("KmsKeyId")
        unconfirmed = self._core.settings.unconfirmed
        if not source.encrypted:
            if named and self._family is not INSTANCES:
                message = "An unencrypted DB cluster snapshot can't be encrypted by copying it."
                raise AwsError(unconfirmed.cluster_copy_of_unencrypted_with_key_code, message)
            return named
        if named:
            return named
        if source.arn.region != call.region:
            raise invalid_value("Must specify new KMS key for cross region encrypted snapshot copy.")
        if source.arn.account != call.caller.account:
            message = "You must specify a KMS key to copy an encrypted snapshot that another account shares."
            raise AwsError(unconfirmed.shared_copy_without_key_code, message)
        return source.key_arn

    def _tags(self, call: Call, source: Snapshot) -> Tags:
        """Tags never cross accounts; with CopyTags even AWS's own keys of the source are refused."""
        tags = read_tags(call.parameters.get("Tags"))
        if not call.parameters.get("CopyTags"):
            return tags
        if source.arn.account != call.caller.account:
            code = self._core.settings.unconfirmed.copy_tags_across_accounts_code
            if code is not None:
                raise AwsError(code, "You can't copy tags when copying a DB snapshot across accounts.")
            return tags
        check_tags({**source.tags, **tags})
        return {**source.tags, **tags}

    def _record(self, source: Snapshot, arn: Arn, key: str | None, tags: Tags) -> Snapshot:
        instance_status = self._core.settings.unconfirmed.status_of_instance_copy
        return replace(
            source,
            arn=arn,
            key_arn=key,
            created=self._core.clock.now,
            status=instance_status if self._family is INSTANCES else COPYING,
            work=self._core.work(self._core.durations.copy(source.size_gb)),
            data=SealedData(None, None),
            type="manual",
            tags=tags,
            shared_with=set(),
            copied_from=source.arn,
            held_keys=[],
            details=dict(source.details),
        )

    def _keys(self, transport: Transport, actions: tuple[str, ...]) -> tuple[Key | None, Key | None]:
        """The source's key and the copy's, if the caller may use both now.

        Raises:
            AwsError: KMSKeyNotAccessibleFault, saying which of the two.
        """
        source, copy = transport.source, transport.copy
        keys, resource_id = self._core.keys, source.database_resource_id
        source_key = target_key = None
        if source.key_arn is not None:
            source_key = keys.use(
                transport.caller,
                source.key_arn,
                actions,
                region=source.arn.region,
                resource_id=resource_id,
                words=SOURCE,
            )
        if copy.key_arn is not None:
            with keys.given_back_if_refused(source_key):
                target_key = keys.use(
                    transport.caller,
                    copy.key_arn,
                    actions,
                    region=copy.arn.region,
                    resource_id=resource_id,
                    words=self._family.target_key_words,
                )
        return source_key, target_key

    def _finish(self, transport: Transport) -> None:
        """Share and key must hold until the copy is done; else it fails, as AWS says it might (USER_CopySnapshot)."""
        copy = transport.copy
        if self._core.store.snapshots.get(copy.arn) is not copy:
            return
        copy.status = AVAILABLE if self._move(transport) else FAILED
        self._core.keys.release([key for key in copy.held_keys if key.arn != copy.key_arn])
        copy.held_keys = [key for key in copy.held_keys if key.arn == copy.key_arn]

    def _move(self, transport: Transport) -> bool:
        """Decrypt the source's data and seal it under the copy's key; False if that may or can not be done."""
        source, copy = transport.source, transport.copy
        there = self._core.store.snapshots.get(source.arn) is source
        if not there or not source.open_to(copy.arn.account):
            return False
        try:
            source_key, copy_key = self._keys(transport, NEEDED_TO_FINISH_COPY)
            copy.data = self._core.data.copy(source, source_key, str(copy.arn), copy_key)
        except (AwsError, SealError):
            return False
        return True
