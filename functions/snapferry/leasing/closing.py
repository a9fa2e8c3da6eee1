"""What transfers have left open, and the machine that closes it: for the closer and for the sweeper.

Neither of them edits a key policy or a share: one function each may do that. They start ``close_access``, which invokes
these functions, by a name that makes a repeat find its own work.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from snapferry import aws, names
from snapferry.databases import Snapshots
from snapferry.databases.records import Snapshot
from snapferry.leasing import lease
from snapferry.leasing.lease import Policy
from snapferry.names import EXECUTION_TAG, PREFIX, TRANSFER_TAG
from snapferry.state.kept import KeptCopy
from snapferry.state.leases import LeaseRecord
from snapferry.transfers import Closing
from snapferry.waits import parse_time

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

    from snapferry.vocabulary import Family

_ALREADY_STARTED: Final = "ExecutionAlreadyExists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """What one transfer has left open.

    Attributes:
        closing: What is to be closed.
        execution_arn: Of the transfer; None for a statement that no lease and no snapshot belongs to.
        since: The earliest sign of it; None if there is no telling.
    """

    closing: Closing
    execution_arn: str | None
    since: datetime | None


def find_open(
    leases: Iterable[LeaseRecord],
    snapshots: Iterable[Snapshot],
    kept: Iterable[KeptCopy],
    *,
    machine_arn: str,
    key_arn: str,
) -> dict[str, Open]:
    """Return what one machine's transfers have left open, by transfer.

    Args:
        leases: From the table.
        snapshots: Any; those that carry our tags count.
        kept: From the table; these copies are left behind on purpose.
        machine_arn: Of ``ferry_snapshot``: what another machine made is not ours.
        key_arn: The stack's key, for transfers without a lease.
    """
    executions = machine_arn.replace(":stateMachine:", ":execution:") + ":"
    found = {each.transfer: _of_lease(each) for each in leases}
    on_purpose = {each.arn for each in kept}
    holders = {each.closing.copy: transfer for transfer, each in found.items()}
    for snapshot in snapshots:
        transfer = snapshot.tags.get(TRANSFER_TAG, "")
        ours = names.is_of(snapshot.identifier, transfer)
        if not ours or not snapshot.tags.get(EXECUTION_TAG, "").startswith(executions):
            continue
        # a transfer may have started from what another one has left behind
        if snapshot.arn not in on_purpose and holders.get(snapshot.identifier, transfer) == transfer:
            found[transfer] = _with_snapshot(found.get(transfer), snapshot, transfer, key_arn)
    return found


def of_kept(copy: KeptCopy, key_arn: str) -> Closing:
    """Return how a kept copy is deleted once its time is over."""
    return Closing(
        transfer=copy.transfer, key_arn=key_arn, family=copy.family, snapshot=None, copy=copy.identifier, keep=False
    )


def strays(policies: Mapping[str, Policy], known: Iterable[str], *, now: str, owned: Iterable[str]) -> list[Open]:
    """Return statements of ours that no lease in the table stands for.

    On a key that is not tagged for this stack they may be another stack's, and count once they have ended.

    Args:
        policies: Documents by the key's ARN, read before the table was.
        known: Transfers whose leases are in the table.
        now: UTC, ISO 8601.
        owned: The keys that are tagged for this stack.
    """
    known, owned = frozenset(known), frozenset(owned)
    found = [
        (key_arn, transfer)
        for key_arn, policy in policies.items()
        for transfer in sorted(lease.transfers_in(policy) - known)
        if key_arn in owned or all(end <= now for end in lease.ends_of(policy, transfer))
    ]
    return [
        Open(
            closing=Closing(transfer=transfer, key_arn=key_arn, family=None, snapshot=None, copy=None),
            execution_arn=None,
            since=None,
        )
        for key_arn, transfer in found
    ]


def tagged_snapshots(families: Iterable[Snapshots]) -> list[Snapshot]:
    """Return the account's snapshots that are named like ours."""
    return [each for family in families for each in family.manual() if each.identifier.startswith(f"{PREFIX}-")]


def start_closing(states: "SFNClient", machine_arn: str, closing: Closing, attempt: int) -> bool:
    """Start ``close_access`` for one transfer; False if this attempt has been started before."""
    try:
        states.start_execution(
            stateMachineArn=machine_arn,
            name=f"{closing.transfer}-close-{attempt}",
            input=json.dumps(asdict(closing)),
        )
    except ClientError as error:
        if aws.code(error) == _ALREADY_STARTED:
            return False
        raise
    return True


def _of_lease(record: LeaseRecord) -> Open:
    family: Family = "cluster" if ":cluster-snapshot:" in record.copy_arn else "instance"
    copy = record.copy_arn.rpartition(":")[2]
    closing = Closing(transfer=record.transfer, key_arn=record.key_arn, family=family, snapshot=None, copy=copy)
    return Open(closing=closing, execution_arn=record.execution_arn, since=parse_time(record.opened_at))


def _with_snapshot(known: Open | None, snapshot: Snapshot, transfer: str, key_arn: str) -> Open:
    nothing = Closing(transfer=transfer, key_arn=key_arn, family=None, snapshot=None, copy=None)
    before = known.closing if known else nothing
    if snapshot.identifier.endswith(f"-{transfer}-c"):
        closing = replace(before, family=snapshot.family, copy=snapshot.identifier)
    else:
        closing = replace(before, family=snapshot.family, snapshot=snapshot.identifier)
    moments = [moment for moment in (known and known.since, snapshot.created) if moment]
    return Open(
        closing=closing,
        execution_arn=snapshot.tags[EXECUTION_TAG],
        since=min(moments, default=None),
    )
