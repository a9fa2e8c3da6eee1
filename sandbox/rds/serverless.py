"""Aurora Serverless v2: the capacity between which a cluster's `db.serverless` instances scale."""

from __future__ import annotations

from typing import Any

from sandbox.register.rds_sources import SERVERLESS_RANGE

LARGEST = 256


def check_scaling(given: dict[str, Any]) -> None:
    """Refuse a ServerlessV2ScalingConfiguration that AWS does not take; units are Aurora capacity units (ACUs)."""
    scaling = given.get("ServerlessV2ScalingConfiguration")
    if scaling is None:
        return
    least, most = scaling.get("MinCapacity", 0), scaling.get("MaxCapacity", 0)
    halves = all(float(value * 2).is_integer() for value in (least, most))
    fits = 0 <= least <= most and 1 <= most <= LARGEST
    SERVERLESS_RANGE.refuse_if(not (halves and fits), least=least, most=most)
