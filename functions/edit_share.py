"""States "Share the copy" and "Stop sharing": the one function that changes who may restore a snapshot.

IAM cannot restrict the accounts in this call, so the account comes from the stack's own configuration, never from a
state's input, and only the transfer's own copy is ever touched.
"""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.databases import Snapshots
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import NotOurs, SnapshotNotFound, SnapshotNotShared
from snapferry.names import TRANSFER_TAG
from snapferry.settings import Settings
from snapferry.transfers import Closing, TransferPlan


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    account = Settings().target_account
    if event["action"] == "share":
        plan = TransferPlan.read(event["plan"])
        _share(Snapshots(aws.client("rds"), plan.family), plan, account)
    else:
        _unshare(Closing.read(event["plan"]), account)
    return {"at": waits.show_time(waits.now())}


def _share(snapshots: Snapshots, plan: TransferPlan, account: str) -> None:
    found = snapshots.find(plan.copy)
    if found is None:
        raise SnapshotNotFound(f"Snapshot {plan.copy} is gone", resource=plan.copy_arn)
    if found.tags.get(TRANSFER_TAG) != plan.transfer:
        raise NotOurs(f"Snapshot {plan.copy} lacks this transfer's tag, so it is not shared", resource=found.arn)
    snapshots.share(plan.copy, account)
    seen = snapshots.shared_with(plan.copy)
    if seen != {account}:
        raise SnapshotNotShared(
            f"Snapshot {plan.copy} should be shared with {account} alone and is shared with {sorted(seen) or 'nobody'}",
            resource=found.arn,
            remedy="find out in CloudTrail who else calls ModifyDBSnapshotAttribute",
        )


def _unshare(closing: Closing, account: str) -> None:
    if closing.family and closing.copy:
        Snapshots(aws.client("rds"), closing.family).unshare(closing.copy, account)
