"""Stop and Start of instances and clusters. What is stopped answers nobody, and starts by itself after seven days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.families import CLUSTERS, INSTANCES, Family
from sandbox.rds.models import AVAILABLE, Cluster, Database, Instance
from sandbox.rds.parameters import refuse_unknown
from sandbox.rds.provision import let_listen
from sandbox.rds.views import database_row
from sandbox.register.rds_sources import START_STOPPED, STOP_ALONE, STOP_AVAILABLE, STOP_ENDS, STOP_TAKES_TIME

if TYPE_CHECKING:
    from sandbox.gate import Answer, Call
    from sandbox.rds.core import Core

STOPPING, STOPPED, STARTING = "stopping", "stopped", "starting"
LONGEST_STOP = 7 * 86_400.0


class Stopping:
    """Databases that rest."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def answers(self) -> dict[str, Answer]:
        """By operation."""
        return {
            "StopDBInstance": lambda call: self._stop(call, INSTANCES),
            "StartDBInstance": lambda call: self._start(call, INSTANCES),
            "StopDBCluster": lambda call: self._stop(call, CLUSTERS),
            "StartDBCluster": lambda call: self._start(call, CLUSTERS),
        }

    def _stop(self, call: Call, family: Family) -> dict[str, Any]:
        database = self._named(call, family)
        STOP_AVAILABLE.refuse_if(database.status != AVAILABLE, family, name=database.name)
        for one in self._with_members(database):
            if one.server is not None:
                one.server.stop()
            self._pass(one, STOPPING, STOPPED)
        self._core.later(LONGEST_STOP, lambda: self._end(database), f"{database.arn} stopped for long")
        return {family.database_word: database_row(database, self._core.store)}

    def _start(self, call: Call, family: Family) -> dict[str, Any]:
        database = self._named(call, family)
        START_STOPPED.refuse_if(database.status != STOPPED, family, name=database.name)
        self._begin(database)
        return {family.database_word: database_row(database, self._core.store)}

    def _named(self, call: Call, family: Family) -> Database:
        """What the call means, if it is of the kind that this operation stops."""
        refuse_unknown(call, frozenset({family.database_id}))
        database = self._core.store.database(call, family, call.parameters[family.database_id])
        member = isinstance(database, Instance) and database.cluster_resource_id is not None
        multi_az = isinstance(database, Cluster) and database.is_multi_az
        STOP_ALONE.refuse_if(member or multi_az, name=database.name)
        return database

    def _begin(self, database: Database) -> None:
        for one in self._with_members(database):
            self._pass(one, STARTING, AVAILABLE)

    def _end(self, database: Database) -> None:
        if database.status == STOPPED and STOP_ENDS.holds:
            self._begin(database)

    def _with_members(self, database: Database) -> list[Database]:
        members = self._core.store.members(database) if isinstance(database, Cluster) else []
        return [database, *members]

    def _pass(self, database: Database, status: str, then: str) -> None:
        """Through one status to the other, which is reached at once where the rule is off."""

        def arrive() -> None:
            database.status = then
            if then == AVAILABLE:
                let_listen(self._core, database)

        if STOP_TAKES_TIME.holds:
            self._core.busy(database, status, self._core.durations.stop_or_start, arrive)
        else:
            arrive()
