"""Planning a fleet: which databases, in which order, how many at a time. It reads only, but for its own books."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from snapferry.contracts.fleet_contracts import FleetLine, FleetRequest
from snapferry.databases import Database, all_databases
from snapferry.databases.quotas import SnapshotRoom, room_for_snapshots
from snapferry.errors import NoDatabasesFound
from snapferry.fleet import choosing
from snapferry.fleet.again import Again
from snapferry.fleet.choosing import Chosen, Refused
from snapferry.transfers import Execution
from snapferry.vocabulary import FAMILIES, Family

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

PLANS_AT_ONCE: Final = 20
"""How many plans alone are made at a time: they copy nothing."""

_SNAPSHOTS_EACH: Final = 2  # that a transfer has in the source at the same time: its own, and the copy
_APART: Final = 3  # seconds between the first transfers: longer than a burst of calls takes, nothing beside a copy
_TAKEN_OVER: Final = ("snapshot", "restore", "profile", "overlap", "plan_only", "scheduled_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPlan:
    """What a fleet will do, as its books keep it.

    Attributes:
        request: Its input, with what another fleet wanted where it is that one's failed databases again.
        items: What each transfer is started with: ``database``, ``family``, ``name`` (the execution's), ``input``, and
            ``wait_seconds`` before.
        refused: Lines of the summary for those that are not even started.
        at_once: How many transfers of each family run at a time.
    """

    request: dict[str, Any]
    execution: dict[str, str]
    items: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    remarks: list[str]
    at_once: dict[Family, int]

    def items_of(self, family: Family) -> list[dict[str, Any]]:
        """Return the items of one family, in the order in which they start."""
        return [item for item in self.items if item["family"] == family]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a fleet shall be.

    Attributes:
        names: The list, wherever it stood; None where the input names tags, or all.
        again: What is known of the fleet whose failed databases these are.
        most: The stack's parameters: how many transfers of each family may run at a time.
    """

    request: FleetRequest
    names: list[str] | None
    again: Again | None
    most: Mapping[Family, int]


def plan_fleet(wanted: Wanted, execution: Execution, rds: "RDSClient") -> FleetPlan:
    """Find out which databases a fleet is about, and how many at a time RDS has room for.

    Raises:
        NoDatabasesFound: There is none.
    """
    request, names, most = wanted.request, wanted.names, wanted.most
    there = all_databases(rds)
    chosen = choosing.tagged(request.tagged or {}, there) if names is None else choosing.named(names, there)
    if not chosen.databases and (names is None or not chosen.refused):
        raise _nothing(request, chosen)
    rooms = {} if request.plan_only else {family: room_for_snapshots(rds, family) for family in FAMILIES}
    at_once = {family: _at_once(most[family], rooms.get(family)) for family in FAMILIES}
    end = "left out" if names is None else "not possible" if request.plan_only else "failed"
    return FleetPlan(
        request=request.model_dump(mode="json"),
        execution={"arn": execution.arn, "name": execution.name, "started_at": execution.started_at},
        items=_staggered([_item(each, wanted, execution.transfer) for each in _longest_first(chosen)], at_once),
        refused=[_line(each, end) for each in chosen.refused],
        remarks=[*chosen.remarks, *_lowered(most, at_once, rooms)],
        at_once=at_once,
    )


def _longest_first(chosen: Chosen) -> list[Database]:
    """Return them so that no large one is left to the end, when the others are done (Aurora tells no size)."""
    return sorted(chosen.databases.values(), key=lambda database: -database.gigabytes)


def _item(database: Database, wanted: Wanted, fleet: str) -> dict[str, Any]:
    request, again = wanted.request, wanted.again
    said = {name: getattr(request, name) for name in _TAKEN_OVER if name in request.model_fields_set}
    kept = again.kept(database.identifier) if again and not request.plan_only else {}
    return {
        "database": database.identifier,
        "family": database.family,
        "name": execution_name(fleet, database.identifier),
        "input": {"database": database.identifier, **said, **kept},
    }


def _staggered(items: list[dict[str, Any]], at_once: Mapping[Family, int]) -> list[dict[str, Any]]:
    """Let the first transfers begin one after the other; those behind them begin when others end."""
    begun = dict.fromkeys(FAMILIES, 0)
    staggered = []
    for item in items:
        family = item["family"]
        waits = begun[family] * _APART if begun[family] < at_once[family] else 0
        staggered.append({**item, "wait_seconds": waits})
        begun[family] += 1
    return staggered


def execution_name(fleet: str, database: str) -> str:
    """Return the name of a transfer's execution: at most 80 letters, the same for a repeated start."""
    return f"{fleet}-{database}"


def _at_once(most: int, room: SnapshotRoom | None) -> int:
    if room is None:
        return PLANS_AT_ONCE
    free = min(most - len(room.being_made), (room.most - room.used) // _SNAPSHOTS_EACH)
    return max(1, min(most, free))


def _lowered(
    most: Mapping[Family, int], at_once: Mapping[Family, int], rooms: Mapping[Family, SnapshotRoom]
) -> list[str]:
    return [
        f"{at_once[family]} transfers of {family}s at a time instead of {most[family]}: the account has {room.used} of "
        f"{room.most} manual {family} snapshots, and RDS is making {len(room.being_made)}"
        for family, room in rooms.items()
        if at_once[family] < most[family]
    ]


def _line(refused: Refused, end: Any) -> dict[str, Any]:
    return FleetLine(
        database=refused.database.identifier if refused.database else refused.name,
        family=refused.database.family if refused.database else None,
        end=end,
        error=type(refused.error).__name__,
        cause=refused.error.told(),
    ).model_dump(mode="json")


def _nothing(request: FleetRequest, chosen: Chosen) -> NoDatabasesFound:
    tags = ", ".join(f"{key}={value}" for key, value in (request.tagged or {}).items())
    left_out = f"; {len(chosen.refused)} are there that AWS does not share" if chosen.refused else ""
    return NoDatabasesFound(
        f"No RDS instance and no Aurora cluster that can be carried {f'has the tags {tags}' if tags else 'is there'}"
        f"{left_out}",
        resource="tagged" if tags else "all",
        remedy="look at them with: aws rds describe-db-clusters; aws rds describe-db-instances",
    )
