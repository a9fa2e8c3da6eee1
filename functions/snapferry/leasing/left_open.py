"""Everything of one stack's that is open now, in the table, in RDS and in the key's policy: for whoever closes it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from snapferry import waits
from snapferry.databases import Snapshots
from snapferry.leasing.closing import Open, find_open, strays, tagged_snapshots
from snapferry.leasing.key_policy import read_policy
from snapferry.leasing.transfer_keys import STACK_TAG, tags_of
from snapferry.state.kept import KeptCopies
from snapferry.state.leases import LeaseRecord, Leases
from snapferry.state.table import Table

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_rds import RDSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What is looked at: one source stack's machine, key and name."""

    machine_arn: str
    key_arn: str
    stack: str


def left_open(kms: "KMSClient", rds: "RDSClient", table: Table, route: Route) -> list[Open]:
    """Return what transfers hold open, or have left open, whether they run or not."""
    # the policy first: a statement that is in it has been on the books before
    policy = read_policy(kms, route.key_arn)
    known: list[LeaseRecord] = Leases(table).all()
    found = find_open(
        known,
        tagged_snapshots([Snapshots(rds, "instance"), Snapshots(rds, "cluster")]),
        KeptCopies(table).all(),  # after the snapshots: one that is kept is on the books before its transfer is over
        machine_arn=route.machine_arn,
        key_arn=route.key_arn,
    )
    unknown = strays(
        {route.key_arn: policy},
        [*(each.transfer for each in known), *found],
        now=waits.show_time(waits.now()),
        owned=[route.key_arn] if tags_of(kms, route.key_arn).get(STACK_TAG) == route.stack else [],
    )
    return [*found.values(), *unknown]
