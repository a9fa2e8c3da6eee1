"""RebootDBInstance, and new names: the old endpoint goes at once, the new one comes after some minutes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.rds.models import AVAILABLE, Cluster, Database, Instance
from sandbox.rds.parameters import refuse_unknown
from sandbox.rds.pending import reboot_parameters
from sandbox.rds.provision import let_listen
from sandbox.rds.views import instance_row
from sandbox.register.rds_databases import MODIFY_AVAILABLE, RENAME_BETWEEN, RENAME_SECRET, RENAME_TAKES_TIME

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.passwords import Passwords

RENAMING, REBOOTING = "renaming", "rebooting"
HONOURED = frozenset({"DBInstanceIdentifier", "ForceFailover"})


class Renames:
    """New names for databases, and restarts."""

    def __init__(self, core: Core, passwords: Passwords) -> None:
        self._core = core
        self._passwords = passwords

    def begin(self, database: Database, name: str) -> None:
        """The old name answers until the new one does; the new one is taken from now on."""
        database.renamed_to = replace(database.arn, name=name)
        if database.server is not None:
            database.server.stop()
        if RENAME_TAKES_TIME.holds:
            seconds = self._core.durations.rename
            self._core.busy(database, RENAMING, seconds, lambda: self._finish(database))
        else:
            self._finish(database)

    def reboot(self, call: Call) -> dict[str, Any]:
        """RebootDBInstance: a minute without connections; what waited for it is in force afterwards."""
        refuse_unknown(call, HONOURED)
        instance = self._core.store.instance(call, call.parameters["DBInstanceIdentifier"])
        MODIFY_AVAILABLE.refuse_if(instance.status != AVAILABLE, instance.family, word="instance")
        self.restart(instance)
        return {"DBInstance": instance_row(instance, self._core.store)}

    def restart(self, database: Database) -> None:
        """Through `rebooting` to `available`; connections break."""
        holder = self._core.store.cluster_of(database) or database
        if holder.server is not None:
            holder.server.stop()

        def up() -> None:
            reboot_parameters(database)
            let_listen(self._core, database)

        self._core.busy(database, REBOOTING, self._core.durations.reboot, up)

    def _finish(self, database: Database) -> None:
        if database.renamed_to is None:
            return
        self._core.store.remove(database)
        old, database.arn, database.renamed_to = database.arn, database.renamed_to, None
        self._core.store.add(database)
        if isinstance(database, Cluster):
            message = f"Renamed cluster from {old.name} to {database.name}"
            self._core.events.tell(database.arn, "RDS-EVENT-0172", "notification", message)
        seconds = self._core.settings.unconfirmed.seconds_between_names
        if seconds and RENAME_BETWEEN.holds:
            database.hidden = True
            self._core.later(seconds, lambda: _show(database), f"{database.arn} under its new name")
        if self._core.settings.unconfirmed.rename_makes_new_secret and RENAME_SECRET.holds:
            self._passwords.secrets.renew(database)
        if isinstance(database, Instance):
            self.restart(database)
        elif isinstance(database, Cluster):
            let_listen(self._core, database)


def _show(database: Database) -> None:
    database.hidden = False
