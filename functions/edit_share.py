"""States "Share the copy" and "Stop sharing": the one function that changes who may restore a snapshot.

IAM cannot restrict the accounts in this call, so the account comes from the stack's own configuration, never from a
state's input. What is shared is the transfer's own copy, or the kept one that it has started from; a snapshot of
somebody else's only where the deployer allows it, and then nobody else's access to it is touched.
"""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, waits
from snapferry.databases import Snapshot, Snapshots
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import NotOurs, SnapshotNotFound, SnapshotNotShared, UnderTransferKey
from snapferry.names import TRANSFER_TAG
from snapferry.settings import Settings
from snapferry.transfers import Closing, TransferPlan

_EVERYBODY = "all"


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
        raise SnapshotNotFound(
            f"Snapshot {plan.copy} is gone", resource=plan.copy_arn, remedy="find out who deleted it; run again"
        )
    owner = plan.kept_by or (plan.transfer if plan.copy in plan.made else None)
    _check_may_be_shared(found, owner, plan)
    snapshots.share(plan.copy, account)
    seen = snapshots.shared_with(plan.copy)
    alone = seen == {account} or (owner is None and account in seen and _EVERYBODY not in seen)
    if not alone:
        raise SnapshotNotShared(
            f"Snapshot {plan.copy} should be shared with {account} alone and is shared with {sorted(seen) or 'nobody'}",
            resource=found.arn,
            remedy="find out in CloudTrail who else calls ModifyDBSnapshotAttribute",
        )


def _check_may_be_shared(found: Snapshot, owner: str | None, plan: TransferPlan) -> None:
    if owner is not None and found.tags.get(TRANSFER_TAG) != owner:
        raise NotOurs(
            f"Snapshot {plan.copy} lacks this transfer's tag, so it is not shared",
            resource=found.arn,
            remedy="find out in CloudTrail who replaced it or its tags, delete it if nobody needs it, and run again",
        )
    if owner is None and not (Settings().shares_originals and found.key_arn == plan.key_arn):
        raise UnderTransferKey(
            f"Snapshot {plan.copy} is somebody else's, and this stack does not share it as it is",
            resource=found.arn,
            remedy="deploy the source stack with ShareOriginals=true; only what is under the transfer key is shared",
        )


def _unshare(closing: Closing, account: str) -> None:
    if closing.family and closing.copy:
        Snapshots(aws.client("rds"), closing.family).unshare(closing.copy, account)
