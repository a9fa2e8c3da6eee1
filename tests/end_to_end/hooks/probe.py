"""A hook that does what its input says."""

from __future__ import annotations

import os
import time
from typing import Any


def handler(event: dict[str, Any], _context: Any) -> Any:
    wanted = event["input"]
    if event["attempt"] <= wanted.get("failures", 0):
        raise ValueError(f"no luck in attempt {event['attempt']}")
    if wanted.get("exits"):
        os._exit(1)
    time.sleep(wanted.get("seconds", 0))
    return "x" * wanted["letters"] if "letters" in wanted else wanted.get("says", {"seen": event})
