"""What RDS tells EventBridge and shows with DescribeEvents; of copies of clusters' snapshots AWS lists nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.rds.listing import MOST
from sandbox.register.events import RDS_EVENTS
from sandbox.register.rds_databases import EVENTS_SHOWN

if TYPE_CHECKING:
    from sandbox.clock import Clock
    from sandbox.gate import Call
    from sandbox.rds.identifiers import Arn
    from sandbox.rds.models import Snapshot

EventListener = Callable[[str, str, str, dict[str, Any], str], None]
"""Account, Region, detail type, detail, ARN of what it is about."""

MOST_KEPT, LONGEST_KEPT, MINUTE = 10_000, 14 * 86_400.0, 60.0
# The kind in an ARN -> EventBridge's SourceType, DescribeEvents', and EventBridge's detail type.
KINDS = {
    "db": ("DB_INSTANCE", "db-instance", "RDS DB Instance Event"),
    "cluster": ("CLUSTER", "db-cluster", "RDS DB Cluster Event"),
    "snapshot": ("SNAPSHOT", "db-snapshot", "RDS DB Snapshot Event"),
    "cluster-snapshot": ("CLUSTER_SNAPSHOT", "db-cluster-snapshot", "RDS DB Cluster Snapshot Event"),
}
# (of a cluster, SnapshotType) -> number, category, message.
FINISHED = {
    (False, "manual"): ("RDS-EVENT-0042", "creation", "Manual snapshot created"),
    (False, "automated"): ("RDS-EVENT-0091", "creation", "Automated snapshot created"),
    (True, "manual"): ("RDS-EVENT-0075", "backup", "Manual cluster snapshot created"),
    (True, "automated"): ("RDS-EVENT-0169", "backup", "Automated cluster snapshot created"),
}
CREATED = {"db": ("RDS-EVENT-0005", "DB instance created"), "cluster": ("RDS-EVENT-0170", "DB cluster created")}
DELETED = {"db": ("RDS-EVENT-0003", "DB instance deleted"), "cluster": ("RDS-EVENT-0171", "DB cluster deleted")}


@dataclass(frozen=True)
class Event:
    """Something that happened."""

    arn: Arn
    number: str
    category: str
    message: str
    time: float


class EventBook:
    """Everything that has happened lately, and who wants to hear of it."""

    def __init__(self, clock: Clock) -> None:
        self.listeners: list[EventListener] = []
        self._clock = clock
        self._kept: deque[Event] = deque(maxlen=MOST_KEPT)

    def tell(self, arn: Arn, number: str, category: str, message: str) -> None:
        """Now something happened to a database or a snapshot."""
        if not RDS_EVENTS.holds:
            return
        event = Event(arn, number, category, message, self._clock.now)
        self._kept.append(event)
        source_type, _, detail_type = KINDS[arn.kind]
        detail = {
            "EventCategories": [category],
            "SourceType": source_type,
            "SourceArn": str(arn),
            "Date": _moment(event).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "Message": message,
            "SourceIdentifier": arn.name,
            "EventID": number,
        }
        for listener in self.listeners:
            listener(arn.account, arn.region, detail_type, detail, str(arn))

    def tell_finished(self, snapshot: Snapshot) -> None:
        """Tell that a manual or automated snapshot, or a copy of an instance's, is available."""
        clustered, copied = snapshot.family.clustered, snapshot.copied_from
        if (clustered, snapshot.type) not in FINISHED or (clustered and copied):
            return
        if copied is None:
            self.tell(snapshot.arn, *FINISHED[clustered, snapshot.type])
        else:
            message = f"Finished copy of snapshot {copied.name} in region {copied.region}"
            self.tell(snapshot.arn, "RDS-EVENT-0197", "notification", message)

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeEvents: those of the last hour, or of the time that the call names; of 14 days at most."""
        given, now = call.parameters, self._clock.now
        begin, end = given.get("StartTime"), given.get("EndTime")
        first = begin.timestamp() if begin else now - given.get("Duration", 60) * MINUTE
        last = end.timestamp() if end else now
        rows = [
            event
            for event in self._kept
            if (event.arn.account, event.arn.region) == (call.caller.account, call.region)
            and max(first, now - LONGEST_KEPT) <= event.time <= last
            and given.get("SourceIdentifier") in (None, event.arn.name)
            and given.get("SourceType") in (None, KINDS[event.arn.kind][1])
            and (not given.get("EventCategories") or event.category in given["EventCategories"])
        ]
        shown = rows if EVENTS_SHOWN.holds else []
        begin_at, size = int(given.get("Marker") or 0), given.get("MaxRecords", MOST)
        page = shown[begin_at : begin_at + size]
        marker = {"Marker": str(begin_at + size)} if len(shown) > begin_at + size else {}
        return {"Events": [_row(event) for event in page], **marker}


def _row(event: Event) -> dict[str, Any]:
    return {
        "SourceIdentifier": event.arn.name,
        "SourceType": KINDS[event.arn.kind][1],
        "SourceArn": str(event.arn),
        "Message": event.message,
        "EventCategories": [event.category],
        "Date": _moment(event),
    }


def _moment(event: Event) -> datetime:
    return datetime.fromtimestamp(event.time, UTC)
