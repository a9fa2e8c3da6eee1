"""What RDS tells EventBridge: the ends of snapshots. None for a copy of a cluster's snapshot: AWS lists none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.register.events import RDS_EVENTS

if TYPE_CHECKING:
    from sandbox.rds.models import Snapshot

EventListener = Callable[[str, str, str, dict[str, Any], str], None]
"""Account, Region, detail type, detail, ARN of what it is about."""

COPIED = "RDS-EVENT-0197"
# (of a cluster, SnapshotType) -> number, category, message.
CREATED = {
    (False, "manual"): ("RDS-EVENT-0042", "creation", "Manual snapshot created"),
    (False, "automated"): ("RDS-EVENT-0091", "creation", "Automated snapshot created"),
    (True, "manual"): ("RDS-EVENT-0075", "backup", "Manual cluster snapshot created"),
    (True, "automated"): ("RDS-EVENT-0169", "backup", "Automated cluster snapshot created"),
}


def tell_finished(listeners: list[EventListener], snapshot: Snapshot, date: str) -> None:
    """Tell that a manual or automated snapshot, or a copy of an instance's, is available."""
    clustered, copied = snapshot.family.clustered, snapshot.copied_from
    if (clustered, snapshot.type) not in CREATED or (clustered and copied) or not RDS_EVENTS.holds:
        return
    number, category, message = CREATED[clustered, snapshot.type]
    if copied is not None:
        number, category = COPIED, "notification"
        message = f"Finished copy of snapshot {copied.name} in region {copied.region}"
    detail = {
        "EventCategories": [category],
        "SourceType": "CLUSTER_SNAPSHOT" if clustered else "SNAPSHOT",
        "SourceArn": str(snapshot.arn),
        "Date": date,
        "Message": message,
        "SourceIdentifier": snapshot.name,
        "EventID": number,
    }
    kind = "RDS DB Cluster Snapshot Event" if clustered else "RDS DB Snapshot Event"
    for listener in listeners:
        listener(snapshot.arn.account, snapshot.arn.region, kind, detail, str(snapshot.arn))
