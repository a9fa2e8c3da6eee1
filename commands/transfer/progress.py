"""What RDS is at work on while the source waits for it, and how far it is, by RDS's own word."""

from typing import Final

from botocore.exceptions import ClientError

from commands.account import Account
from snapferry.databases import Snapshots
from snapferry.databases.records import Snapshot
from snapferry.transfers import TransferPlan

_OF_SNAPSHOT: Final = ("Create the snapshot", "Look at the snapshot", "Wait for the snapshot", "Wait for the database")
_OF_COPY: Final = ("Copy under the transfer key", "Look at the copy", "Wait for the copy", "Wait for RDS to copy")
_ELSEWHERE: Final = {
    "Ask what the target finds": "the target looks at its side",
    "Offer the transfer": "the target looks at its side",
    "Ask the target to take its copy": "RDS copies the snapshot in the target",
    "Ask for the restore": "the target brings the database up",
    "Wait for the other transfer": "another transfer of this database runs",
}
"""What the target is at: its account tells nobody else how far it is."""


def told(account: Account, plan: TransferPlan | None, state: str) -> str:
    """Return in a few words what goes on in a state; empty where that is over in a moment."""
    if state in _ELSEWHERE:
        return _ELSEWHERE[state]
    if plan is None or state not in (*_OF_SNAPSHOT, *_OF_COPY):
        return ""
    name = plan.snapshot if state in _OF_SNAPSHOT else plan.copy
    try:
        found = Snapshots(account.client("rds"), plan.family).find(name)
    except ClientError as error:  # whoever looks on may start a transfer, and need not see snapshots
        return f"RDS does not show {name}: {error.response['Error']['Code']}"
    return _of(found, name)


def _of(found: Snapshot | None, name: str) -> str:
    if found is None:
        return f"RDS does not show {name} yet"
    percent = "" if found.percent is None else f" {found.percent} %"
    return f"RDS: {found.status}{percent}, {name}"
