"""Examples of what goes into a fleet and comes out of it, the smallest first."""

from typing import Any, Final

_FLEET: Final = "0123456789abcdef"

FLEET_REQUESTS: Final[list[Any]] = [
    {"all": True},
    {"databases": ["example-db", "orders"]},
    {"again": _FLEET},
    {"tagged": {"ferry": "nightly"}, "restore": False, "tolerated_failure_percentage": 5},
    {"all": True, "plan_only": True},
    {"databases_in": "lists/nightly.json", "overlap": "wait", "tolerated_failure_count": 2},
    {"tagged": {"ferry": "nightly"}, "scheduled_time": "2026-01-02T03:00:00Z"},
]
FLEET_SUMMARIES: Final[list[Any]] = [
    {
        "version": 1,
        "fleet": _FLEET,
        "execution_arn": "arn:aws:states:eu-west-1:111111111111:execution:snapferry-source-ferry-fleet:nightly",
        "plan_only": False,
        "started_at": "2026-01-02T03:00:00Z",
        "finished_at": "2026-01-02T05:28:40Z",
        "seconds": 8920,
        "databases": 2,
        "well": 1,
        "failed": 1,
        "tolerated": 1,
        "left_out": 0,
        "remarks": [],
        "table": [
            "database    end      took     open     transfer          error",
            "example-db  crossed  2:27:36  0:53:10  bf28f723ae4345de  ",
            "orders      failed   0:00:05  -        -                 TransferDeclined",
        ],
        "told_in": f"s3://snapferry-source-fleets/fleets/{_FLEET}/summary.json",
        "again": {"again": _FLEET},
    }
]
