"""KMS's answers about keys themselves, where moto's fall over a key ARN or know no key states."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.kms.keys import backend_of
from sandbox.register.kms_keys import DELETION_WINDOW

if TYPE_CHECKING:
    from moto.kms.models import Key

    from sandbox.clock import Clock
    from sandbox.gate import Answer, Call

# Days between ScheduleKeyDeletion and the end.
SHORTEST_WAIT, LONGEST_WAIT = 7, 30


class KeyAnswers:
    """Describing, disabling, deleting, re-encrypting, aliases."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def by_operation(self) -> dict[str, Answer]:
        """What is answered here."""
        return {
            "DescribeKey": self._describe,
            "EnableKey": self._enable,
            "DisableKey": self._disable,
            "ScheduleKeyDeletion": self._schedule_deletion,
            "CancelKeyDeletion": self._cancel_deletion,
            "ReEncrypt": self._reencrypt,
            "ListAliases": self._list_aliases,
        }

    def _describe(self, call: Call) -> dict[str, Any]:
        return {"KeyMetadata": _key(call).to_dict()["KeyMetadata"]}

    def _enable(self, call: Call) -> dict[str, Any]:
        key = _key(call)
        backend_of(key.account_id, key.region).enable_key(key.id)
        return {}

    def _disable(self, call: Call) -> dict[str, Any]:
        key = _key(call)
        backend_of(key.account_id, key.region).disable_key(key.id)
        return {}

    def _schedule_deletion(self, call: Call) -> dict[str, Any]:
        key, days = _key(call), int(call.parameters.get("PendingWindowInDays", LONGEST_WAIT))
        fits = SHORTEST_WAIT <= days <= LONGEST_WAIT
        DELETION_WINDOW.refuse_if(not fits, shortest=SHORTEST_WAIT, longest=LONGEST_WAIT)
        key.enabled, key.key_state = False, "PendingDeletion"
        # moto keeps this date without a time zone, in UTC.
        key.deletion_date = datetime(1970, 1, 1) + timedelta(seconds=self._clock.now, days=days)  # noqa: DTZ001
        return {
            "KeyId": key.arn,
            "DeletionDate": self._clock.now + timedelta(days=days).total_seconds(),
            "KeyState": key.key_state,
            "PendingWindowInDays": days,
        }

    def _cancel_deletion(self, call: Call) -> dict[str, Any]:
        key = _key(call)
        backend_of(key.account_id, key.region).cancel_key_deletion(key.id)
        return {"KeyId": key.arn}

    def _reencrypt(self, call: Call) -> dict[str, Any]:
        """Between keys of two accounts, too, which one backend of moto's cannot."""
        source, target = call.context["keys"]
        plain, _arn = backend_of(source.account_id, source.region).decrypt(
            call.parameters["CiphertextBlob"], call.parameters.get("SourceEncryptionContext", {})
        )
        blob, _arn = backend_of(target.account_id, target.region).encrypt(
            target.id, plain, call.parameters.get("DestinationEncryptionContext", {})
        )
        return {"CiphertextBlob": blob, "KeyId": target.arn, "SourceKeyId": source.arn}

    def _list_aliases(self, call: Call) -> dict[str, Any]:
        """Aliases that have a key; moto lists its reserved ones with keys that do not exist."""
        wanted = call.parameters.get("KeyId")
        backend = backend_of(call.caller.account, call.region)
        aliases = backend.list_aliases(backend.get_key_id(wanted) if wanted else None)
        rows = [
            {"AliasName": alias.alias_name, "AliasArn": alias.alias_arn, "TargetKeyId": alias.target_key_id}
            for alias in aliases
        ]
        return {"Aliases": rows, "Truncated": False}


def _key(call: Call) -> Key:
    """The key that the check before the call has found."""
    key: Key = call.context["key"]
    return key
