"""What an administrator sees from outside while a transfer runs: who holds access, and what RDS is busy with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.accounts import ACCOUNTS, SOURCE, TARGET, Account
from sandbox.databases import AVAILABLE
from sandbox.stage import RESTORED

if TYPE_CHECKING:
    from sandbox.stage import Stage

_SNAPSHOT_BEGINS = "sf-"


@dataclass(frozen=True)
class Access:
    """Where the source account lets the target in."""

    key: bool = False
    """A statement of the transfer key's policy names it."""
    share: bool = False
    """It stands in a snapshot's attribute `restore`."""

    def __str__(self) -> str:
        """One of `none`, `key`, `share`, `key+share`."""
        return "+".join(name for name, held in (("key", self.key), ("share", self.share)) if held) or "none"

    @property
    def any(self) -> bool:
        """Whether any door is open."""
        return self.key or self.share


@dataclass(frozen=True)
class Work:
    """Something that RDS takes its time for."""

    account: Account
    what: str
    """Kind and name."""
    status: str
    percent: int | None
    """RDS's PercentProgress; None where RDS tells none."""
    begun: float
    """When it was first seen; virtual epoch seconds."""


@dataclass
class Watch:
    """Looks at both accounts, by API, and remembers when access was first and last seen."""

    stage: Stage
    access: Access = field(default_factory=Access)
    works: list[Work] = field(default_factory=list)
    opened_at: float | None = None
    """When access was first seen open; virtual epoch seconds."""
    closed_at: float | None = None
    """When it was first seen closed again."""

    def look(self) -> list[Work]:
        """Look now; gives the work that has come to its end since the last look."""
        before, self.works = self.works, self._works()
        self._note(Access(self._in_key_policy(), self._in_share()))
        going_on = {(work.what, work.status) for work in self.works}
        return [work for work in before if (work.what, work.status) not in going_on]

    @property
    def exposure(self) -> float | None:
        """For how long access was seen open; virtual seconds. None if it was never, or still is."""
        if self.opened_at is None or self.closed_at is None:
            return None
        return self.closed_at - self.opened_at

    def _note(self, access: Access) -> None:
        self.access = access
        now = self.stage.sandbox.clock.now
        if access.any:
            self.opened_at = now if self.opened_at is None else self.opened_at
            self.closed_at = None
        elif self.opened_at is not None and self.closed_at is None:
            self.closed_at = now

    def _in_key_policy(self) -> bool:
        return any(names_account(one, TARGET) for one in json.loads(key_policy(self.stage))["Statement"])

    def _in_share(self) -> bool:
        databases = self.stage.databases(SOURCE)
        ours = [one.identifier for one in databases.snapshots() if one.identifier.startswith(_SNAPSHOT_BEGINS)]
        return any(TARGET.id in databases.shared_with(identifier) for identifier in ours)

    def _works(self) -> list[Work]:
        return [*self._snapshots(), *self._restored()]

    def _snapshots(self) -> list[Work]:
        return [
            self._work(account, f"snapshot {one.identifier}", one.status, one.percent)
            for account in ACCOUNTS
            for one in self.stage.databases(account).snapshots()
            if one.status != AVAILABLE
        ]

    def _restored(self) -> list[Work]:
        databases = self.stage.databases(TARGET)
        if RESTORED not in databases.identifiers():
            return []
        kind = "cluster" if databases.clustered else "instance"
        found = [(kind, RESTORED, databases.status(RESTORED))]
        found += [("instance", name, status) for name, status in databases.members(RESTORED)]
        return [
            self._work(TARGET, f"{kind} {name}", status, None) for kind, name, status in found if status != AVAILABLE
        ]

    def _work(self, account: Account, what: str, status: str, percent: int | None) -> Work:
        earlier = (work.begun for work in self.works if (work.what, work.status) == (what, status))
        return Work(account, what, status, percent, next(earlier, self.stage.sandbox.clock.now))


def key_policy(stage: Stage) -> str:
    """The transfer key's policy, as KMS shows it."""
    kms = stage.sandbox.client("kms", SOURCE)
    return str(kms.get_key_policy(KeyId=stage.transfer_key, PolicyName="default")["Policy"])


def names_account(statement: dict[str, Any], account: Account) -> bool:
    """Whether a policy's statement lets somebody of this account in."""
    return statement["Effect"] == "Allow" and account.id in json.dumps(statement.get("Principal"))
