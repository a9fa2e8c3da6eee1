"""Master passwords: AWS's rules, changing one, and letting RDS manage it in Secrets Manager."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any

from moto.secretsmanager.models import secretsmanager_backends

from sandbox.rds.engines import ENGINES, Engine
from sandbox.rds.models import AVAILABLE, CREATING, Database, MasterSecret
from sandbox.register.rds_restores import (
    PASSWORD_AFTERWARDS,
    PASSWORD_CHARACTERS,
    PASSWORD_LENGTH,
    PASSWORD_NEEDED,
    PASSWORD_OR_MANAGED,
    PASSWORD_RESETTING,
    PASSWORD_WHILE_MANAGED,
    SECRET_GOES,
    SECRET_KEY_FIXED,
    SECRET_TAKES_TIME,
)
from sandbox.register.rds_sources import PASSWORD_CUSTOM

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core

RESETTING = "resetting-master-credentials"
SHORTEST = 8
FORBIDDEN = '/"@ '
MANAGED_LENGTH = 28


class Passwords:
    """Gives databases their master passwords."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def initial(self, call: Call, database: Database) -> str:
        """The password of a new database: given, or managed from the start.

        Raises:
            AwsError: InvalidParameterValue or InvalidParameterCombination.
        """
        given = call.parameters
        if given.get("ManageMasterUserPassword"):
            PASSWORD_CUSTOM.refuse_if(ENGINES[database.engine].is_custom)
            _refuse_both(given)
            return self._new_secret(call, database)
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
        self._new_secret(call, database)

    def forget(self, database: Database) -> None:
        """Delete the secret together with its database."""
        if database.secret is not None and SECRET_GOES.holds:
            backend = secretsmanager_backends[database.arn.account][database.arn.region]
            backend.delete_secret(database.secret.arn, None, force_delete_without_recovery=True)
            self._core.keys.release([database.secret.key])
            database.secret = None

    def _take_over(self, call: Call, database: Database) -> None:
        _refuse_both(call.parameters)
        if database.secret is None:
            self._change(database, self._new_secret(call, database))
        else:
            SECRET_KEY_FIXED.refuse_if(call.parameters.get("MasterUserSecretKmsKeyId"))

    def _give_back(self, database: Database, password: str | None) -> None:
        PASSWORD_AFTERWARDS.refuse_if(not password)
        self.forget(database)
        if password:
            check_password(ENGINES[database.engine], password)
            self._change(database, password)

    def _change(self, database: Database, password: str) -> None:
        seconds = self._core.durations.password_reset

        def apply() -> None:
            if database.server is not None and self._core.store.holds(database):
                database.server.set_password(database.master_username, password)

        self._core.later(seconds, apply, f"new master password of {database.arn}")
        if database.status == AVAILABLE and PASSWORD_RESETTING.holds:
            self._core.busy(database, RESETTING, seconds)

    def _new_secret(self, call: Call, database: Database) -> str:
        """Make the secret of a managed password, and return the password in it."""
        password = _made_up(database.resource_id, self._core.store.number())
        secret_id = f"rds!{database.family.database_kind}-{uuid.uuid5(uuid.NAMESPACE_OID, password)}"
        named = call.parameters.get("MasterUserSecretKmsKeyId")
        key = self._core.keys.for_secret(call.caller, named, secret_name=secret_id, region=call.region)
        secret = secretsmanager_backends[database.arn.account][database.arn.region].create_managed_secret(
            service_name="rds",
            secret_id=secret_id,
            secret_string=json.dumps({"username": database.master_username, "password": password}),
            description=f"Secret associated with primary RDS {database.family.database_word}: {database.arn}",
            kms_key_id=key.arn,
            tags=[{"Key": f"aws:rds:primary{database.family.database_word}Arn", "Value": str(database.arn)}],
        )
        managed = database.secret = MasterSecret(secret.arn, key, CREATING if SECRET_TAKES_TIME.holds else "active")

        def activate() -> None:
            managed.status = "active"

        self._core.later(self._core.durations.secret_creation, activate, f"secret of {database.arn}")
        return password


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


def _made_up(resource_id: str, number: int) -> str:
    """A password that is the same in every run of the sandbox."""
    return "Pw1-" + hashlib.sha256(f"{resource_id}{number}".encode()).hexdigest()[: MANAGED_LENGTH - 4]
