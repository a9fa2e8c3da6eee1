"""Examples of what hooks are sent and of what is said of them. Plain data."""

from typing import Any, Final

HOOK: Final[dict[str, Any]] = {
    "name": "snapferry-hook-sql",
    "timeout_minutes": 10,
    "retries": 1,
    "input": {
        "database": "example",
        "scripts": ["mask_users.sql"],
        "expect": [{"query": "SELECT count(*) FROM users", "equals": 2}],
    },
}
_TARGET: Final = "222222222222"
INPUTS: Final[list[Any]] = [
    {
        "version": 1,
        "hook": HOOK["name"],
        "transfer": "bf28f723ae4345de",
        "attempt": 1,
        "database": {
            "identifier": "example-db-2",
            "arn": f"arn:aws:rds:eu-west-1:{_TARGET}:cluster:example-db-2",
            "family": "cluster",
            "engine": "aurora-mysql",
            "engine_version": "8.0.mysql_aurora.3.08.2",
            "endpoint": f"example-db-2.cluster-{_TARGET}.eu-west-1.rds.amazonaws.com",
            "port": 3306,
            "master_username": "master",
            "secret_arn": f"arn:aws:secretsmanager:eu-west-1:{_TARGET}:secret:"
            "rds!cluster-00000000-0000-4000-8000-000000000004-AbCdEf",
        },
        "input": HOOK["input"],
    },
]
REPORTS: Final[list[Any]] = [
    {
        "name": HOOK["name"],
        "attempts": 1,
        "seconds": 4,
        "result": {
            "scripts": [{"script": "mask_users.sql", "statements": 1, "rows": 2}],
            "expectations": [{"query": "SELECT count(*) FROM users", "found": 2}],
        },
        "remark": None,
    }
]
