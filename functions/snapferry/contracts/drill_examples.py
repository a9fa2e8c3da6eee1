"""An example of a drill's receipt: part of its schema, and held against its model by a test."""

from typing import Any, Final

RECEIPTS: Final[list[Any]] = [
    {
        "version": 1,
        "drill": True,
        "transfer": "0123456789abcdef",
        "execution_arn": "arn:aws:states:eu-west-1:222222222222:execution:snapferry-target-restore-database:drill",
        "snapshot": "arn:aws:rds:eu-west-1:222222222222:cluster-snapshot:sf-example-db-fedcba9876543210",
        "snapshot_taken": "2026-01-01T02:10:00Z",
        "snapshot_age_seconds": 86400,
        "database": "sf-example-db-0123456789abcdef",
        "engine": "aurora-mysql",
        "engine_version": "8.0.mysql_aurora.3.08.0",
        "stages": [
            {"name": "restore", "seconds": 600},
            {"name": "securing", "seconds": 90},
            {"name": "instances", "seconds": 480},
            {"name": "hooks", "seconds": 30},
            {"name": "deletion", "seconds": 300},
        ],
        "hooks": [
            {"name": "snapferry-hook-verify", "attempts": 1, "seconds": 30, "result": {"rows": 2}, "remark": None},
        ],
        "deleted": True,
        "started_at": "2026-01-02T02:10:00Z",
        "finished_at": "2026-01-02T02:35:10Z",
        "seconds": 1510,
    }
]
