"""Metric math, as much of it as templates here use: SUM(METRICS()), and a metric divided by a number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_DIVIDED = re.compile(r"([a-z]\w*) / (\d+)")
SUM_OF_ALL = "SUM(METRICS())"


def refusal(expression: str) -> str | None:
    """Why the sandbox does not take an expression; None if it does."""
    if expression == SUM_OF_ALL or _DIVIDED.fullmatch(expression):
        return None
    return f"metric math is {SUM_OF_ALL} or `id / number` here, not {expression}"


def value_of(expression: str, values: Mapping[str, float]) -> float | None:
    """The value in one period.

    Args:
        expression: as `refusal` lets it through.
        values: those that the metrics have in that period, by id; one without data is not among them.

    Returns:
        None where there is no data.
    """
    divided = _DIVIDED.fullmatch(expression)
    if divided is None:
        return sum(values.values()) if values else None
    found = values.get(divided[1])
    return None if found is None else found / float(divided[2])
