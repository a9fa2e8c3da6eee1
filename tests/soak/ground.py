"""Where the soak happens: a sandbox with both stacks, several databases, and everything counted that ends there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import mock_random

from sandbox.accounts import SOURCE, TARGET
from sandbox.rds.models import AVAILABLE, DELETING, Instance
from sandbox.sources import make_source
from sandbox.stage import DATABASE, set_stage, write_profile
from tests.faults.invariants import Invariants
from tests.faults.ours import MANUAL
from tests.soak.happenings import Happenings

if TYPE_CHECKING:
    from random import Random

    from sandbox.accounts import Account
    from sandbox.rds.models import Database, Snapshot
    from sandbox.stage import Stage
    from sandbox.world import Sandbox
    from tests.faults.invariants import Broken

SOURCES = (
    *("mysql", "postgres", "mariadb", "aurora-mysql", "aurora-postgresql", "aurora-mysql-serverless", "oracle-ee"),
    *("sqlserver-ee", "oracle-timezone", "oracle-tde", "multi-az-postgres", "docdb"),
)
ENCRYPTIONS = ("aws/rds", "aws/rds", "aws/rds", "cmk", "none", "transfer key")
DATABASES = 4
SEEN_LATE = (0.0, 5.0, 90.0)  # virtual seconds, until another account sees a new key policy
DAY = 86_400.0


@dataclass
class Ground:
    """One sandbox, and what the soak remembers of it.

    Attributes:
        chance: Decides everything that is not decided otherwise.
        named_key: A customer managed key for databases.
        happenings: What the sandbox has told.
        checks: How often the invariants were looked at.
    """

    stage: Stage
    chance: Random
    invariants: Invariants
    named_key: str
    happenings: Happenings
    checks: int = 0
    _excused: set[str] = field(default_factory=set)
    _numbers: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, sandbox: Sandbox, chance: Random) -> Ground:
        """Deploy both stacks in an empty sandbox, with parameters of this chance, and make the databases."""
        mock_random.seed(chance.random())  # ids, and the pauses before a Retry
        key = sandbox.client("kms", SOURCE).create_key()["KeyMetadata"]["Arn"]
        stage = set_stage(
            sandbox,
            source_parameters={"DatabaseKeyArns": key, **_source_parameters(chance)},
            target_parameters={"KeepCopies": "2", "KeepCopiesDays": "3", "DeadlineHours": "12"},
        )
        write_profile(sandbox, stage.target_network, identifier="{database}-{transfer}", instance_class="db.r6g.large")
        invariants = Invariants(stage)
        ground = cls(stage, chance, invariants, key, Happenings(stage, invariants.ours))
        for _ in range(DATABASES - 1):
            ground.make_database()
        sandbox.kms.policy_delay = chance.choice(SEEN_LATE)
        return ground

    @property
    def sandbox(self) -> Sandbox:
        """The stage's."""
        return self.stage.sandbox

    def name(self, what: str) -> str:
        """A fresh name."""
        self._numbers[what] += 1
        return f"{what}-{self._numbers[what]}"

    def client(self, service: str, account: Account = SOURCE) -> Any:
        """An administrator's."""
        return self.sandbox.client(service, account)

    def make_database(self) -> str:
        """Another database in the source; while no execution runs. Gives what it is."""
        kind, encryption = self.chance.choice(SOURCES), self.chance.choice(ENCRYPTIONS)
        if kind.startswith(("aurora", "docdb", "multi-az")) and encryption == "none":
            encryption = "aws/rds"
        keys = {"cmk": self.named_key, "transfer key": self.stage.transfer_key}
        name = self.name(kind)
        make_source(self.sandbox, kind, name=name, encryption=keys.get(encryption, encryption))
        self.invariants.renew()
        return f"{name} under {encryption}"

    def pass_time(self, seconds: float) -> None:
        """Let everybody work for so many virtual seconds."""
        self.sandbox.clock.run(limit=seconds)

    def look(self) -> list[Broken]:
        """What is broken at this moment, or was since the last look."""
        self.checks += 1
        return self._unexcused([*self.happenings.broken(), *self.invariants.broken()])

    def rest(self) -> list[Broken]:
        """No more faults; let everybody finish, and tell what does not hold then."""
        self.sandbox.faults.clear()
        end, step = self.sandbox.clock.now + 5 * DAY, 600.0
        while (broken := self._at_rest()) and self.sandbox.clock.now < end:
            self.pass_time(step)
            step = min(2 * step, DAY / 4)
        return self._unexcused([*self.happenings.broken(), *broken])

    def excuse(self, *arns: object) -> None:
        """People have deleted, or changed, this on purpose."""
        self._excused |= {str(arn) for arn in arns}

    # What is there, in an order that depends on nothing but the seed

    def sources(self) -> list[Database]:
        """The source's databases, members of clusters left out."""
        return [each for each in self.databases(SOURCE) if each.status != DELETING]

    def restored(self) -> list[Database]:
        """The target's databases that transfers have made, members of clusters left out."""
        ours = {str(each.arn) for each in self.invariants.ours.databases()}
        return [each for each in self.databases(TARGET) if str(each.arn) in ours and each.status == AVAILABLE]

    def snapshots(self, account: Account, *, ours: bool) -> list[Snapshot]:
        """An account's finished manual snapshots."""
        made = {str(each.arn) for each in self.invariants.ours.snapshots(account)}
        every = self.sandbox.rds.store.snapshots.values()
        found = [each for each in every if each.arn.account == account.id and each.type == MANUAL]
        return [each for each in found if (str(each.arn) in made) == ours and each.status == AVAILABLE]

    def running(self) -> list[str]:
        """ARNs of the executions that run, in both accounts."""
        return self.invariants.ours.running()

    def _at_rest(self) -> list[Broken]:
        self.checks += 1
        there = {str(each.arn) for each in self.invariants.ours.snapshots(TARGET)}
        found = self.invariants.broken_at_rest([arn for arn in self.happenings.told if arn in there])
        return self._unexcused(found)

    def _unexcused(self, found: list[Broken]) -> list[Broken]:
        return [each for each in found if not any(arn in each.what for arn in self._excused)]

    def databases(self, account: Account) -> list[Database]:
        found = [each for each in self.sandbox.rds.store.databases() if each.arn.account == account.id]
        return [each for each in found if not (isinstance(each, Instance) and each.cluster_resource_id)]


def _source_parameters(chance: Random) -> dict[str, str]:
    return {
        "KeepCopyHours": chance.choice(("0", "6", "24")),
        "DeadlineHours": chance.choice(("6", "12", "24")),
        "LeasePrincipal": chance.choice(("role", "role", "account")),
        "LeaseViaService": chance.choice(("true", "false")),
        "RevokeGrants": chance.choice(("true", "false")),
        "ShareOriginals": chance.choice(("true", "false")),
        "SweepMinutes": chance.choice(("15", "60")),
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "ScheduledDatabase": DATABASE,
        "ScheduledRestore": chance.choice(("true", "false")),
    }
