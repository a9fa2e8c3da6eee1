"""Master passwords: AWS's rules, changing one, and letting RDS manage it in Secrets Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.engines import ENGINES, Engine
from sandbox.rds.managed_secrets import ManagedSecrets
from sandbox.rds.models import AVAILABLE, Database
from sandbox.register.rds_passwords import (
    PASSWORD_AFTERWARDS,
    PASSWORD_CHARACTERS,
    PASSWORD_LENGTH,
    PASSWORD_NEEDED,
    PASSWORD_OR_MANAGED,
    PASSWORD_RESETTING,
    PASSWORD_WHILE_MANAGED,
    ROTATE_MANAGED,
    ROTATE_NOW,
    SECRET_KEY_FIXED,
)
from sandbox.register.rds_sources import PASSWORD_CUSTOM

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core

RESETTING = "resetting-master-credentials"
SHORTEST = 8
FORBIDDEN = '/"@ '


class Passwords:
    """Gives databases their master passwords."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.secrets = ManagedSecrets(core, self._change)

    def initial(self, call: Call, database: Database) -> str:
        """The password of a new database: given, or managed from the start.

        Raises:
            AwsError: InvalidParameterValue or InvalidParameterCombination.
        """
        given = call.parameters
        if given.get("ManageMasterUserPassword"):
            PASSWORD_CUSTOM.refuse_if(ENGINES[database.engine].is_custom)
            _refuse_both(given)
            return self.secrets.make(call, database)
        password = str(given.get("MasterUserPassword") or "")
        PASSWORD_NEEDED.refuse_if(not password)
        if password:
            check_password(ENGINES[database.engine], password)
        return password

    def modify(self, call: Call, database: Database) -> None:
        """What a Modify call says about the password; takes effect shortly, whatever ApplyImmediately says."""
        given = call.parameters
        manage, password = given.get("ManageMasterUserPassword"), given.get("MasterUserPassword")
        PASSWORD_CUSTOM.refuse_if((manage or password) and ENGINES[database.engine].is_custom)
        self._rotate(given, database)
        if manage:
            self._take_over(call, database)
        elif manage is False and database.secret is not None:
            self._give_back(database, password)
        elif password:
            PASSWORD_WHILE_MANAGED.refuse_if(database.secret)
            check_password(ENGINES[database.engine], password)
            self._change(database, password)

    def manage_restored(self, call: Call, database: Database) -> None:
        """ManageMasterUserPassword at a restore (RDS for Oracle only): the secret of a database still being made."""
        self.secrets.make(call, database)

    def _rotate(self, given: dict[str, Any], database: Database) -> None:
        if given.get("RotateMasterUserPassword"):
            ROTATE_MANAGED.refuse_if(database.secret is None)
            ROTATE_NOW.refuse_if(not given.get("ApplyImmediately"))
            self.secrets.rotate(database)

    def _take_over(self, call: Call, database: Database) -> None:
        _refuse_both(call.parameters)
        if database.secret is None:
            self._change(database, self.secrets.make(call, database))
        else:
            SECRET_KEY_FIXED.refuse_if(call.parameters.get("MasterUserSecretKmsKeyId"))

    def _give_back(self, database: Database, password: str | None) -> None:
        PASSWORD_AFTERWARDS.refuse_if(not password)
        self.secrets.forget(database)
        if password:
            check_password(ENGINES[database.engine], password)
            self._change(database, password)

    def _change(self, database: Database, password: str) -> None:
        seconds = self._core.durations.password_reset

        def apply() -> None:
            if not self._core.store.holds(database):
                return
            if database.server is not None:
                database.server.set_password(database.master_username, password)
            message = "Reset master credentials"
            self._core.events.tell(database.arn, "RDS-EVENT-0016", "configuration change", message)

        self._core.later(seconds, apply, f"new master password of {database.arn}")
        if database.status == AVAILABLE and PASSWORD_RESETTING.holds:
            self._core.busy(database, RESETTING, seconds)


def check_password(engine: Engine, password: str) -> None:
    """Refuse a password that RDS does not take for this engine.

    Raises:
        AwsError: InvalidParameterValue.
    """
    fits = SHORTEST <= len(password) <= engine.longest_password
    PASSWORD_LENGTH.refuse_if(not fits, shortest=SHORTEST, longest=engine.longest_password)
    forbidden = set(FORBIDDEN + engine.extra_forbidden)
    PASSWORD_CHARACTERS.refuse_if(not (password.isascii() and password.isprintable()) or set(password) & forbidden)


def _refuse_both(given: dict[str, Any]) -> None:
    PASSWORD_OR_MANAGED.refuse_if(given.get("MasterUserPassword"))
