"""What AWS asks: prices that a reader can replace, and the arithmetic."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bench.carried import Carried, Invoked

OF: Final = "us-east-1, arm64, on demand, without any free tier, 2026"
TRANSITION: Final = 0.025 / 1000
INVOCATION: Final = 0.20 / 1_000_000
GB_SECOND: Final = 0.0000133334
EVENT: Final = 1.00 / 1_000_000
"""A custom event, and one to another account's bus."""
TABLE_REQUEST: Final = 0.625 / 1_000_000
"""A write of at most 1 KB; a read costs less."""
KMS_REQUEST: Final = 0.03 / 10_000
LOG_GB: Final = 0.50
"""Taken in; keeping them costs 0.03 a month for each GB, compressed."""
SCHEDULED: Final = 1.00 / 1_000_000
"""One start by EventBridge Scheduler."""
BACKUP_GB_MONTH: Final = {"cluster": 0.021, "instance": 0.095}
"""Snapshots beyond the free allowance."""
KEY_MONTH: Final = 1.00
ALARM_METRIC_MONTH: Final = 0.10
"""For each metric that an alarm looks at."""
METRIC_MONTH: Final = 0.30
"""A metric of one's own: a name with its dimensions."""
DASHBOARD_MONTH: Final = 3.00
SECRET_MONTH: Final = 0.40
PAGES: Final = {
    "Step Functions": "https://aws.amazon.com/step-functions/pricing/",
    "Lambda": "https://aws.amazon.com/lambda/pricing/",
    "EventBridge": "https://aws.amazon.com/eventbridge/pricing/",
    "DynamoDB": "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    "KMS": "https://aws.amazon.com/kms/pricing/",
    "CloudWatch": "https://aws.amazon.com/cloudwatch/pricing/",
    "Secrets Manager": "https://aws.amazon.com/secrets-manager/pricing/",
    "RDS": "https://aws.amazon.com/rds/pricing/",
    "Aurora": "https://aws.amazon.com/rds/aurora/pricing/",
}
"""Where AWS says them today."""
HOURS_A_MONTH: Final = 730

CALL_SECONDS: Final = 0.08
"""Assumed: how long a function waits for one request to AWS."""
LIVES: Final = 300.0
"""Assumed: seconds for which Lambda keeps an environment that nobody uses."""
PLATFORM_BYTES: Final = 1_000
"""Assumed: what Lambda itself logs of one invocation, its beginning and its report."""
_SHARE_OF_PROCESSOR: Final = 1 / 1769
"""Of a vCPU, for each MiB of a function's memory [Lambda: configuration-memory]."""
_MIB_A_GB: Final = 1024
_BYTES_A_GB: Final = 1024**3


@dataclass(frozen=True, slots=True)
class Counts:
    """What AWS counts of something.

    Attributes:
        states: State transitions in both accounts.
        gb_seconds: What Lambda bills, as estimated.
        table_requests, key_requests: To DynamoDB and to KMS.
        log_bytes: Taken in by CloudWatch Logs.
    """

    states: int
    invocations: int
    gb_seconds: float
    events: int
    table_requests: int
    key_requests: int
    log_bytes: int


@dataclass(frozen=True, slots=True)
class Bill:
    """US dollars of what was counted."""

    transitions: float
    invocations: float
    duration: float
    events: float
    table: float
    keys: float
    logs: float

    @property
    def workflow(self) -> float:
        """Return the sum."""
        return self.transitions + self.invocations + self.duration + self.others

    @property
    def others(self) -> float:
        """Return what neither Step Functions nor Lambda asks."""
        return self.events + self.table + self.keys + self.logs


def counts(carried: Carried, start_seconds: float) -> Counts:
    """Return what AWS counts of what was played.

    Args:
        carried: The transfer, or some idle time.
        start_seconds: Of a whole processor, for the imports of a function's cold start.
    """
    return Counts(
        states=carried.states,
        invocations=len(carried.invoked),
        gb_seconds=round(sum(_billed(carried.invoked, start_seconds)), 1),
        events=carried.events,
        table_requests=carried.calls["dynamodb"],
        key_requests=carried.calls["kms"],
        log_bytes=carried.logged.bytes + PLATFORM_BYTES * len(carried.invoked),
    )


def bill(counted: Counts) -> Bill:
    """Return what that costs."""
    return Bill(
        transitions=counted.states * TRANSITION,
        invocations=counted.invocations * INVOCATION,
        duration=counted.gb_seconds * GB_SECOND,
        events=counted.events * EVENT,
        table=counted.table_requests * TABLE_REQUEST,
        keys=counted.key_requests * KMS_REQUEST,
        logs=counted.log_bytes / _BYTES_A_GB * LOG_GB,
    )


def storage(family: str, gigabytes: int, seconds: float) -> float:
    """Return the dollars of a transfer's three snapshots at the most: of full size, for as long as it takes."""
    return 3 * gigabytes * BACKUP_GB_MONTH[family] * seconds / 3600 / HOURS_A_MONTH


def cold_starts(invoked: Iterable[Invoked]) -> int:
    """Return how many of them find no environment that still lives."""
    return sum(is_cold for _, is_cold in _with_cold(invoked))


def _billed(invoked: Iterable[Invoked], start_seconds: float) -> list[float]:
    """Return the GB-seconds of each: waiting for AWS, and computing with the share that its memory brings."""
    return [
        one.memory / _MIB_A_GB * (one.calls * CALL_SECONDS + _stretched(one.cpu + cold * start_seconds, one.memory))
        for one, cold in _with_cold(invoked)
    ]


def _stretched(cpu: float, memory: int) -> float:
    return cpu / min(1.0, memory * _SHARE_OF_PROCESSOR)


def _with_cold(invoked: Iterable[Invoked]) -> list[tuple[Invoked, bool]]:
    last: dict[str, float] = {}
    found = []
    for one in sorted(invoked, key=lambda each: each.begun):
        found.append((one, one.begun - last.get(one.function, -LIVES) > LIVES or one.function not in last))
        last[one.function] = one.begun
    return found
