"""DescribeDBInstances and DescribeDBClusters: one behaviour, two sets of names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.families import FAMILIES, INSTANCES, Family
from sandbox.rds.listing import filtered, of_caller, page
from sandbox.rds.views import database_row

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.models import Database

Filters = dict[str, "Callable[[Database], set[str]]"]


class Descriptions:
    """The databases of one family, as the caller's account sees its own."""

    def __init__(self, core: Core, family: Family) -> None:
        self._core = core
        self._family = family

    def describe(self, call: Call) -> dict[str, Any]:
        """One database by name, or all, filtered and paged."""
        store, family = self._core.store, self._family
        name = call.parameters.get(family.database_id)
        rows = [store.database(call, family, name)] if name else of_caller(call, store.of_family(family))
        rows = [row for row in rows if not row.hidden]
        found, marker = page(call, filtered(call, rows, self._filters()), lambda row: row.arn)
        return {f"{family.database_word}s": [database_row(row, store) for row in found], **marker}

    def _filters(self) -> Filters:
        """AWS's filter names, and the values of a database for each."""
        common: Filters = {"engine": lambda row: {row.engine}}
        if self._family is INSTANCES:
            return common | {
                "db-instance-id": _names,
                "db-cluster-id": self._names_of_cluster,
                "dbi-resource-id": lambda row: {row.resource_id},
            }
        return common | {"db-cluster-id": _names, "db-cluster-resource-id": lambda row: {row.resource_id}}

    def _names_of_cluster(self, row: Database) -> set[str]:
        cluster = self._core.store.cluster_of(row)
        return _names(cluster) if cluster else set()


def descriptions(core: Core) -> dict[str, Descriptions]:
    """By operation."""
    return {f"Describe{family.database_word}s": Descriptions(core, family) for family in FAMILIES}


def _names(row: Database) -> set[str]:
    return {row.name, str(row.arn)}
