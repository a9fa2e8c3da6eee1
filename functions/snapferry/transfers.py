"""A transfer as the source's steps see it: planned once, then carried from state to state."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Self

from snapferry import names
from snapferry.vocabulary import Family
from snapferry.waits import parse_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """The execution of the state machine that a transfer is."""

    arn: str
    name: str
    started_at: str

    @property
    def transfer(self) -> str:
        """The id of the transfer that this execution begins."""
        return names.transfer_id(self.arn, self.started_at)

    def deadline(self, hours: float) -> datetime:
        """Return when so many hours from the start are over."""
        return parse_time(self.started_at) + timedelta(hours=hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferPlan:
    """What one transfer will do. All times are UTC, ISO 8601.

    Attributes:
        database: What the target has to know of the database (``contracts.DatabaseFacts``).
        snapshot: Name of the snapshot that it starts from: a fresh one, or one that is there already.
        copy: Name of what is shared, under the transfer key: the copy of it, or itself where none is needed.
        deadline: The one end of everything: of every wait, and of the lease.
        deadline_seconds: Seconds from the start to the deadline.
        planned_at: When the plan was made, which a transfer that waits for another one does anew.
        key_policy: Where it is managed elsewhere: the statements that are wanted, and what is found of them.
        overlap: What to do while another execution carries the same database: refuse or wait.
        scheduled_time: For which of a schedule's times it runs; None if a person started it.
        database_tags: The database's own tags, which its snapshots get.
        remarks: What a person should know that does not stand in the way.
        make_snapshot: The snapshot is to be made; else it is there already, and stays.
        make_copy: The copy is to be made.
        kept_by: The failed transfer whose kept copy is shared; None for all others.
        data_time: Of which moment the data is of a snapshot that is there already; None for a fresh one.
    """

    transfer: str
    execution_arn: str
    source_account: str
    target_account: str
    region: str
    partition: str
    database: dict[str, Any]
    family: Family
    snapshot: str
    snapshot_arn: str
    copy: str
    copy_arn: str
    key_arn: str
    started_at: str
    planned_at: str
    deadline: str
    deadline_seconds: int
    restore: bool
    profile: str | None
    key_policy: dict[str, Any] | None = None
    overlap: str = "refuse"
    scheduled_time: str | None = None
    database_tags: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    make_snapshot: bool = True
    make_copy: bool = True
    kept_by: str | None = None
    data_time: str | None = None

    @classmethod
    def read(cls, plan: Mapping[str, Any]) -> "TransferPlan":
        """Return the plan that an earlier state has made."""
        return cls(**plan)

    @property
    def tags(self) -> dict[str, str]:
        """The tags of everything that this transfer makes."""
        return {**self.database_tags, **names.tags(self.transfer, self.execution_arn)}

    @property
    def data_is_of(self) -> str:
        """Of which moment the data is, or a little later: a fresh snapshot is taken after the plan is made."""
        return self.data_time or self.planned_at

    @property
    def made(self) -> dict[str, str]:
        """The snapshots that this transfer makes itself: names and ARNs."""
        both = [(self.make_snapshot, self.snapshot, self.snapshot_arn), (self.make_copy, self.copy, self.copy_arn)]
        return {name: arn for makes, name, arn in both if makes}


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What is to be closed of a transfer: a part of its plan, or what was found of it later.

    Attributes:
        family: None if no snapshot is left, and so for its two names.
        keep: A finished copy is kept for a while, to start again from.
    """

    transfer: str
    key_arn: str
    family: Family | None
    snapshot: str | None
    copy: str | None
    keep: bool = True

    @classmethod
    def read(cls, plan: Mapping[str, Any]) -> Self:
        """Return the part of a plan that closing needs."""
        return cls(**{each.name: plan[each.name] for each in fields(cls) if each.name in plan})
