"""What must hold of both accounts, whatever fails: at any moment, and when everybody has done his work.

    invariants = Invariants(stage)  # what is there now is others'
    assert invariants.broken() == []  # at any moment, in the middle of transfers too
    ...
    assert invariants.broken_at_rest() == []  # no execution runs, and the closers have come

It reads the sandbox itself, so that no fault, delay or permission stands between it and the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.accounts import REGION, SOURCE, TARGET, Caller
from sandbox.rds.models import AVAILABLE, DELETING, Cluster, Instance
from tests.faults.others import differences, others, others_around
from tests.faults.ours import SECRET_TAG, TRANSFER_TAG, Ours, seconds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sandbox.rds.models import Database
    from sandbox.stage import Stage

COPIER = f"arn:aws:iam::{TARGET.id}:role/snapferry-target-CopySnapshotFunctionRole"
SWEEPS_WITHIN = 3600.0  # virtual seconds: a kept copy may outlast its time until the sweeper has come

RETAINED_WITHIN = 1.5 * 86_400.0  # retention comes once a day, and deletes for a while


@dataclass(frozen=True, order=True)
class Broken:
    """One thing that does not hold.

    Attributes:
        rule: What must hold, in few words.
        what: What breaks it: a resource, and how it is.
    """

    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


class Invariants:
    """Everything that is there when this is made, and is not Snapferry's, is others'.

    Attributes:
        ours: What transfers have made, as it is.
    """

    def __init__(self, stage: Stage) -> None:
        self.ours = Ours(stage)
        self._stage = stage
        self.renew()

    def renew(self) -> None:
        """Somebody else has changed something of his: from now on it is to stay as it is now."""
        self._others = others(self._stage)
        self._around = others_around()
        in_use = self.ours.grant_ids_in_use()
        self._grants_of_others = {each for one in (SOURCE, TARGET) for each in self.ours.grant_ids(one)} - in_use

    def broken(self) -> list[Broken]:
        """What does not hold although it must at every moment; nothing if all is well."""
        return sorted([*self._of_others(), *self._exposure(), *self._open_databases()])

    def broken_at_rest(self, copies: Collection[str] = ()) -> list[Broken]:
        """What does not hold although no execution runs and all closers have come; `broken()` included.

        Args:
            copies: ARNs of the target's copies that shall be there: finished transfers have told of them.
        """
        found = [*self.broken(), *self._others_around(), *self._access_ended(), *self._books()]
        found += [*self._source_snapshots(), *self._target_snapshots(copies), *self._restored(), *self._grants()]
        return sorted(found)

    def wait_for_rest(self, copies: Collection[str] = (), *, limit: float = 2 * 86_400.0) -> list[Broken]:
        """Let time pass until all holds, and tell what does not by then.

        Args:
            copies: See `broken_at_rest`.
            limit: Virtual seconds.
        """
        clock = self._stage.sandbox.clock
        end, step = clock.now + limit, 60.0
        while (found := self.broken_at_rest(copies)) and clock.now < end:
            clock.run(limit=min(step, end - clock.now))
            step *= 2
        return found

    def _of_others(self) -> Iterator[Broken]:
        for each in differences(self._others, others(self._stage)):
            yield Broken("nothing of others is touched", each)

    def _others_around(self) -> Iterator[Broken]:
        for each in differences(self._around, others_around()):
            yield Broken("nothing of others is touched", each)

    def _exposure(self) -> Iterator[Broken]:
        """Nobody but the target may get in, and only while that is on the books."""
        shared = [each for each in self.ours.snapshots(SOURCE) if each.shared_with]
        statements = self.ours.statements()
        leases = {row["transfer"]: row for row in self.ours.rows(SOURCE, "lease")} if shared or statements else {}
        for snapshot in shared:
            if snapshot.shared_with != {TARGET.id}:
                yield Broken("only the target is let in", f"{snapshot.arn} is shared with {snapshot.shared_with}")
            if snapshot.tags[TRANSFER_TAG] not in leases and not self._is_lent(snapshot.name, leases):
                yield Broken("what is open is on the books", f"{snapshot.arn} is shared, and no lease says so")
        for transfer, statement in statements:
            if transfer not in leases:
                yield Broken("what is open is on the books", f"{statement['Sid']} is in the policy without a lease")
            yield from _loose(statement, leases.get(transfer, {}).get("ends"))
        for copy in self.ours.snapshots(TARGET):
            if copy.shared_with:
                yield Broken("only the target is let in", f"{copy.arn} is shared with {copy.shared_with}")

    def _is_lent(self, name: str, leases: dict[str, Any]) -> bool:
        """Whether a later transfer shares the kept copy of an earlier one."""
        return any(row["copy_arn"].endswith(f":{name}") for row in leases.values())

    def _open_databases(self) -> Iterator[Broken]:
        quarantine = self._stage.target.outputs["QuarantineGroupId"]
        for database in self.ours.databases():
            is_member = isinstance(database, Instance) and database.cluster_resource_id
            is_open = set(database.network.security_groups) != {quarantine}
            if is_open and not is_member and database.secret is None and SECRET_TAG not in database.tags:
                yield Broken("production's password opens nothing", f"{database.arn} is open under its old password")

    def _access_ended(self) -> Iterator[Broken]:
        for _, statement in self.ours.statements():
            yield Broken("no access is left", f"statement {statement['Sid']} is in the transfer key's policy")
        if self._copier_may_decrypt():
            yield Broken("no access is left", f"{COPIER} may decrypt under {self._stage.transfer_key}")

    def _copier_may_decrypt(self) -> bool:
        decision = self._stage.sandbox.permissions.check(
            Caller(TARGET.id, f"arn:aws:sts::{TARGET.id}:assumed-role/{COPIER.rpartition('/')[2]}/session", COPIER),
            "kms:Decrypt",
            self._stage.transfer_key,
            resource_account=SOURCE.id,
            resource_policy=self.ours.policy(SOURCE),
            context={"kms:ViaService": f"rds.{REGION}.amazonaws.com"},
        )
        return decision.allowed

    def _books(self) -> Iterator[Broken]:
        for account, kind in ((SOURCE, "lease"), (SOURCE, "lock"), (TARGET, "lock"), (TARGET, "begun")):
            for row in self.ours.rows(account, kind):
                yield Broken("no row is open", f"{row['id']} in account {account.id}")
        for execution in self.ours.running():
            yield Broken("no execution runs", execution)

    def _source_snapshots(self) -> Iterator[Broken]:
        kept = {row["arn"]: row for row in self.ours.rows(SOURCE, "kept")}
        snapshots = {str(each.arn): each for each in self.ours.snapshots(SOURCE)}
        for arn, snapshot in snapshots.items():
            if arn not in kept:
                yield Broken("no snapshot is left", f"{arn} is {snapshot.status}, and on no book")
            elif snapshot.shared_with or snapshot.status != AVAILABLE:
                yield Broken("a kept copy is finished and shared with nobody", f"{arn} is {snapshot.status}")
            elif seconds(kept[arn]["until"]) + SWEEPS_WITHIN < self.ours.now:
                yield Broken("no snapshot is left", f"{arn} was to be kept until {kept[arn]['until']}")
        for arn in kept.keys() - snapshots.keys():
            yield Broken("what is on the books is there", f"kept copy {arn} is gone")

    def _target_snapshots(self, expected: Collection[str]) -> Iterator[Broken]:
        copies = {str(each.arn): each.status for each in self.ours.snapshots(TARGET)}
        for arn in copies.keys() - set(expected):
            yield Broken("no snapshot is left", f"{arn} is {copies[arn]}, and nobody was told of it")
        for arn in expected:
            if copies.get(arn) != AVAILABLE:
                yield Broken("what was told of is there", f"{arn} is {copies.get(arn, 'gone')}")

    def _restored(self) -> Iterator[Broken]:
        """Every database is published, as serving or as a previous one; every secret belongs to a database."""
        told = self._published()
        for database in self.ours.databases():
            if self._cluster_or_itself(database) not in told:
                yield Broken("no half-restored database is left", f"{database.arn} is {database.status}, unpublished")
        yield from self._connections()
        held = {each.secret.arn for each in self._stage.sandbox.rds.store.databases() if each.secret}
        held |= {each.tags.get(SECRET_TAG, "") for each in self.ours.databases()}
        for name, arn in self.ours.secrets().items():
            if arn not in held:
                yield Broken("no secret is left", name)

    def _connections(self) -> Iterator[Broken]:
        """What serves is there, under its own secret; what served before is there, too, until it has had its time."""
        there = {str(each.arn): each for each in self.ours.databases() if each.status != DELETING}
        for name, connection in self.ours.connections().items():
            for each in (connection, *connection.get("previous", ())):
                database = there.get(each["arn"])
                if database is None:
                    yield Broken("what is published is there", f"{name} names {each['arn']}")
                elif database.secret is None or database.secret.arn != each["secret_arn"]:
                    yield Broken("what is published is so", f"{name} names {each['secret_arn']} of {each['arn']}")
            for each in connection.get("previous", ()):
                if seconds(each["until"]) + RETAINED_WITHIN < self.ours.now:
                    yield Broken("what has had its time goes", f"{each['arn']} was to be kept until {each['until']}")

    def _published(self) -> set[str]:
        connections = self.ours.connections().values()
        return {each["arn"] for one in connections for each in (one, *one.get("previous", ()))}

    def _cluster_or_itself(self, database: Database) -> str:
        cluster: Cluster | None = self._stage.sandbox.rds.store.cluster_of(database)
        return str((cluster or database).arn)

    def _grants(self) -> Iterator[Broken]:
        in_use = self.ours.grant_ids_in_use()
        for account in (SOURCE, TARGET):
            for grant in sorted(self.ours.grant_ids(account) - in_use - self._grants_of_others):
                yield Broken("no grant is left", f"{grant} on {self.ours.key(account).arn}")


def _loose(statement: dict[str, Any], ends: str | None) -> Iterator[Broken]:
    """What a statement lacks that every one of ours has: an end by the lease's, and one role."""
    condition = statement.get("Condition", {})
    end = condition.get("DateLessThan", {}).get("aws:CurrentTime")
    if end is None or (ends is not None and end > ends):
        yield Broken("every statement ends by itself", f"{statement['Sid']} ends {end}, its lease {ends}")
    root = f"arn:aws:iam::{TARGET.id}:root"
    if statement.get("Principal") != {"AWS": root}:
        yield Broken("only the target is let in", f"{statement['Sid']} lets {statement.get('Principal')} in")
