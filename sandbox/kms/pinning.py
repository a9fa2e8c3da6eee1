"""The key policy that counts: roles and users pinned to their ids, changes seen late by others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.kms.documents import principals, with_principals
from sandbox.permissions.policies import role_or_user_id
from sandbox.register.kms_policies import POLICY_PINNED, POLICY_SEEN_LATE

if TYPE_CHECKING:
    from moto.kms.models import Key

    from sandbox.clock import Clock
    from sandbox.permissions import Policy


class PolicyBook:
    """Every key's policy, as it stands and as it stood.

    KMS stores a role or user by its unique id. Once that is deleted its id shows in the document in place of the ARN,
    and one made again under the same name is somebody else.
    """

    def __init__(self, clock: Clock) -> None:
        self.delay = 0.0
        """Virtual seconds until other services and accounts see a new policy."""
        self.read_delay = 0.0
        """Virtual seconds until GetKeyPolicy shows a new policy: KMS is eventually consistent."""
        self._clock = clock
        self._pins: dict[tuple[str, str], str] = {}
        self._replaced: dict[str, list[tuple[float, str]]] = {}

    def put(self, key: Key, text: str) -> None:
        """Replace a key's policy."""
        self._replaced.setdefault(key.arn, []).append((self._clock.now, key.policy))
        key.policy = text
        self._pins = {pin: known for pin, known in self._pins.items() if pin[0] != key.arn}
        self._pin(key)

    def shown(self, key: Key) -> str:
        """The document as GetKeyPolicy gives it: what was put, but for the ids of those who are gone."""
        self._pin(key)
        text = self._seen_after(self.read_delay, key)
        document = json.loads(text)
        current = with_principals(document, lambda name: self._today(key, name))
        return text if current == document else json.dumps(current)

    def in_force(self, key: Key, *, far: bool) -> Policy:
        """The policy by which a call is decided.

        Args:
            key: moto's.
            far: the caller is a service on somebody's behalf, or of another account, and sees changes late.
        """
        self._pin(key)
        text = self._seen_after(self.delay, key) if far and POLICY_SEEN_LATE.holds else key.policy
        return with_principals(json.loads(text), lambda name: self._today(key, name))

    def _seen_after(self, delay: float, key: Key) -> str:
        for replaced_at, text in self._replaced.get(key.arn, ()):
            if self._clock.now < replaced_at + delay:
                return text
        return key.policy

    def _pin(self, key: Key) -> None:
        """Note who is meant by the ARNs in the document, when it is new to us."""
        for _kind, name in principals(json.loads(key.policy)):
            if (key.arn, name) not in self._pins and (known := _id_of(name)):
                self._pins[key.arn, name] = known

    def _today(self, key: Key, name: str) -> str:
        pinned = self._pins.get((key.arn, name))
        return pinned if POLICY_PINNED.holds and pinned not in (None, _id_of(name)) else name


def _id_of(name: str) -> str | None:
    return role_or_user_id(name) if ":role/" in name or ":user/" in name else None
