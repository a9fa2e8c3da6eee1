"""A fleet played in the sandbox, control plane only, with everything noted that the bench asks about."""

import json
import random
import re
import resource
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sandbox.accounts import ACCOUNTS, SOURCE
from sandbox.attempts import THROTTLED
from sandbox.gate import Call
from sandbox.rds.identifiers import Arn
from sandbox.sources import MASTER, PRODUCTION_PASSWORD
from sandbox.stage import Stage, set_stage
from sandbox.world import Sandbox

SEED: Final = 9
SMALLEST, LARGEST = 20, 400  # GB of an instance; a cluster's size is the sandbox's own

_COPIES: Final = {"CopyDBSnapshot": ("snapshot", "instance"), "CopyDBClusterSnapshot": ("cluster-snapshot", "cluster")}
_SNAPSHOTS: Final = {
    "CreateDBSnapshot": ("snapshot", "instance"),
    "CreateDBClusterSnapshot": ("cluster-snapshot", "cluster"),
}
_TRANSFER: Final = re.compile(r"-([0-9a-f]{16})(?:-c)?$")
_PATIENCE: Final = 7 * 86_400.0
_MANY: Final = 2000  # for quotas that AWS raises when asked; those of copies at once stay as they are

type Limits = dict[str, int]
"""By family."""
LIMITS: Final[Limits] = {"instance": 20, "cluster": 5}
"""Of copies at once: RDS's own, and so the stack's."""
AT_ONCE: Final[Limits] = {"instance": 50, "cluster": 12}
"""Transfers at a time: the stack's defaults."""

type Line = tuple[str, str]
"""An account's profile and a family: what RDS counts copies by."""


@dataclass(frozen=True, slots=True)
class Copied:
    """One copy, or snapshot, that RDS made: for which transfer, and when it began and ended, in virtual seconds."""

    line: Line
    begun: float
    due: float
    transfer: str = ""

    @property
    def seconds(self) -> float:
        """Return how long it took."""
        return self.due - self.begun


@dataclass(slots=True)
class Played:
    """What a fleet did.

    Attributes:
        summary: Its output.
        begun, seconds: When it began, and for how long it ran; virtual.
        exposure: For how many seconds access was open, of all transfers together.
        copies, snapshots: All that RDS made.
        calls: How many of each API, by account, service and operation, in each second.
        errors: How many calls were refused, by service, operation and code.
        states: How many states were entered, by machine.
        events: Of the fleet's own history.
        megabytes: The most memory that this process, and the largest of the handlers', ever had.
    """

    summary: dict[str, Any] = field(default_factory=dict)
    begun: float = 0
    seconds: int = 0
    exposure: int = 0
    copies: list[Copied] = field(default_factory=list)
    snapshots: list[Copied] = field(default_factory=list)
    calls: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    errors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    events: int = 0
    megabytes: int = 0

    @property
    def throttles(self) -> int:
        """How many calls were refused because there were too many."""
        return sum(count for (_, _, code), count in self.errors.items() if code in THROTTLED)

    def copy_seconds(self, line: Line) -> float:
        """Return how long RDS copied, all copies of one line together."""
        return sum(copy.seconds for copy in self.copies if copy.line == line)

    def alone(self, family: str) -> list[tuple[float, float, float]]:
        """Return of each transfer for how long RDS makes its snapshot, its copy, and its copy in the target."""
        parts = {("snapshot", family): 0, ("source", family): 1, ("target", family): 2}
        found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        for one in (*self.snapshots, *self.copies):
            if one.line in parts:
                found[one.transfer][parts[one.line]] += one.seconds
        return [(snapshot, first, second) for snapshot, first, second in found.values()]

    @property
    def copies_refused(self) -> int:
        """How many copies RDS refused because it made enough already."""
        return sum(count for (_, _, code), count in self.errors.items() if code == "SnapshotQuotaExceeded")

    def most_at_once(self, line: Line) -> int:
        """Return how many copies RDS made at the same time."""
        own = [copy for copy in self.copies if copy.line == line]
        return max((sum(each.begun <= copy.begun < each.due for each in own) for copy in own), default=0)

    def peaks(self) -> dict[str, int]:
        """Return of each API the most requests in one second, in the account that has more, the highest first."""
        found: Counter[str] = Counter()
        for (_, api, _), count in self.calls.items():
            found[api] = max(found[api], count)
        return dict(found.most_common())


def play(instances: int, clusters: int, *, limits: Limits = LIMITS, at_once: Limits = AT_ONCE) -> Played:
    """Carry so many databases across in one fleet, without restoring them.

    Args:
        instances: How many.
        clusters: How many.
        limits: How many copies of each family RDS makes at once, in either account; the stack knows it.
        at_once: How many transfers of each the fleet runs at a time.
    """
    with Sandbox(data=False) as sandbox:
        quotas = sandbox.rds.settings.quotas
        quotas.instances = quotas.clusters = _MANY
        quotas.manual_instance_snapshots = quotas.manual_cluster_snapshots = _MANY
        quotas.instance_copies_in_flight, quotas.cluster_copies_in_flight = limits["instance"], limits["cluster"]
        most = {f"MaxConcurrent{family.capitalize()}s": str(count) for family, count in at_once.items()}
        most |= {f"CopiesAtOnce{family.capitalize()}s": str(count) for family, count in limits.items()}
        stage = set_stage(sandbox, "mysql", source_parameters=most)
        make_databases(stage, instances, clusters)
        return run(stage, {"tagged": {"fleet": "bench"}, "restore": False})


def run(stage: Stage, given: dict[str, Any]) -> Played:
    """Run one fleet to its end, and note what it does."""
    sandbox, played = stage.sandbox, Played()

    def note_call(call: Call) -> None:
        played.calls[call.caller.account, f"{call.service}:{call.operation}", int(call.time)] += 1
        if call.error:
            played.errors[call.service, call.operation, call.error] += 1
        elif call.operation in _COPIES:
            played.copies.append(_copied(sandbox, call, *_COPIES[call.operation]))
        elif call.operation in _SNAPSHOTS:
            made = _copied(sandbox, call, *_SNAPSHOTS[call.operation])
            played.snapshots.append(replace(made, line=("snapshot", made.line[1])))

    sandbox.gate.after.append(note_call)
    sandbox.on_state.append(lambda event: played.states.update([event.machine] if event.kind == "entered" else []))
    played.begun = sandbox.clock.now
    arn = sandbox.start_execution(stage.source.outputs["FerryFleetMachineArn"], "fleet", given)
    ended = sandbox.wait_for(arn, 30 * _PATIENCE)
    played.seconds = round(sandbox.clock.now - played.begun)
    if "output" not in ended:
        raise RuntimeError(f"the fleet did not cross: {ended['cause']}")
    played.summary = json.loads(ended["output"])
    played.exposure = _exposure(sandbox, played.summary)
    states = sandbox.client("stepfunctions", SOURCE)
    played.events = len(states.get_execution_history(executionArn=arn, maxResults=1000)["events"])
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    played.megabytes = max(resource.getrusage(one).ru_maxrss for one in who) // 1024
    return played


def make_databases(stage: Stage, instances: int, clusters: int) -> None:
    """Make databases in the source, tagged for the fleet; virtual time passes until they are available."""
    rds, network, sizes = stage.sandbox.client("rds"), stage.source_network, random.Random(SEED)  # noqa: S311 - sizes
    common = {
        "MasterUsername": MASTER,
        "MasterUserPassword": PRODUCTION_PASSWORD,
        "StorageEncrypted": True,
        "DBSubnetGroupName": network.subnet_group,
        "VpcSecurityGroupIds": [network.security_group],
        "Tags": [{"Key": "fleet", "Value": "bench"}],
    }
    for number in range(instances):
        rds.create_db_instance(
            DBInstanceIdentifier=f"instance-{number}",
            Engine="mysql",
            DBInstanceClass="db.r6g.large",
            AllocatedStorage=round(SMALLEST * (LARGEST / SMALLEST) ** sizes.random()),
            **common,
        )
    for number in range(clusters):
        rds.create_db_cluster(DBClusterIdentifier=f"cluster-{number}", Engine="aurora-mysql", **common)
    stage.sandbox.clock.run(limit=3600)


def _copied(sandbox: Sandbox, call: Call, kind: str, family: str) -> Copied:
    named = ("Target", "DBSnapshotIdentifier", "DBClusterSnapshotIdentifier")
    name = next(value for key, value in call.parameters.items() if key.startswith(named))
    work = sandbox.rds.store.snapshots[Arn(call.region, call.caller.account, kind, name)].work
    account = next(one for one in ACCOUNTS if one.id == call.caller.account)
    transfer = _TRANSFER.search(name)
    return Copied((account.profile, family), work.begun, work.due, transfer[1] if transfer else name)


def _exposure(sandbox: Sandbox, summary: dict[str, Any]) -> int:
    bucket, _, key = summary["told_in"].removeprefix("s3://").partition("/")
    whole = json.loads(sandbox.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    return sum(line["exposure_seconds"] for line in whole["lines"])
