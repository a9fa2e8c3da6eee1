"""Locks: one holder at a time, and an end after which a lock whose holder died is free again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from snapferry.state.table import Table

LASTS: Final = 180
"""Seconds; longer than the longest function's time-out, so that no holder that still runs loses its lock."""


@contextmanager
def held(table: Table, name: str, holder: str) -> Iterator[bool]:
    """Hold a lock for the length of a ``with`` block; its value tells whether it was free.

    A holder that comes again (a retry of the same step) gets its own lock.

    Args:
        table: The stack's table.
        name: What is locked, such as a key's ARN.
        holder: Who locks it.
    """
    lock = f"lock#{name}"
    free = table.put_if(
        "attribute_not_exists(id) OR holder = :holder OR expires < :now",
        {":holder": holder, ":now": int(time.time())},
        lock,
        {"holder": holder},
        lasts=LASTS,
    )
    try:
        yield free
    finally:
        if free:
            table.delete_if("holder = :holder", {":holder": holder}, lock)
