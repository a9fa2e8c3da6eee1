"""Examples of all that comes in or goes out, the smallest first, for the schemas in ``docs/schemas``: one transfer.

Plain data; the models in ``contracts`` and ``receipts`` name it.
"""

from typing import Any, Final

from snapferry.contracts import hook_examples

_TRANSFER: Final = "bf28f723ae4345de"
_SOURCE: Final = "111111111111"
_TARGET: Final = "222222222222"
_OWN_KEY: Final = f"arn:aws:kms:eu-west-1:{_TARGET}:key/0987dcba-09fe-87dc-65ba-ab0987654321"
_TRANSFER_KEY: Final = f"arn:aws:kms:eu-west-1:{_SOURCE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_SECRETS: Final = f"arn:aws:secretsmanager:eu-west-1:{_TARGET}:secret"
_COPYING_ROLE: Final = f"arn:aws:iam::{_TARGET}:role/snapferry-target-CopySnapshotFunctionRole"
_EXECUTION: Final = f"arn:aws:states:eu-west-1:{_SOURCE}:execution:snapferry-source-ferry-snapshot:first"
_SNAPSHOT: Final = f"arn:aws:rds:eu-west-1:{_SOURCE}:cluster-snapshot:sf-example-db-{_TRANSFER}"
_SHARED: Final = f"{_SNAPSHOT}-c"
_RECEIVED: Final = f"arn:aws:rds:eu-west-1:{_TARGET}:cluster-snapshot:sf-example-db-{_TRANSFER}"

_DATABASE: Final[dict[str, Any]] = {
    "identifier": "example-db",
    "arn": f"arn:aws:rds:eu-west-1:{_SOURCE}:cluster:example-db",
    "family": "cluster",
    "engine": "aurora-mysql",
    "engine_version": "8.0.mysql_aurora.3.08.2",
    "gigabytes": 0,
    "instance_class": "db.r6g.large",
    "port": 3306,
    "master_username": "master",
}
_ASKED: Final[dict[str, Any]] = {
    "version": 1,
    "transfer": _TRANSFER,
    "source_account": _SOURCE,
    "target_account": _TARGET,
    "region": "eu-west-1",
    "deadline": "2026-01-03T00:10:00Z",
    "database": _DATABASE,
}
_ANSWERED: Final[dict[str, Any]] = {"version": 1, "transfer": _TRANSFER, "source_account": _SOURCE}
_ACCEPTED: Final[dict[str, Any]] = {"role_arn": _COPYING_ROLE, "database": "example-db-2", "remarks": []}
_RESTORED: Final[dict[str, Any]] = {
    "identifier": "example-db-2",
    "arn": f"arn:aws:rds:eu-west-1:{_TARGET}:cluster:example-db-2",
    "endpoint": "example-db-2.cluster-222222222222.eu-west-1.rds.amazonaws.com",
    "port": 3306,
    "engine": "aurora-mysql",
    "master_username": "master",
    "secret_arn": f"{_SECRETS}:rds!cluster-00000000-0000-4000-8000-000000000004-AbCdEf",
    "key_arn": _OWN_KEY,
    "parameter": "/snapferry/example-db/connection",
    "hooks": hook_examples.REPORTS,
}

_TAKEN: Final[dict[str, Any]] = {
    "side": f"target account {_TARGET}",
    "error": "RestoreNotPossible",
    "what": "there is a database example-db-2 already (profile field identifier)",
    "resource": _RESTORED["arn"],
    "remedy": "choose another name; one with {transfer} in it is free every time",
}

TRANSFER_REQUESTS: Final[list[Any]] = [
    {"database": "example-db"},
    {"database": "example-db", "plan_only": True},
    {"database": "example-db", "snapshot": "latest"},
    {"database": "example-db", "snapshot": f"sf-example-db-{_TRANSFER}-c"},
    {"database": "example-db", "restore": True, "profile": "reporting", "overlap": "wait"},
    {"database": "example-db", "scheduled_time": "2026-01-02T03:00:00Z"},
]
OFFERS: Final[list[Any]] = [{**_ASKED, "question": "Transfer Offered", "restore": True, "profile": None}]
SNAPSHOTS_SHARED: Final[list[Any]] = [{**_ASKED, "question": "Snapshot Shared", "snapshot_arn": _SHARED}]
RESTORES_REQUESTED: Final[list[Any]] = [
    {**_ASKED, "question": "Restore Requested", "snapshot_arn": _RECEIVED, "profile": None}
]
RECEIVES_ALONE: Final[list[Any]] = [{"snapshot_arn": _SHARED}]
RESTORES_ALONE: Final[list[Any]] = [
    {"snapshot_arn": _RECEIVED, "database": "example-db"},
    {"snapshot_arn": _RECEIVED, "database": "example-db", "profile": "reporting"},
    {"snapshot_arn": _RECEIVED, "database": "example-db", "drill": True},
]
SWITCHES_BACK: Final[list[Any]] = [
    {"name": "example-db"},
    {"name": "example-db", "to": "example-db-2", "keep_hours": 24},
]
ANSWERS: Final[list[Any]] = [
    {**_ANSWERED, "question": "Transfer Offered", "reply": "Accepted", "result": _ACCEPTED},
    {
        **_ANSWERED,
        "question": "Transfer Offered",
        "reply": "Declined",
        "error": "TransferDeclined",
        "cause": f"In the target account {_TARGET}: {_TAKEN['what']}. What to do: {_TAKEN['remedy']}.",
        "findings": [_TAKEN],
    },
    {
        **_ANSWERED,
        "question": "Snapshot Shared",
        "reply": "Received",
        "result": {"snapshot_arn": _RECEIVED, "key_arn": _OWN_KEY},
    },
    {**_ANSWERED, "question": "Restore Requested", "reply": "Restored", "result": _RESTORED},
]
PROFILES: Final[list[Any]] = [
    {"subnet_group": "databases", "security_groups": ["sg-0123456789abcdef1"]},
    {
        "identifier": "{database}-{transfer}",
        "name": "{database}-of-production",
        "subnet_group": "databases",
        "security_groups": ["sg-0123456789abcdef1"],
        "instance_class": "db.r6g.large",
        "instances": 2,
        "cluster_parameter_group": "tuned-cluster",
        "parameter_group": "tuned",
        "deletion_protection": False,
        "backup_retention_days": 1,
        "backup_window": "01:00-01:30",
        "maintenance_window": "sun:03:00-sun:04:00",
        "log_exports": ["error", "slowquery"],
        "monitoring_seconds": 60,
        "performance_insights": True,
        "keep_snapshot": True,
        "hooks": [
            hook_examples.HOOK,
            {"name": "snapferry-hook-warm-up", "kind": "state_machine", "timeout_minutes": 120},
        ],
        "tags": {"team": "reporting"},
    },
]
RECEIPTS: Final[list[Any]] = [
    {
        "version": 1,
        "transfer": _TRANSFER,
        "execution_arn": _EXECUTION,
        "database": _DATABASE["arn"],
        "target_account": _TARGET,
        "snapshot": _SNAPSHOT,
        "fresh": True,
        "target_snapshot": _RECEIVED,
        "restored": _RESTORED,
        "access": {
            "key_arn": _TRANSFER_KEY,
            "principal": _COPYING_ROLE,
            "opened_at": "2026-01-01T01:25:14Z",
            "would_have_ended_at": "2026-01-03T00:10:00Z",
            "closed_at": "2026-01-01T02:18:25Z",
            "exposure_seconds": 3191,
            "fingerprint_at_opening": "f25f2754e0d33578b784dde25682873b81d9a4a3271b53ac9aa3f52afaa7b6d6",
            "fingerprint_at_closing": "f25f2754e0d33578b784dde25682873b81d9a4a3271b53ac9aa3f52afaa7b6d6",
            "grants": [],
            "remarks": [],
        },
        "deleted_snapshots": [_SNAPSHOT, _SHARED],
        "remarks": [],
        "started_at": "2026-01-01T00:10:00Z",
        "finished_at": "2026-01-01T02:37:02Z",
        "seconds": 8822,
    }
]
PLAN_REPORTS: Final[list[Any]] = [
    {
        "version": 1,
        "possible": False,
        "findings": [
            {
                "side": f"source account {_SOURCE}",
                "error": "DatabaseNotFound",
                "what": "There is no RDS instance and no Aurora cluster exampledb",
                "resource": "exampledb",
                "remedy": "look it up with: aws rds describe-db-clusters; aws rds describe-db-instances",
            }
        ],
        "remarks": [],
        "target_was_asked": False,
        "plan": None,
        "accepted": None,
        "expected": None,
    },
    {
        "version": 1,
        "possible": True,
        "findings": [],
        "remarks": ["tags of the database that its snapshots do not get: aws:cloudformation:stack-name"],
        "target_was_asked": True,
        "plan": {
            "source_account": _SOURCE,
            "target_account": _TARGET,
            "region": "eu-west-1",
            "database": _DATABASE,
            "database_tags": {"team": "payments"},
            "snapshot_arn": _SNAPSHOT,
            "make_snapshot": True,
            "copy_arn": _SHARED,
            "make_copy": True,
            "key_arn": _TRANSFER_KEY,
            "key_policy": None,
            "deadline": "2026-01-03T00:10:00Z",
            "restore": True,
            "profile": None,
        },
        "accepted": _ACCEPTED,
        "expected": {
            "stages": [
                {"name": "snapshot", "side": "source", "seconds": None},
                {"name": "copy under the transfer key", "side": "source", "seconds": None},
                {"name": "copy under the target's own key", "side": "target", "seconds": None},
                {"name": "restore", "side": "target", "seconds": None},
            ],
            "seconds": None,
            "state_transitions": {"source": {"least": 21, "most": 1371}, "target": {"least": 30, "most": 1380}},
            "state_transitions_usd": {"least": 0.0013, "most": 0.0688},
            "prices_are_of": "https://aws.amazon.com/step-functions/pricing/, a stored copy read on 2026-11-23",
            "not_counted": "the restored database",
        },
    },
]
