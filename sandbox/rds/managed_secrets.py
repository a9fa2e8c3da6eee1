"""Master passwords that RDS keeps in Secrets Manager: made, rotated, and deleted with their database."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any

from moto.secretsmanager.models import secretsmanager_backends

from sandbox.rds.errors import unknown_to_the_sandbox
from sandbox.rds.models import AVAILABLE, CREATING, Database, MasterSecret
from sandbox.register.rds_passwords import (
    ROTATION_IMPAIRED,
    ROTATION_PREVIOUS,
    ROTATION_TAKES_TIME,
    ROTATION_WEEKLY,
    SECRET_GOES,
    SECRET_TAKES_TIME,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.secretsmanager.models import FakeSecret

    from sandbox.gate import Call
    from sandbox.kms import Key
    from sandbox.rds.core import Core

ACTIVE, ROTATING, IMPAIRED = "active", "rotating", "impaired"
CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
MANAGED_LENGTH = 28
DAY, LATER = 86_400.0, 3600.0


class ManagedSecrets:
    """The secrets `rds!db-…` and `rds!cluster-…` of both accounts."""

    def __init__(self, core: Core, change: Callable[[Database, str], None]) -> None:
        """With what gives a database another password shortly."""
        self._core = core
        self._change = change

    def make(self, call: Call, database: Database) -> str:
        """Make the secret of a managed password, with the caller's rights; gives the password in it."""
        named = call.parameters.get("MasterUserSecretKmsKeyId")
        password, name = self._made_up(database)
        key = self._core.keys.for_secret(call.caller, named, secret_name=name, region=call.region)
        self._add(database, name, password, key)
        return password

    def renew(self, database: Database) -> None:
        """A renamed database's: another secret, under the same key, with another password."""
        if database.secret is None:
            return
        key = database.secret.key
        self._delete(database, database.secret)
        password, name = self._made_up(database)
        self._add(database, name, password, key)
        self._change(database, password)

    def forget(self, database: Database) -> None:
        """Delete the secret, as with its database."""
        if database.secret is not None and SECRET_GOES.holds:
            self._delete(database, database.secret)
            self._core.keys.release([database.secret.key])
            database.secret = None

    def rotate(self, database: Database) -> None:
        """Another password, in the server and in the secret at the same moment; the old one is AWSPREVIOUS."""
        secret = database.secret
        if secret is None or secret.status == ROTATING:
            return
        if ROTATION_IMPAIRED.holds and not self._core.keys.enabled(secret.key):
            secret.status = IMPAIRED
            self.arm(database)
            return
        secret.status = ROTATING if ROTATION_TAKES_TIME.holds else ACTIVE
        password, _ = self._made_up(database)
        self._change(database, password)
        finish = lambda: self._finish(database, secret, password)  # noqa: E731 - what comes after the change
        self._core.later(self._core.durations.password_reset, finish, f"rotation of {secret.arn}")

    def arm(self, database: Database) -> None:
        """Rotate when the days of its schedule are over, unless that is armed anew before."""
        secret = database.secret
        if secret is None:
            return
        secret.turn += 1
        turn = secret.turn
        _of(database, secret).next_rotation_date = int(self._core.clock.now + secret.rotation_days * DAY)

        def due() -> None:
            if not self._core.store.holds(database) or database.secret is not secret or secret.turn != turn:
                return
            if not ROTATION_WEEKLY.holds:
                return
            if database.status == AVAILABLE:
                self.rotate(database)
            else:
                self._core.later(LATER, due, f"rotation of {secret.arn}, later")

        self._core.later(secret.rotation_days * DAY, due, f"rotation of {secret.arn}")

    def rotate_by_hand(self, call: Call) -> dict[str, Any] | None:
        """Secrets Manager's RotateSecret, of a secret that RDS keeps; None for any other, which moto answers."""
        given = call.parameters
        database = self._of_secret(call, str(given["SecretId"]))
        if database is None or database.secret is None:
            return None
        rules = given.get("RotationRules") or {}
        if set(rules) - {"AutomaticallyAfterDays"} or given.get("RotationLambdaARN"):
            raise unknown_to_the_sandbox("secretsmanager:RotateSecret with more than AutomaticallyAfterDays")
        database.secret.rotation_days = rules.get("AutomaticallyAfterDays", database.secret.rotation_days)
        stored = _of(database, database.secret)
        stored.auto_rotate_after_days = database.secret.rotation_days
        if given.get("RotateImmediately", True):
            self.rotate(database)
        else:
            self.arm(database)
        return {"ARN": stored.arn, "Name": stored.name, "VersionId": stored.default_version_id}

    def _finish(self, database: Database, secret: MasterSecret, password: str) -> None:
        if database.secret is not secret:
            return
        stored = _of(database, secret)
        version = _version(stored)
        if not ROTATION_PREVIOUS.holds:
            stored.versions.clear()
            stored.default_version_id = None
        text = _text(database, password)
        now = int(self._core.clock.now)
        stored.reset_default_version(
            {"secret_string": text, "createdate": now, "version_id": version, "version_stages": [CURRENT]}, version
        )
        stored.secret_string, stored.last_rotation_date = text, now
        secret.status = ACTIVE
        self.arm(database)

    def _add(self, database: Database, name: str, password: str, key: Key) -> None:
        kind = database.family.database_word
        stored = secretsmanager_backends[database.arn.account][database.arn.region].create_managed_secret(
            service_name="rds",
            secret_id=name,
            secret_string=_text(database, password),
            description=f"Secret associated with primary RDS {kind}: {database.arn}",
            kms_key_id=key.arn,
            tags=[{"Key": f"aws:rds:primary{kind}Arn", "Value": str(database.arn)}],
        )
        managed = database.secret = MasterSecret(stored.arn, key, CREATING if SECRET_TAKES_TIME.holds else ACTIVE)
        stored.rotation_requested = stored.rotation_enabled = True
        stored.auto_rotate_after_days = managed.rotation_days
        self.arm(database)

        def activate() -> None:
            if managed.status == CREATING:
                managed.status = ACTIVE

        self._core.later(self._core.durations.secret_creation, activate, f"secret of {database.arn}")

    def _delete(self, database: Database, secret: MasterSecret) -> None:
        backend = secretsmanager_backends[database.arn.account][database.arn.region]
        backend.delete_secret(secret.arn, None, force_delete_without_recovery=True)

    def _made_up(self, database: Database) -> tuple[str, str]:
        """A password, and the name of a secret for it: the same in every run of the sandbox."""
        digest = hashlib.sha256(f"{database.resource_id}{self._core.store.number()}".encode()).hexdigest()
        password = "Pw1-" + digest[: MANAGED_LENGTH - 4]
        return password, f"rds!{database.family.database_kind}-{uuid.uuid5(uuid.NAMESPACE_OID, password)}"

    def _of_secret(self, call: Call, secret_id: str) -> Database | None:
        """The caller's database whose secret this is, by ARN or name."""
        for database in self._core.store.databases():
            if database.secret is not None and database.arn.account == call.caller.account:
                stored = _of(database, database.secret)
                if secret_id in (stored.arn, stored.name):
                    return database
        return None


def _of(database: Database, secret: MasterSecret) -> FakeSecret:
    """Secrets Manager's own record."""
    return secretsmanager_backends[database.arn.account][database.arn.region].secrets[secret.arn]  # type: ignore[return-value]


def _version(stored: FakeSecret) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{stored.arn}{len(stored.versions)}{stored.default_version_id}"))


def _text(database: Database, password: str) -> str:
    return json.dumps({"username": database.master_username, "password": password})
