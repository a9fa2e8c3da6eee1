"""The target's copy: planned from what the source asked, or from a snapshot that a person names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from snapferry import names
from snapferry.contracts.incoming import ReceiveAlone, SnapshotShared, parsed
from snapferry.databases import Snapshot, Snapshots
from snapferry.databases.source_checks import may_hold_options
from snapferry.errors import SnapshotNotFound
from snapferry.target.own_key import find_own_key
from snapferry.target.target_stack import Clients, TargetStack
from snapferry.transfers import Execution
from snapferry.vocabulary import Family
from snapferry.waits import parse_time, show_time

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePlan:
    """How the target gets its own copy. Times are UTC, ISO 8601.

    Attributes:
        source_arn: The snapshot that the other account shares.
        copy: Name of the own copy.
        key_arn: The own key that it will be under.
        tags: Of the copy, besides the transfer's: which database it is of.
        data_time: Of which moment the data is; None where a person started it, or an older source did not say.
        with_options: Its option group comes with it: Oracle's options that last.
    """

    transfer: str
    execution_arn: str
    family: Family
    source_arn: str
    copy: str
    copy_arn: str
    key_arn: str
    tags: dict[str, str]
    data_time: str | None
    with_options: bool
    begun: str
    deadline: str


def plan_receive(value: Mapping[str, Any], execution: Execution, stack: TargetStack, clients: Clients) -> ReceivePlan:
    """Plan the target's own copy. Reads only.

    Raises:
        InvalidInput: Neither a question of the source nor a person's input.
        SnapshotNotFound: The snapshot is not visible to this account.
        OwnKeyNotUsable: The target's key cannot encrypt it.
    """
    asked = read_receive_input(value)
    snapshot = _find(asked.snapshot_arn, clients.rds)
    key = find_own_key(clients.kms, stack)
    if isinstance(asked, SnapshotShared):
        transfer, database, deadline = asked.transfer, asked.database.identifier, asked.deadline
        database_arn = asked.database.arn
        with_options = bool(asked.database.options)
    else:
        with_options = may_hold_options(snapshot)
        transfer = execution.transfer
        database_arn = _database_of(snapshot, owner=asked.snapshot_arn)
        database = asked.snapshot_arn.split(":")[-1].removeprefix(f"{names.PREFIX}-")
        deadline = show_time(execution.deadline(stack.deadline_hours))
    copy = names.snapshot_name(database, transfer)
    kind = asked.snapshot_arn.split(":")[5]
    return ReceivePlan(
        transfer=transfer,
        execution_arn=execution.arn,
        family=snapshot.family,
        source_arn=asked.snapshot_arn,
        copy=copy,
        copy_arn=f"arn:{stack.partition}:rds:{stack.region}:{stack.account}:{kind}:{copy}",
        key_arn=key.arn,
        tags={names.DATABASE_TAG: database_arn},
        data_time=asked.data_time if isinstance(asked, SnapshotShared) else None,
        with_options=with_options,
        begun=show_time(parse_time(execution.started_at)),
        deadline=deadline,
    )


def read_receive_input(value: Mapping[str, Any]) -> SnapshotShared | ReceiveAlone:
    """Return the input of ``receive_snapshot``: the source's question, or what a person typed."""
    what = "The execution's input"
    return parsed(SnapshotShared, value, what=what) if "question" in value else parsed(ReceiveAlone, value, what=what)


def _database_of(snapshot: Snapshot, *, owner: str) -> str:
    """Return the ARN of a snapshot's database, in the account that shares it."""
    kind = "db" if snapshot.family == "instance" else "cluster"
    return f"{':'.join(owner.split(':')[:5])}:{kind}:{snapshot.database}"


def _find(arn: str, rds: "RDSClient") -> Snapshot:
    found = Snapshots.of_arn(rds, arn).find(arn)
    if found is None:
        raise SnapshotNotFound(
            f"Snapshot {arn} is not there, or not shared with this account",
            resource=arn,
            remedy="share it from its own account, in the same Region",
        )
    return found
