"""What must be true after a transfer; each is looked up from outside, the way an administrator or a program would."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pymysql
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.accounts import ACCOUNTS, SOURCE, TARGET
from sandbox.databases import Databases, LoginError
from sandbox.demo.watch import key_policy
from sandbox.demo.words import duration, shortened
from sandbox.sanitise import MASKED
from sandbox.stage import CONNECTION, DATABASE, ENGINES, MASTER, PRODUCTION_PASSWORD, RESTORED, ROWS, SCHEMA, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.demo.watch import Watch
    from sandbox.stage import Stage

# The receipt counts whole seconds, and between two looks from outside a state passes.
TOLERANCE = 3.0
# What a look can run into when the world is not as it should be.
_REFUSALS = (LoginError, ClientError, BotoCoreError, LookupError, psycopg.Error, pymysql.MySQLError)
_AS_THEY_WERE = "the two rows are in the target's database"
_ROOM = 30  # columns for what was seen, beside the sentence in a terminal of 80


class NotSo(Exception):
    """What was to be proven is not true; the text says what is instead."""


@dataclass(frozen=True)
class Proof:
    """A sentence that must be true, and how to find out: gives what was seen, or raises."""

    sentence: str
    look: Callable[[], str]

    def check(self) -> tuple[bool, str]:
        """Whether it is true, and what was seen."""
        try:
            return True, self.look()
        except NotSo as found:
            return False, str(found)
        except _REFUSALS as error:
            return False, f"{type(error).__name__}: {error}"


@dataclass(frozen=True)
class Before:
    """What the source was like before the transfer."""

    key_policy: str
    database: dict[str, Any]

    @classmethod
    def of(cls, stage: Stage) -> Before:
        """Look now."""
        return cls(key_policy(stage), stage.databases(SOURCE).describe(DATABASE))


def of_arrival(stage: Stage, *, masked: bool = False) -> list[Proof]:
    """The database is there, and belongs to the target alone; with the rows as they were, or as a hook masked them."""
    rows, how = (MASKED, "the rows are there, their names masked") if masked else (ROWS, _AS_THEY_WERE)
    return [
        Proof(how, lambda: _rows_arrived(stage, rows)),
        Proof("it lies under the target's own key", lambda: _own_key(stage)),
        Proof("the target's own master password logs in", lambda: _own_password(stage)),
        Proof("production's master password does not", lambda: _no_production_password(stage)),
    ]


def of_closing(stage: Stage, before: Before) -> list[Proof]:
    """Nothing is open and nothing is left, whether the transfer went well or not."""
    return [
        Proof("the transfer key's policy is what it was", lambda: _same_policy(stage, before)),
        Proof("no snapshot is shared with anybody", lambda: _nothing_shared(stage)),
        Proof("no intermediate snapshot is left", lambda: _nothing_left(stage)),
        Proof("no lease is open in the source's table", lambda: _no_lease(stage)),
        Proof("the source's database is untouched", lambda: _untouched(stage, before)),
    ]


def of_receipt(receipt: dict[str, Any], watch: Watch) -> list[Proof]:
    """The receipt says what was seen."""
    return [Proof("the receipt tells how long access was open", lambda: _exposure(receipt, watch))]


def _rows_arrived(stage: Stage, wanted: Sequence[tuple[Any, ...]]) -> str:
    rows = stage.databases(TARGET).rows(RESTORED, *_own_login(stage), SCHEMA, TABLE)
    if rows != list(wanted):
        raise NotSo(f"{SCHEMA}.{TABLE} holds {rows}")
    return " ".join(f"({', '.join(str(cell) for cell in row)})" for row in rows)


def _own_key(stage: Stage) -> str:
    key = stage.databases(TARGET).describe(RESTORED).get("KmsKeyId")
    if key != stage.own_key:
        raise NotSo(f"it lies under {key}")
    return shortened(str(key).rpartition(":")[2], _ROOM)


def _own_password(stage: Stage) -> str:
    user, password = _own_login(stage)
    if password == PRODUCTION_PASSWORD:
        raise NotSo("it is production's")
    stage.databases(TARGET).log_in(RESTORED, user, password, SCHEMA).close()
    return shortened(f"secret {_connection(stage)['secret_arn'].rpartition(':')[2]}", _ROOM)


def _no_production_password(stage: Stage) -> str:
    try:
        stage.databases(TARGET).log_in(RESTORED, MASTER, PRODUCTION_PASSWORD, SCHEMA).close()
    except LoginError as error:
        if "password authentication failed" in str(error) or "Access denied" in str(error):
            return "refused"
        raise
    raise NotSo("it logs in")


def _same_policy(stage: Stage, before: Before) -> str:
    now = key_policy(stage)
    if json.loads(now) != json.loads(before.key_policy):
        raise NotSo(f"it is {now}")
    return "byte for byte" if now == before.key_policy else "statement for statement"


def _nothing_shared(stage: Stage) -> str:
    looked_at = 0
    for databases in _all_families(stage):
        for snapshot in databases.snapshots():
            looked_at += 1
            if accounts := databases.shared_with(snapshot.identifier):
                raise NotSo(f"{snapshot.identifier} is shared with {', '.join(accounts)}")
    return f"{looked_at} snapshots looked at" if looked_at else "there is none"


def _nothing_left(stage: Stage) -> str:
    """But for the finished copy of a transfer that failed: it is on the books, to start again from."""
    kept = {row["identifier"]["S"] for row in _rows_of_state(stage, "kept#")}
    there = [
        (databases.account, snapshot)
        for databases in _all_families(stage)
        for snapshot in databases.snapshots()
        if snapshot.identifier.startswith("sf-")
    ]
    if found := [f"{account.profile}: {one.identifier}" for account, one in there if one.identifier not in kept]:
        raise NotSo("; ".join(found))
    return "but the copy to go on from" if there else "in either account"


def _no_lease(stage: Stage) -> str:
    if found := [row["id"]["S"] for row in _rows_of_state(stage, "lease#", "lock#")]:
        raise NotSo(", ".join(found))
    return "and no lock is held"


def _rows_of_state(stage: Stage, *kinds: str) -> list[dict[str, Any]]:
    table = stage.source.outputs["StateTableName"]
    items = stage.sandbox.client("dynamodb", SOURCE).scan(TableName=table, ConsistentRead=True)["Items"]
    return [item for item in items if item["id"]["S"].startswith(kinds)]


def _untouched(stage: Stage, before: Before) -> str:
    databases = stage.databases(SOURCE)
    now = databases.describe(DATABASE)
    changed = sorted(name for name in now.keys() | before.database.keys() if now.get(name) != before.database.get(name))
    if changed:
        raise NotSo(f"{', '.join(changed)} changed")
    rows = databases.rows(DATABASE, MASTER, PRODUCTION_PASSWORD, SCHEMA, TABLE)
    if rows != list(ROWS):
        raise NotSo(f"{SCHEMA}.{TABLE} holds {rows}")
    return "settings, password, rows"


def _exposure(receipt: dict[str, Any], watch: Watch) -> str:
    told, seen = receipt["access"]["exposure_seconds"], watch.exposure
    if seen is None:
        raise NotSo("nobody has seen access open and closed again")
    if abs(told - seen) > TOLERANCE:
        raise NotSo(f"it says {duration(told)}, but {duration(seen)} were seen")
    return f"{duration(told)}, as was observed"


def _connection(stage: Stage) -> dict[str, Any]:
    """What the transfer published for programs."""
    found = stage.sandbox.client("ssm", TARGET).get_parameter(Name=CONNECTION)
    connection: dict[str, Any] = json.loads(found["Parameter"]["Value"])
    return connection


def _own_login(stage: Stage) -> tuple[str, str]:
    secrets = stage.sandbox.client("secretsmanager", TARGET)
    found = json.loads(secrets.get_secret_value(SecretId=_connection(stage)["secret_arn"])["SecretString"])
    return found["username"], found["password"]


def _all_families(stage: Stage) -> list[Databases]:
    return [Databases(stage.sandbox, account, engine) for account in ACCOUNTS for engine in (ENGINES[0], ENGINES[1])]
