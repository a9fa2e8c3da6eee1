"""Whole transfers in the sandbox: what the workflow takes on top of AWS's own work, in time, calls and money."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from bench import transfers_told
from bench.carried import Carried, carry, pass_idly
from bench.prices import Counts, counts
from bench.report import Section
from bench.standing import metrics, standing
from sandbox.accounts import ACCOUNTS, SOURCE
from sandbox.sources import make_source
from sandbox.stage import Stage, set_stage
from sandbox.world import Sandbox

SIZES: Final = {"small": 20, "middling": 500, "large": 10_000}
"""GB; the large one's copies take three and a half days each, as long as the sandbox guesses."""
ENGINES: Final = {"cluster": "aurora-mysql", "instance": "postgres"}
START_SECONDS: Final = 0.25
"""Of a processor: a function's imports and its clients; see the section on functions."""
_DAY: Final = 86_400.0
_READ_ONLY: Final = ("Arn", "CreationDate", "LastModificationDate", "ResponseMetadata")


@dataclass(frozen=True, slots=True)
class Played:
    """A transfer of one database, and what AWS counts of it."""

    family: str
    size: str
    gigabytes: int
    carried: Carried
    counts: Counts

    @property
    def name(self) -> str:
        """Return what the tables call it."""
        return f"{self.size} {self.family}"


def measure(sizes: dict[str, int] = SIZES) -> Section:
    """Carry a cluster and an instance of each size across, and return what that took."""
    with Sandbox(data=False) as sandbox:
        stage = set_stage(sandbox, source_parameters={"DeadlineHours": "672"})
        _switch_schedules(sandbox, "DISABLED")  # a sweep is no part of a transfer, and there are many in ten days
        played = [_play(stage, family, size, sizes[size]) for family in ENGINES for size in sizes]
        _switch_schedules(sandbox, "ENABLED")
        day = pass_idly(stage, _DAY)
        there = standing(sandbox) | metrics([one.carried for one in played], day, databases=len(played))
    facts = {
        "transfers": [_facts(one) for one in played],
        "idle_day": asdict(counts(day, START_SECONDS)),
        "standing": there | {"starts_a_day_at_most": len(day.invoked)},
    }
    return Section(name="transfers", text=transfers_told.text(played), counts=_counts(played), facts=facts)


def _play(stage: Stage, family: str, size: str, gigabytes: int) -> Played:
    name = f"{size}-{family}"
    network = stage.source_network
    place: dict[str, Any] = {
        "DBSubnetGroupName": network.subnet_group,
        "VpcSecurityGroupIds": [network.security_group],
    }
    if family == "instance":
        place["AllocatedStorage"] = gigabytes
    stage.sandbox.rds.settings.aurora_size_gb = gigabytes
    make_source(stage.sandbox, ENGINES[family], name=name, account=SOURCE, **place)
    carried = carry(stage, name)
    return Played(family, size, gigabytes, carried, counts(carried, START_SECONDS))


def _switch_schedules(sandbox: Sandbox, state: str) -> None:
    for account in ACCOUNTS:
        scheduler = sandbox.client("scheduler", account)
        for row in scheduler.list_schedules()["Schedules"]:
            found = scheduler.get_schedule(Name=row["Name"])
            kept = {name: value for name, value in found.items() if name not in _READ_ONLY}
            scheduler.update_schedule(**kept | {"State": state})


def _facts(one: Played) -> dict[str, Any]:
    length = round(one.carried.timeline.length)
    return {"family": one.family, "size": one.size, "gigabytes": one.gigabytes, "seconds": length} | asdict(one.counts)


def _counts(played: list[Played]) -> dict[str, int]:
    counts = {}
    for one in played:
        line = one.carried.timeline
        counts[f"{one.name}, state transitions"] = one.carried.states
        counts[f"{one.name}, invocations"] = len(one.carried.invoked)
        counts[f"{one.name}, calls"] = one.carried.calls.total()
        counts[f"{one.name}, seconds on top"] = round(line.length - line.aws)
    return counts
