"""What AWS asks for a transfer: prices that a reader can replace, and the arithmetic."""

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
BACKUP_GB_MONTH: Final = {"cluster": 0.021, "instance": 0.095}
"""Snapshots beyond the free allowance."""
_HOURS_A_MONTH: Final = 730

CALL_SECONDS: Final = 0.08
"""Assumed: how long a function waits for one request to AWS."""
LIVES: Final = 300.0
"""Assumed: seconds for which Lambda keeps an environment that nobody uses."""
_SHARE_OF_PROCESSOR: Final = 1 / 1769
"""Of a vCPU, for each MiB of a function's memory [Lambda: configuration-memory]."""
_MIB_A_GB: Final = 1024


@dataclass(frozen=True, slots=True)
class Bill:
    """US dollars of one transfer.

    Attributes:
        gb_seconds: What Lambda bills, as estimated.
        storage: For the snapshots while they exist, at the most: where the free allowance is used up.
    """

    transitions: float
    invocations: float
    gb_seconds: float
    duration: float
    others: float
    storage: float

    @property
    def workflow(self) -> float:
        """Return what the workflow itself costs."""
        return self.transitions + self.invocations + self.duration + self.others


def bill(carried: Carried, family: str, gigabytes: int, start_seconds: float) -> Bill:
    """Return what one transfer costs.

    Args:
        carried: The transfer.
        family: `cluster` or `instance`.
        gigabytes: Of the database.
        start_seconds: Of a whole processor, for the imports of a function's cold start.
    """
    gb_seconds = sum(_billed(carried.invoked, start_seconds))
    hours = carried.timeline.length / 3600
    return Bill(
        transitions=carried.states * TRANSITION,
        invocations=len(carried.invoked) * INVOCATION,
        gb_seconds=gb_seconds,
        duration=gb_seconds * GB_SECOND,
        others=carried.events * EVENT + carried.calls["dynamodb"] * TABLE_REQUEST + carried.calls["kms"] * KMS_REQUEST,
        storage=3 * gigabytes * BACKUP_GB_MONTH[family] * hours / _HOURS_A_MONTH,
    )


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
