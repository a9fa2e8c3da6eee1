"""Changes that wait: for ApplyImmediately, or for the weekly maintenance window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.attributes import ATTRIBUTES
from sandbox.rds.models import AVAILABLE, OPTION_GROUP, Database, Instance
from sandbox.rds.windows import seconds_until_weekly
from sandbox.register.rds_databases import CLASS_TAKES_TIME, RENAME_WAITS
from sandbox.register.rds_settings import MODIFY_PENDING, MODIFY_WINDOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.gate import Call
    from sandbox.rds.core import Core

MODIFYING = "modifying"
NEW_NAME = {True: "DBClusterIdentifier", False: "DBInstanceIdentifier"}
"""PendingModifiedValues' word for a new name; by whether it is a cluster."""
# Parameter -> (PendingModifiedValues' member, field of the record).
_FIELDS = {
    "AllocatedStorage": ("AllocatedStorage", "size_gb"),
    "DBInstanceClass": ("DBInstanceClass", "instance_class"),
    "EnableIAMDatabaseAuthentication": ("IAMDatabaseAuthenticationEnabled", "iam_authentication"),
    "MultiAZ": ("MultiAZ", "multi_az"),
    "OptionGroupName": (OPTION_GROUP, "option_group"),  # shown as a membership, not among PendingModifiedValues
}
_FIELD_OF = dict(_FIELDS.values())


class PendingChanges:
    """What a Modify call asks for and AWS does not do at once."""

    def __init__(self, core: Core, rename: Callable[[Database, str], None]) -> None:
        """With what begins a rename."""
        self._core = core
        self._rename = rename

    def ask(self, call: Call, database: Database, new_name: str | None) -> None:
        """Note the changes; begin them, and those that already waited, if the call says ApplyImmediately."""
        wanted = _wanted(call.parameters, database)
        if new_name:
            wanted[NEW_NAME[database.family.clustered]] = new_name
        database.pending.update(wanted)
        if not database.pending:
            return
        unheld = not MODIFY_PENDING.holds or (new_name and not RENAME_WAITS.holds)
        if call.parameters.get("ApplyImmediately") or unheld:
            self._begin(database)
        elif wanted:
            window = database.shown.get("PreferredMaintenanceWindow")
            if window:
                seconds = seconds_until_weekly(window, self._core.clock.now)
                self._core.later(seconds, lambda: self._in_window(database), f"maintenance of {database.arn}")

    def _in_window(self, database: Database) -> None:
        there = self._core.store.holds(database) and database.status == AVAILABLE
        if there and database.pending and MODIFY_WINDOW.holds:
            self._begin(database)

    def _begin(self, database: Database) -> None:
        name = database.pending.pop(NEW_NAME[database.family.clustered], None)

        def apply() -> None:
            _apply(database)
            if name:
                self._rename(database, name)

        if database.pending and CLASS_TAKES_TIME.holds:
            self._core.busy(database, MODIFYING, self._core.durations.modification, apply)
        else:
            apply()


def _wanted(given: dict[str, Any], database: Database) -> dict[str, Any]:
    """The changes that wait, by PendingModifiedValues' members; none that is there already."""
    fields = {
        member: given[parameter]
        for parameter, (member, field) in _FIELDS.items()
        if parameter in given and getattr(database, field, None) != given[parameter]
    }
    settings = {
        one.member: given[one.parameter]
        for one in ATTRIBUTES.values()
        if one.waits and one.parameter in given and database.shown.get(one.member) != given[one.parameter]
    }
    return fields | settings


def _apply(database: Database) -> None:
    while database.pending:
        member, value = database.pending.popitem()
        if member in _FIELD_OF:
            setattr(database, _FIELD_OF[member], value)
        else:
            database.shown[member] = value


def reboot_parameters(database: Database) -> None:
    """After a reboot the parameter group is the one that was chosen."""
    if isinstance(database, Instance):
        database.parameters_in_sync = True
