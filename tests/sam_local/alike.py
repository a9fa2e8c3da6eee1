"""What two runs in the sandbox say alike: all but the moment, and what is made up at random."""

from __future__ import annotations

import json
import re
from typing import Any

SECONDS = 3
"""Two runs may count the time of a wait, or of access, so differently: a container starts when it starts."""
SHARE = 0.01
"""Or so much of a long time, such as a whole transfer's: dozens of containers start meanwhile, each when it starts."""

_TOKEN = re.compile(r'(?<="token": ")[^"]+')
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|(?<!\d)1\d{12}(?!\d)")  # ISO 8601; milliseconds
_LASTS = re.compile(r"(?<![\d:])\d+:\d\d:\d\d(?![\d:])")
"""In a table for people; the numbers beside it are compared."""
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_MADE_UP = re.compile(
    rf"{_UUID}(-[A-Za-z0-9]{{6}}(?!\w))?|\bsg-[0-9a-f]{{8,17}}\b|(?<![0-9a-f])[0-9a-f]{{16}}(?![0-9a-f])"
)
"""Ids of keys, requests and secrets (with their six letters), of security groups, of transfers."""


def plain(value: Any) -> Any:
    """A body, or an answer, with stand-ins for what differs from run to run: the same for the same."""
    known: dict[str, str] = {}
    text = _TOKEN.sub("a-token", json.dumps(value, sort_keys=True))
    text = _MADE_UP.sub(lambda found: known.setdefault(found[0], f"made-up-{len(known) + 1}"), text)
    return json.loads(_LASTS.sub("h:mm:ss", _MOMENT.sub("0", text)))


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two plain values differ, numbers by more than SECONDS, and than their SHARE."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [line for key in one for line in differences(one[key], other[key], f"{where}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [line for number, pair in pairs for line in differences(*pair, f"{where}[{number}]")]
    if _are_numbers(one, other) and abs(one - other) <= max(SECONDS, SHARE * abs(one)):
        return []
    return [] if one == other else [f"{where or 'all'}: {one!r} and {other!r}"]


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
