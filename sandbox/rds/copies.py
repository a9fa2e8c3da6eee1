"""CopyDBSnapshot and CopyDBClusterSnapshot: within the account, and of what another account shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sandbox.data.sealed import SealError
from sandbox.protocol import AwsError
from sandbox.rds.copy_rules import CopyRules
from sandbox.rds.encryption import SSE_KMS
from sandbox.rds.identifiers import Arn, new_name
from sandbox.rds.keys import NEEDED_TO_COPY, NEEDED_TO_CREATE, NEEDED_TO_FINISH_COPY, SOURCE
from sandbox.rds.models import AVAILABLE, COPYING, FAILED, SealedData, Snapshot, Work
from sandbox.rds.snapshots import check_room
from sandbox.rds.views import snapshot_row
from sandbox.register.rds_copies import (
    COPY_EVERY_ACTION,
    COPY_IS_MANUAL,
    COPY_KEEPS_AGE,
    COPY_NOT_SHARED,
    COPY_QUEUE,
    COPY_RELEASES_KEY,
    COPY_SOURCE_KEY,
    COPY_STATUS,
    COPY_UNTIL_DONE_KEY,
    COPY_UNTIL_DONE_SHARED,
    COPY_UNTIL_DONE_THERE,
)

if TYPE_CHECKING:
    from sandbox.accounts import Caller
    from sandbox.gate import Call
    from sandbox.kms import Key
    from sandbox.rds.core import Core
    from sandbox.rds.families import Family
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
        self._rules = CopyRules(core, family)

    def copy(self, call: Call) -> dict[str, Any]:
        """Begin a copy. Its data moves when its time is over, if the access still holds then."""
        family, given = self._family, call.parameters
        source_id, target_id = f"Source{family.snapshot_id}", f"Target{family.snapshot_id}"
        name = new_name(target_id, given[target_id], family.longest_snapshot_name)
        source = self._core.store.snapshot(call, family, given[source_id])
        arn = Arn(call.region, call.caller.account, family.snapshot_kind, name)
        self._rules.check_source(source)
        check_room(self._core, family, arn)
        self._rules.check_in_flight(arn)
        target_key = self._rules.target_key(call, source)
        tags = self._rules.tags(call, source)
        copy = self._record(source, arn, target_key, tags)
        copy.option_group = self._rules.option_group(call, source)
        transport = Transport(call.caller, source, copy)
        source_key, copy_key = self._keys(transport, NEEDED_TO_COPY if COPY_EVERY_ACTION.holds else NEEDED_TO_CREATE)
        copy.key_arn = copy_key.arn if copy_key else None
        copy.storage_encryption = SSE_KMS if copy_key else source.storage_encryption
        copy.held_keys = [key for key in (source_key, copy_key) if key is not None]
        self._core.store.snapshots[arn] = copy
        self._core.later(copy.work.due - self._core.clock.now, lambda: self._finish(transport), f"copy to {arn}")
        return {family.snapshot_word: snapshot_row(copy, self._core.clock.now, call.caller.account)}

    def _record(self, source: Snapshot, arn: Arn, key: str | None, tags: Tags) -> Snapshot:
        return replace(
            source,
            arn=arn,
            key_arn=key,
            created=self._core.clock.now,
            first_created=source.first_created if COPY_KEEPS_AGE.holds else self._core.clock.now,
            status=self._first_status(),
            work=self._work(source, arn),
            data=SealedData(None, None),
            type="manual" if COPY_IS_MANUAL.holds else source.type,
            tags=tags,
            shared_with=set() if COPY_NOT_SHARED.holds else set(source.shared_with),
            copied_from=source.arn,
            held_keys=[],
            details=dict(source.details),
        )

    def _first_status(self) -> str:
        if not COPY_STATUS.holds:
            return "pending"
        return COPYING if self._family.clustered else self._core.settings.unconfirmed.status_of_instance_copy

    def _work(self, source: Snapshot, arn: Arn) -> Work:
        """It begins once the account's other copies of the same database are done."""
        same = source.database_resource_id
        ahead = [one.work.due for one in self._rules.in_flight(arn) if one.database_resource_id == same]
        begin = max([self._core.clock.now, *(ahead if COPY_QUEUE.holds else [])])
        return Work(begin, begin + self._core.durations.copy(source.size_gb))

    def _keys(self, transport: Transport, actions: tuple[str, ...]) -> tuple[Key | None, Key | None]:
        """The source's key and the copy's, if the caller may use both now.

        Raises:
            AwsError: KMSKeyNotAccessibleFault, saying which of the two.
        """
        source, copy = transport.source, transport.copy
        keys, resource_id = self._core.keys, source.database_resource_id
        source_key = target_key = None
        if source.key_arn is not None and COPY_SOURCE_KEY.holds:
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
        if copy.status == AVAILABLE:
            self._core.finished(copy)
        if COPY_RELEASES_KEY.holds:
            self._core.keys.release([key for key in copy.held_keys if key.arn != copy.key_arn])
        copy.held_keys = [key for key in copy.held_keys if key.arn == copy.key_arn]

    def _move(self, transport: Transport) -> bool:
        """Decrypt the source's data and seal it under the copy's key; False if that may or can not be done."""
        source, copy = transport.source, transport.copy
        if COPY_UNTIL_DONE_THERE.holds and self._core.store.snapshots.get(source.arn) is not source:
            return False
        if COPY_UNTIL_DONE_SHARED.holds and not source.open_to(copy.arn.account):
            return False
        try:
            source_key, copy_key = self._keys(transport, NEEDED_TO_FINISH_COPY)
            copy.data = self._core.data.copy(source, source_key, str(copy.arn), copy_key)
        except (AwsError, SealError):
            return not COPY_UNTIL_DONE_KEY.holds
        return True
