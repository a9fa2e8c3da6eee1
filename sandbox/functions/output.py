"""What handlers print, kept in CloudWatch Logs too, so that `aws logs tail` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.logs.models import logs_backends

if TYPE_CHECKING:
    from sandbox.functions.spec import FunctionSpec


LINES_KEPT = 1_000
"""Of each stream; the oldest are forgotten."""


def keep(spec: FunctionSpec, stream: str, lines: list[str], now: float) -> None:
    """Put lines into the function's log group, as events of this moment (virtual epoch seconds)."""
    if not lines:
        return
    backend = logs_backends[spec.account][spec.region]
    if spec.log_group not in backend.groups:  # Lambda makes it at the first line, too
        backend.create_log_group(spec.log_group, {})
    backend.ensure_log_stream(spec.log_group, stream)
    events = [{"timestamp": int(now * 1000), "message": line} for line in lines]
    group = backend.groups[spec.log_group]
    group.put_log_events(stream, events)
    del group.streams[stream].events[:-LINES_KEPT]
