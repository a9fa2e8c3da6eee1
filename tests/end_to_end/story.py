"""Runs transfers on a stage and looks at both accounts afterwards, as their administrators would."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.accounts import ACCOUNTS, SOURCE, TARGET

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.interpreter import StateEvent
    from sandbox.stage import Stage
    from sandbox.world import Sandbox

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Run:
    """How one execution of a state machine ended.

    Attributes:
        path: machine and state, in the order in which they were entered, a poll's repeats left out.
        output: what it returned; None unless it succeeded.
    """

    status: str
    error: str | None
    cause: str | None
    output: Any
    path: list[tuple[str, str]]
    states: int

    def states_of(self, machine: str) -> list[str]:
        """The states that one machine has entered."""
        return [state for name, state in self.path if name == machine]


@dataclass
class Story:
    """One stage on which executions are started and watched."""

    stage: Stage
    _entered: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sandbox = self.stage.sandbox
        self.sandbox.on_state.append(self._note)

    def run(
        self, *, when: str | None = None, then: Callable[[], object] = lambda: None, name: str = "", **fields: object
    ) -> Run:
        """Carry `example-db` across, and do something else once a state is entered.

        Args:
            when: the state's name.
            then: what happens once it has been entered.
            name: of the execution; else a fresh one.
            **fields: of the input, over `{"database": "example-db"}`.
        """
        given = {"database": "example-db", **fields}
        return self.execute(self.stage.machine_arn, given, when=when, then=then, name=name)

    def execute(
        self,
        machine_arn: str,
        given: object,
        *,
        when: str | None = None,
        then: Callable[[], object] = lambda: None,
        name: str = "",
    ) -> Run:
        """Start any machine, and wait for its end."""
        self._entered.clear()
        arn = self.sandbox.start_execution(machine_arn, name or f"run-{next(_numbers)}", given)
        if when is not None:
            self.sandbox.clock.wait_until(lambda: any(state == when for _, state in self._entered), 7 * 86_400.0)
            then()
        ended = self.sandbox.wait_for(arn)
        self.sandbox.clock.run(limit=120)  # what is still on its way arrives
        return Run(
            status=ended["status"],
            error=ended.get("error"),
            cause=ended.get("cause"),
            output=json.loads(ended["output"]) if "output" in ended else None,
            path=_without_repeats(self._entered),
            states=len(self._entered),
        )

    def entered(self, state: str) -> bool:
        """Whether a state has been entered since the last execution was started."""
        return any(name == state for _, name in self._entered)

    def sids(self) -> list[str]:
        """The statements of the transfer key's policy."""
        policy = self.sandbox.client("kms", SOURCE).get_key_policy(KeyId=self.stage.transfer_key, PolicyName="default")
        return [statement["Sid"] for statement in json.loads(policy["Policy"])["Statement"]]

    def snapshots(self) -> list[tuple[str, str]]:
        """Account and name of every manual snapshot, of both families."""
        found = []
        for account in ACCOUNTS:
            rds = self.sandbox.client("rds", account)
            rows = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
            found += [(account.profile, row["DBSnapshotIdentifier"]) for row in rows]
            rows = rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
            found += [(account.profile, row["DBClusterSnapshotIdentifier"]) for row in rows]
        return found

    def restored(self) -> list[str]:
        """The target's databases, members of clusters among them."""
        rds = self.sandbox.client("rds", TARGET)
        clusters = [row["DBClusterIdentifier"] for row in rds.describe_db_clusters()["DBClusters"]]
        return clusters + [row["DBInstanceIdentifier"] for row in rds.describe_db_instances()["DBInstances"]]

    def state_rows(self, kind: str) -> list[dict[str, Any]]:
        """The rows of one kind in the source stack's table: `lock`, `question`, `lease`."""
        table = self.stage.source.outputs["StateTableName"]
        rows = self.sandbox.client("dynamodb", SOURCE).scan(TableName=table)["Items"]
        return [row for row in rows if row["id"]["S"].startswith(f"{kind}#")]

    def assert_nothing_is_open(self) -> None:
        """Nobody but the owner may use the key, and no lease or lock is on the books."""
        assert self.sids() == ["AccountAdministersTheKey"]
        assert self.state_rows("lease") == []
        assert self.state_rows("lock") == []

    def assert_nothing_happened(self) -> None:
        """No access is open, and neither account holds anything that a transfer made."""
        self.assert_nothing_is_open()
        assert self.snapshots() == [], self.snapshots()
        assert self.restored() == []

    def clear_target(self) -> None:
        """Delete what a transfer has restored, as the target's administrator."""
        rds = self.sandbox.client("rds", TARGET)
        clusters = [row["DBClusterIdentifier"] for row in rds.describe_db_clusters()["DBClusters"]]
        for name in clusters:
            rds.modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False, ApplyImmediately=True)
        for row in rds.describe_db_instances()["DBInstances"]:
            name = row["DBInstanceIdentifier"]
            if "DBClusterIdentifier" not in row:
                rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True)
            rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
        self.sandbox.clock.run(limit=3600)
        for name in clusters:
            rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
        self.sandbox.clock.run(limit=3600)

    def _note(self, event: StateEvent) -> None:
        if event.kind == "entered":
            self._entered.append((event.machine.split("-", 2)[2], event.state))


def _without_repeats(entered: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(entered))


def stop_sweeping(sandbox: Sandbox) -> None:
    """Delete the sweepers' schedules: they come every quarter of an hour, or every hour, and a test may last months."""
    for account in ACCOUNTS:
        scheduler = sandbox.client("scheduler", account)
        for schedule in scheduler.list_schedules()["Schedules"]:
            if "Sweep" in schedule["Name"]:
                scheduler.delete_schedule(Name=schedule["Name"])
