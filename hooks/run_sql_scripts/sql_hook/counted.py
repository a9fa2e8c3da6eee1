"""What a script did, and values as JSON has them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sql_hook.request import Value


@dataclass(frozen=True, slots=True)
class Counted:
    """How many statements ran, and how many rows they wrote."""

    statements: int
    rows: int


def as_json(value: Any) -> Value:
    """Return a column's value as JSON can hold it: whole decimals as integers, times and others as text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
