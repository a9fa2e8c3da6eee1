"""Databases whose key is disabled or about to be deleted: they can be saved for seven days, then not any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.rds.models import AVAILABLE
from sandbox.register.rds_restores import KEY_LOST, KEY_LOST_FOR_GOOD

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.models import Database

RECOVERABLE = "inaccessible-encryption-credentials-recoverable"
LOST = "inaccessible-encryption-credentials"
SECONDS_TO_RECOVER = 7 * 86_400.0
CLOSING = ("DisableKey", "ScheduleKeyDeletion")


class LostKeys:
    """Notices that a key in use is gone. AWS notices after a while; here it is at once."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def notice(self, call: Call) -> None:
        """A hook after every call: looks at what closes a key."""
        if call.service != "kms" or call.operation not in CLOSING or call.error is not None or not KEY_LOST.holds:
            return
        for database in self._core.store.databases():
            if database.key_arn == call.context["key"].arn and database.status == AVAILABLE:
                self._shut(database)

    def _shut(self, database: Database) -> None:
        database.status = RECOVERABLE
        if database.server is not None:
            database.server.stop()

        def give_up() -> None:
            if database.status == RECOVERABLE and KEY_LOST_FOR_GOOD.holds:
                database.status = LOST

        self._core.later(SECONDS_TO_RECOVER, give_up, f"{database.arn} without its key")
