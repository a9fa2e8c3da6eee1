"""What of Snapferry's there is in both accounts, read from the sandbox itself: no faults, no delays, no page limits."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.kms.models import kms_backends

from sandbox.accounts import REGION, SOURCE, TARGET
from tests.faults import held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.kms.models import Key

    from sandbox.accounts import Account
    from sandbox.rds.models import Database, Snapshot
    from sandbox.stage import Stage

SID = re.compile(r"Snapferry(?P<transfer>[0-9a-f]{16})(?:Look|Use|Grant)")
TRANSFER_TAG, MANAGED_TAG, SECRET_TAG = "snapferry:transfer", "snapferry:managed", "snapferry:secret"

MANUAL = "manual"
"""Of a snapshot: an automated one of a restored database has that one's tags, but is RDS's own business."""
CONNECTION = "/connection"
SECRETS = ("rds!", "snapferry/")

type Row = dict[str, Any]


@dataclass(frozen=True)
class Ours:
    """Everything that a transfer may have made, at one moment; and how to look again."""

    stage: Stage

    @property
    def now(self) -> float:
        """Virtual epoch seconds."""
        return self.stage.sandbox.clock.now

    def key(self, account: Account) -> Key:
        """The stack's own key, as it is, however late KMS shows a change."""
        arn = self.stage.transfer_key if account is SOURCE else self.stage.own_key
        return kms_backends[account.id][REGION].keys[arn.rpartition("/")[2]]

    def policy(self, account: Account) -> dict[str, Any]:
        """The document of the stack's own key."""
        document: dict[str, Any] = json.loads(self.key(account).policy)
        return document

    def statements(self) -> list[tuple[str, dict[str, Any]]]:
        """Our statements in the transfer key's policy, each with its transfer."""
        found = [(SID.fullmatch(str(each.get("Sid", ""))), each) for each in self.policy(SOURCE)["Statement"]]
        return [(match["transfer"], each) for match, each in found if match]

    def snapshots(self, account: Account) -> list[Snapshot]:
        """The manual snapshots that carry a transfer's tag."""
        return [
            each
            for each in self.stage.sandbox.rds.store.snapshots.values()
            if each.arn.account == account.id and TRANSFER_TAG in each.tags and each.type == MANUAL
        ]

    def databases(self) -> list[Database]:
        """What restores have made in the target, members of clusters among them."""
        store = self.stage.sandbox.rds.store
        return [each for each in store.databases() if each.arn.account == TARGET.id and MANAGED_TAG in each.tags]

    def rows(self, account: Account, kind: str) -> list[Row]:
        """The rows of one kind in a stack's table that have not expired: `lock`, `lease`, `kept`, `begun`."""
        stack = self.stage.source if account is SOURCE else self.stage.target
        rows = held.rows(account, stack.outputs["StateTableName"], kind)
        return [row for row in rows if row["expires"] >= self.now]

    def connections(self) -> dict[str, dict[str, Any]]:
        """What is published in the target, by the parameter's name."""
        parameters = held.parameters(TARGET)
        return {name: json.loads(value) for name, value in parameters.items() if name.endswith(CONNECTION)}

    def secrets(self) -> dict[str, str]:
        """Name and ARN of the target's secrets that RDS keeps for a database, or that a restore has made."""
        return {row["Name"]: row["ARN"] for row in held.secrets(TARGET) if row["Name"].startswith(SECRETS)}

    def grant_ids(self, account: Account) -> set[str]:
        """The grants on the stack's own key."""
        return set(self.key(account).grants)

    def grant_ids_in_use(self) -> set[str]:
        """The grants by which RDS and Secrets Manager work for something that is there."""
        return set(self._grant_ids_in_use())

    def running(self) -> list[str]:
        """ARNs of all executions that have not ended, of both stacks."""
        there = (execution for account in (SOURCE, TARGET) for execution in held.executions(account))
        return [each.execution_arn for each in there if each.status == "RUNNING"]

    def _grant_ids_in_use(self) -> Iterator[str]:
        store = self.stage.sandbox.rds.store
        holders: list[Snapshot | Database] = [*store.snapshots.values(), *store.databases()]
        for holder in holders:
            yield from (str(key.grant_id) for key in holder.held_keys)
        for database in store.databases():
            if database.secret is not None:
                yield str(database.secret.key.grant_id)


def seconds(moment: str) -> float:
    """Virtual epoch seconds of a moment in ISO 8601."""
    return datetime.fromisoformat(moment).timestamp()
