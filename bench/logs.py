"""What functions have written into their log groups: bytes as CloudWatch bills them, and the metrics in them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from moto.logs.models import LogStream, logs_backends

from sandbox.accounts import ACCOUNTS, REGION
from sandbox.world import Sandbox

_OF_EACH_EVENT = 26  # bytes that CloudWatch Logs bills besides its text [PutLogEvents]

type Metric = tuple[str, tuple[tuple[str, str], ...]]
"""A metric's name and its dimensions: what CloudWatch bills as one."""


@dataclass(frozen=True, slots=True)
class Logged:
    """What was written.

    Attributes:
        metrics: Those that were told in the embedded metric format.
    """

    bytes: int = 0
    metrics: frozenset[Metric] = field(default_factory=frozenset)


def clear(sandbox: Sandbox) -> None:
    """Forget what was written before."""
    for stream in _streams(sandbox):
        stream.events.clear()


def of(sandbox: Sandbox) -> Logged:
    """Return what was written since, of both accounts."""
    lines = [event.message for stream in _streams(sandbox) for event in stream.events]
    return Logged(
        bytes=sum(len(line.encode()) + _OF_EACH_EVENT for line in lines),
        metrics=frozenset(metric for line in lines if '"_aws"' in line for metric in _metrics(line)),
    )


def _streams(_sandbox: Sandbox) -> Iterator[LogStream]:
    for account in ACCOUNTS:
        for group in logs_backends[account.id][REGION].groups.values():
            yield from group.streams.values()


def _metrics(line: str) -> Iterator[Metric]:
    said = json.loads(line)
    for directive in said["_aws"]["CloudWatchMetrics"]:
        for metric in directive["Metrics"]:
            for dimensions in directive["Dimensions"]:
                yield metric["Name"], tuple((name, said[name]) for name in dimensions)
