"""DescribeAccountAttributes: how many of what an account has in a Region, and how many it may have.

AWS lists twenty; here are those that the sandbox keeps. How many copies run at once is none of them (aws-facts 11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.families import CLUSTERS, INSTANCES, Family
from sandbox.rds.listing import of_caller

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core


class AccountAttributes:
    """The quotas of the caller's account."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeAccountAttributes."""
        quotas = self._core.settings.quotas
        rows = {
            "DBInstances": (_databases(self._core, call, INSTANCES), quotas.instances),
            "ManualSnapshots": (_manual(self._core, call, INSTANCES), quotas.manual_instance_snapshots),
            "DBClusters": (_databases(self._core, call, CLUSTERS), quotas.clusters),
            "ManualClusterSnapshots": (_manual(self._core, call, CLUSTERS), quotas.manual_cluster_snapshots),
        }
        shown = [{"AccountQuotaName": name, "Used": used, "Max": most} for name, (used, most) in rows.items()]
        return {"AccountQuotas": shown}


def _databases(core: Core, call: Call, family: Family) -> int:
    held = core.store.instances if family is INSTANCES else core.store.clusters
    return len(of_caller(call, held))


def _manual(core: Core, call: Call, family: Family) -> int:
    held = of_caller(call, core.store.snapshots)
    return sum(1 for one in held if one.family is family and one.type == "manual")
